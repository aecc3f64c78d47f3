package eksaudit

import "github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"

// podSpecs are the paths to the pod's spec in the objects of each resource.
var podSpecs = map[string][]string{
	"pods":                   {"spec"},
	"deployments":            {"spec", "template", "spec"},
	"daemonsets":             {"spec", "template", "spec"},
	"statefulsets":           {"spec", "template", "spec"},
	"replicasets":            {"spec", "template", "spec"},
	"replicationcontrollers": {"spec", "template", "spec"},
	"jobs":                   {"spec", "template", "spec"},
	"cronjobs":               {"spec", "jobTemplate", "spec", "template", "spec"},
}

// written reads what the request wrote, if that is of interest. Which it is
// can be known only here: the verb may come behind the object.
func (p *Parser) written(rec *Record) {
	switch rec.Verb {
	case "create", "update", "patch":
	default:
		return
	}
	o := &rec.Object
	switch o.APIGroup {
	case "", "apps", "batch", "extensions":
		path, ok := podSpecs[o.Resource]
		switch {
		case !ok:
		case o.Subresource == "" || o.Resource == "pods" && o.Subresource == "ephemeralcontainers":
			p.podWritten(rec, path)
		case o.Resource == "pods" && o.Subresource == "binding":
			p.podPlaced(rec)
		}
	}
	switch o.APIGroup {
	case "", "rbac.authorization.k8s.io":
		if (o.Resource == "rolebindings" || o.Resource == "clusterrolebindings") && o.Subresource == "" {
			p.bindingWritten(rec)
		}
	}
}

// objects returns the object that was written and the server's answer to it.
// A JSON patch is a list of changes; what came of it is in the answer.
func (e *event) objects() (request, response []byte) {
	request, response = e.request, e.response
	if len(response) == 0 || response[0] != '{' {
		response = nil
	}
	switch {
	case len(request) == 0 || request[0] != '[' && request[0] != '{':
		request = nil
	case request[0] == '[':
		request = response
	}
	return request, response
}

// begin makes p.inner read the object raw, which is known to be valid.
func (p *Parser) begin(raw []byte) *jsonscan.Scanner {
	p.inner.Reset(raw, 0)
	p.inner.BeginObject()
	return &p.inner
}

func (p *Parser) bindingWritten(rec *Record) {
	request, response := p.event.objects()
	if request == nil {
		return
	}
	b := &rec.Binding
	for s := p.begin(request); s.NextMember(); {
		switch string(s.Name()) {
		case "roleRef":
			p.roleRef(s, b)
		case "subjects":
			b.Subjects = p.subjects(s, b.Subjects[:0])
		default:
			s.Skip()
		}
	}
	if b.Role == "" && response != nil {
		// A patch of the subjects; the role cannot be changed.
		for s := p.begin(response); s.NextMember(); {
			if string(s.Name()) == "roleRef" {
				p.roleRef(s, b)
			} else {
				s.Skip()
			}
		}
	}
}

func (p *Parser) roleRef(s *jsonscan.Scanner, b *Binding) {
	b.RoleKind, b.Role = "", ""
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "kind":
			b.RoleKind = p.text(s)
		case "name":
			b.Role = p.text(s)
		default:
			s.Skip()
		}
	}
}

func (p *Parser) subjects(s *jsonscan.Scanner, dst []string) []string {
	if !enterList(s) {
		return dst
	}
	for s.NextElement() {
		if !enter(s) {
			continue
		}
		var kind, namespace, name string
		for s.NextMember() {
			switch string(s.Name()) {
			case "kind":
				kind = p.text(s)
			case "namespace":
				namespace = p.text(s)
			case "name":
				name = p.text(s)
			default:
				s.Skip()
			}
		}
		if kind == "" && name == "" {
			continue
		}
		b := append(p.scratch[:0], kind...)
		b = append(append(b, '/'), namespace...)
		b = append(append(b, '/'), name...)
		p.scratch = b
		dst = limited(dst, p.shared.String(b))
	}
	return dst
}
