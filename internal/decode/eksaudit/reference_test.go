package eksaudit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// The reference is the plain way to do what Parser does, for valid input
// only: encoding/json reads the event into a tree, then the fields are
// picked out by their paths.

type (
	object []member
	member struct {
		name string
		val  any // object, list, string, scalar, nil
	}
	list   []any
	scalar string // number or boolean as written
)

// tree reads the next value.
func tree(d *json.Decoder) any {
	tok, err := d.Token()
	if err != nil {
		panic("BUG: " + err.Error()) // the value is known to be valid
	}
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			o := object{}
			for d.More() {
				name, _ := tree(d).(string)
				o = append(o, member{name, tree(d)})
			}
			_, _ = d.Token()
			return o
		}
		l := list{}
		for d.More() {
			l = append(l, tree(d))
		}
		_, _ = d.Token()
		return l
	case json.Number:
		return scalar(v.String())
	case bool:
		return map[bool]scalar{true: "true", false: "false"}[v]
	case nil:
		return nil
	}
	return tok // string
}

func (o object) all(name string) (values []any) {
	for _, m := range o {
		if m.name == name {
			values = append(values, m.val)
		}
	}
	return values
}

// get returns the last member of that name.
func (o object) get(name string) any {
	if all := o.all(name); len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}

func (o object) text(name string) string { return textOf(o.get(name)) }

func (o object) obj(name string) object {
	v, _ := o.get(name).(object)
	return v
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case scalar:
		return string(v)
	}
	return ""
}

func textsOf(v any) (texts []string) {
	l, ok := v.(list)
	if !ok {
		l = list{v}
	}
	for _, e := range l {
		if t := textOf(e); t != "" {
			texts = append(texts, t)
		}
	}
	if n := len(texts); n > 256 {
		texts = append(texts[:255:255], texts[n-1])
	}
	return texts
}

// plain leaves of a key what counts.
func plain(key string) string {
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, key)
	return strings.NewReplacer("_slash_", "", "_", "", ".", "", "-", "", "/", "").Replace(lower)
}

// keyed returns the last member that has one of these keys.
func (o object) keyed(keys ...string) (found any) {
	for _, m := range o {
		for _, key := range keys {
			if len(m.name) <= 128 && plain(m.name) == plain(key) {
				found = m.val
			}
		}
	}
	return found
}

func firstOf(v any) string {
	for _, t := range textsOf(v) {
		return t
	}
	return ""
}

func referenceTime(v any) time.Time {
	s := textOf(v)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 UTC"} {
		if t, err := time.Parse(layout, s); err == nil && len(s) <= 64 {
			return t.UTC()
		}
	}
	return time.Time{}
}

func referenceUser(u object) User {
	x := u.obj("extra")
	return User{
		Username: u.text("username"), UID: u.text("uid"), Groups: textsOf(u.get("groups")),
		ARN: firstOf(x.keyed("arn")), CanonicalARN: firstOf(x.keyed("canonicalArn")), AccessKeyID: firstOf(x.keyed("accessKeyId")),
		SessionName: firstOf(x.keyed("sessionName")),
		PrincipalID: firstOf(x.keyed("principalId", "sigs.k8s.io/aws-iam-authenticator/principalId")),
		PodName:     firstOf(x.keyed("authentication.kubernetes.io/pod-name")),
		NodeName:    firstOf(x.keyed("authentication.kubernetes.io/node-name")),
	}
}

// reference decodes one valid value: the record, or the reason why there is
// none.
func reference(raw []byte) (*Record, decode.Reason) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	o, ok := tree(d).(object)
	if !ok {
		return nil, ReasonNotAudit
	}
	ref, status, notes := o.obj("objectRef"), o.obj("responseStatus"), o.obj("annotations")
	rec := &Record{
		AuditID: o.text("auditID"), Stage: o.text("stage"), Level: o.text("level"),
		StageTime: referenceTime(o.get("stageTimestamp")),
		Verb:      o.text("verb"), RequestURI: o.text("requestURI"), UserAgent: o.text("userAgent"),
		SourceIPs: textsOf(o.get("sourceIPs")),
		User:      referenceUser(o.obj("user")), Impersonated: referenceUser(o.obj("impersonatedUser")),
		Object: Object{Resource: ref.text("resource"), Subresource: ref.text("subresource"), Namespace: ref.text("namespace"),
			Name: ref.text("name"), APIGroup: ref.text("apiGroup"), APIVersion: ref.text("apiVersion"), UID: ref.text("uid")},
		Status:   Status{Status: status.text("status"), Reason: status.text("reason")},
		Decision: textOf(notes.keyed("authorization.k8s.io/decision")),
		Reason:   textOf(notes.keyed("authorization.k8s.io/reason")),
	}
	if code := status.text("code"); len(code) == 3 {
		for _, c := range code {
			if c < '0' || c > '9' {
				code = "0"
			}
		}
		for _, c := range code {
			rec.Status.Code = rec.Status.Code*10 + int(c-'0')
		}
		if rec.Status.Code < 100 {
			rec.Status.Code = 0
		}
	}
	for _, v := range []any{o.get("requestReceivedTimestamp"), o.get("timestamp"), o.obj("metadata").get("creationTimestamp"), o.get("stageTimestamp")} {
		if rec.Time.IsZero() {
			rec.Time = referenceTime(v)
		}
	}
	kind, version := o.text("kind"), o.text("apiVersion")
	request := rec.Verb != "" || rec.RequestURI != ""
	own := rec.AuditID != "" || request && (kind != "" || o.all("user") != nil || o.all("objectRef") != nil)
	switch {
	case kind != "" && kind != "Event",
		version != "" && !strings.HasPrefix(version, "audit.k8s.io/"),
		version == "" && !own:
		return nil, ReasonNotAudit
	case rec.Time.IsZero():
		return nil, ReasonNoTime
	case !request:
		return nil, ReasonNoVerb
	}
	referenceWritten(o, rec)
	return rec, ""
}

