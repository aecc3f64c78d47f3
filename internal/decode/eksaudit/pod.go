package eksaudit

import "github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"

// podWritten reads an object whose spec for pods lies at path.
func (p *Parser) podWritten(rec *Record, path []string) {
	request, response := p.event.objects()
	if request == nil {
		return
	}
	pod := &rec.Pod
	pod.Template = len(path) > 1
	p.pod(request, path, pod)
	if response != nil {
		a := &p.answered
		*a = Pod{Images: a.Images[:0], HostPaths: a.HostPaths[:0]}
		p.pod(response, path, a)
		fill(&pod.Name, a.Name)
		fill(&pod.Namespace, a.Namespace)
		fill(&pod.ServiceAccount, a.ServiceAccount)
		fill(&pod.Node, a.Node)
	}
	fill(&pod.Name, rec.Object.Name)
	fill(&pod.Namespace, rec.Object.Namespace)
}

// podPlaced reads the Binding with which the scheduler puts a pod on a node.
func (p *Parser) podPlaced(rec *Record) {
	request, _ := p.event.objects()
	if request == nil {
		return
	}
	pod := &rec.Pod
	for s := p.begin(request); s.NextMember(); {
		if string(s.Name()) != "target" {
			s.Skip()
			continue
		}
		pod.Node = ""
		if !enter(s) {
			continue
		}
		for s.NextMember() {
			if string(s.Name()) == "name" {
				pod.Node = p.text(s)
			} else {
				s.Skip()
			}
		}
	}
	pod.Name, pod.Namespace = rec.Object.Name, rec.Object.Namespace
}

func fill(dst *string, text string) {
	if *dst == "" {
		*dst = text
	}
}

func (p *Parser) pod(raw []byte, path []string, pod *Pod) {
	for s := p.begin(raw); s.NextMember(); {
		switch string(s.Name()) {
		case "metadata":
			p.podName(s, pod)
		case path[0]:
			p.podAt(s, path[1:], pod)
		default:
			s.Skip()
		}
	}
}

func (p *Parser) podName(s *jsonscan.Scanner, pod *Pod) {
	pod.Name, pod.Namespace = "", ""
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "name":
			pod.Name = p.text(s)
		case "namespace":
			pod.Namespace = p.text(s)
		default:
			s.Skip()
		}
	}
}

// podAt reads the spec that lies at path, at most four deep, below the next
// value.
func (p *Parser) podAt(s *jsonscan.Scanner, path []string, pod *Pod) {
	if !enter(s) {
		return
	}
	if len(path) == 0 {
		p.podSpec(s, pod)
		return
	}
	for s.NextMember() {
		if string(s.Name()) == path[0] {
			p.podAt(s, path[1:], pod)
		} else {
			s.Skip()
		}
	}
}

// podSpec reads the members of a spec. Its lists and warning signs are
// collected, so that a member written twice cannot hide one.
func (p *Parser) podSpec(s *jsonscan.Scanner, pod *Pod) {
	alias := ""
	for s.NextMember() {
		switch string(s.Name()) {
		case "nodeName":
			pod.Node = p.text(s)
		case "serviceAccountName":
			pod.ServiceAccount = p.text(s)
		case "serviceAccount": // its old name
			alias = p.text(s)
		case "hostNetwork":
			pod.HostNetwork = truth(s) || pod.HostNetwork
		case "hostPID":
			pod.HostPID = truth(s) || pod.HostPID
		case "hostIPC":
			pod.HostIPC = truth(s) || pod.HostIPC
		case "containers", "initContainers", "ephemeralContainers":
			p.containers(s, pod)
		case "volumes":
			p.volumes(s, pod)
		default:
			s.Skip()
		}
	}
	fill(&pod.ServiceAccount, alias)
}

func (p *Parser) containers(s *jsonscan.Scanner, pod *Pod) {
	if !enterList(s) {
		return
	}
	for s.NextElement() {
		if !enter(s) {
			continue
		}
		for s.NextMember() {
			switch string(s.Name()) {
			case "image":
				pod.Images = once(pod.Images, p.text(s))
			case "securityContext":
				if !enter(s) {
					continue
				}
				for s.NextMember() {
					if string(s.Name()) == "privileged" {
						pod.Privileged = truth(s) || pod.Privileged
					} else {
						s.Skip()
					}
				}
			default:
				s.Skip()
			}
		}
	}
}

func (p *Parser) volumes(s *jsonscan.Scanner, pod *Pod) {
	if !enterList(s) {
		return
	}
	for s.NextElement() {
		if !enter(s) {
			continue
		}
		for s.NextMember() {
			if string(s.Name()) != "hostPath" {
				s.Skip()
				continue
			}
			if !enter(s) {
				continue
			}
			for s.NextMember() {
				if string(s.Name()) == "path" {
					pod.HostPaths = once(pod.HostPaths, p.text(s))
				} else {
					s.Skip()
				}
			}
		}
	}
}