func referenceWritten(o object, rec *Record) {
	if !slices.Contains([]string{"create", "update", "patch"}, rec.Verb) {
		return
	}
	request, isObject := o.get("requestObject").(object)
	response, answered := o.get("responseObject").(object)
	if _, jsonPatch := o.get("requestObject").(list); jsonPatch && answered {
		request = response
	} else if !isObject {
		return
	}
	in := func(groups ...string) bool { return slices.Contains(append(groups, ""), rec.Object.APIGroup) }
	template := []string{"spec", "template", "spec"}
	switch what := rec.Object.Resource + "/" + rec.Object.Subresource; what {
	case "pods/", "pods/ephemeralcontainers":
		if in("apps", "batch", "extensions") {
			referencePod(request, response, rec, []string{"spec"})
		}
	case "pods/binding":
		if in("apps", "batch", "extensions") {
			rec.Pod = Pod{Name: rec.Object.Name, Namespace: rec.Object.Namespace, Node: request.obj("target").text("name")}
		}
	case "deployments/", "daemonsets/", "statefulsets/", "replicasets/", "replicationcontrollers/", "jobs/":
		if in("apps", "batch", "extensions") {
			referencePod(request, response, rec, template)
		}
	case "cronjobs/":
		if in("apps", "batch", "extensions") {
			referencePod(request, response, rec, append([]string{"spec", "jobTemplate"}, template...))
		}
	case "rolebindings/", "clusterrolebindings/":
		if !in("rbac.authorization.k8s.io") {
			return
		}
		role := request.obj("roleRef")
		if role.text("name") == "" && response.all("roleRef") != nil {
			role = response.obj("roleRef")
		}
		rec.Binding = Binding{RoleKind: role.text("kind"), Role: role.text("name")}
		subjects, _ := request.get("subjects").(list)
		var texts list
		for _, v := range subjects {
			if s, ok := v.(object); ok && s.text("kind")+s.text("name") != "" {
				texts = append(texts, s.text("kind")+"/"+s.text("namespace")+"/"+s.text("name"))
			}
		}
		rec.Binding.Subjects = textsOf(texts)
	}
}

func referencePod(request, response object, rec *Record, path []string) {
	pod, answer := podOf(request, path), podOf(response, path)
	either := func(texts ...string) string {
		for _, t := range texts {
			if t != "" {
				return t
			}
		}
		return ""
	}
	pod.Name = either(pod.Name, answer.Name, rec.Object.Name)
	pod.Namespace = either(pod.Namespace, answer.Namespace, rec.Object.Namespace)
	pod.ServiceAccount = either(pod.ServiceAccount, answer.ServiceAccount)
	pod.Node = either(pod.Node, answer.Node)
	rec.Pod = pod
}

// below returns the objects at path, in order.
func below(o object, path []string) (found []object) {
	if len(path) == 0 {
		return []object{o}
	}
	for _, v := range o.all(path[0]) {
		if next, ok := v.(object); ok {
			found = append(found, below(next, path[1:])...)
		}
	}
	return found
}

func podOf(o object, path []string) Pod {
	pod := Pod{Template: len(path) > 1, Name: o.obj("metadata").text("name"), Namespace: o.obj("metadata").text("namespace")}
	isTrue := func(o object, name string) (yes bool) {
		for _, v := range o.all(name) {
			if s, ok := v.(string); ok {
				yes = yes || strings.EqualFold(s, "true")
			}
			yes = yes || v == scalar("true")
		}
		return yes
	}
	for _, spec := range below(o, path) {
		if spec.all("nodeName") != nil {
			pod.Node = spec.text("nodeName")
		}
		if spec.all("serviceAccountName") != nil {
			pod.ServiceAccount = spec.text("serviceAccountName")
		}
		if pod.ServiceAccount == "" {
			pod.ServiceAccount = spec.text("serviceAccount")
		}
		pod.HostNetwork = pod.HostNetwork || isTrue(spec, "hostNetwork")
		pod.HostPID = pod.HostPID || isTrue(spec, "hostPID")
		pod.HostIPC = pod.HostIPC || isTrue(spec, "hostIPC")
		for _, m := range spec {
			l, _ := m.val.(list)
			for _, v := range l {
				e, _ := v.(object)
				switch m.name {
				case "containers", "initContainers", "ephemeralContainers":
					for _, image := range e.all("image") {
						pod.Images = addOnce(pod.Images, textOf(image))
					}
					for _, sc := range below(e, []string{"securityContext"}) {
						pod.Privileged = pod.Privileged || isTrue(sc, "privileged")
					}
				case "volumes":
					for _, hp := range below(e, []string{"hostPath"}) {
						for _, path := range hp.all("path") {
							pod.HostPaths = addOnce(pod.HostPaths, textOf(path))
						}
					}
				}
			}
		}
	}
	return pod
}

func addOnce(texts []string, text string) []string {
	switch {
	case text == "" || slices.Contains(texts, text):
		return texts
	case len(texts) == 256:
		return append(texts[:255:255], text)
	}
	return append(texts, text)
}
