package eksaudit

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode/intern"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Parser reads audit events. It keeps strings that events share, a few MiB
// at most. The zero value is ready. It is not safe for concurrent use.
type Parser struct {
	shared   intern.Table
	inner    jsonscan.Scanner // reads the parts below again
	answered Pod
	scratch  []byte
	event    event
}

// event is what is read of an event besides its Record.
type event struct {
	kind, apiVersion             string
	received, timestamp, created time.Time
	request, response            []byte // requestObject and responseObject as logged
	subject                      bool   // has a user or an objectRef
}

// Parse reads the event object that s stands before into rec, all of whose
// fields it sets, but for Raw, which becomes nil. A later member of the same
// name wins. Members of an unexpected kind count as absent, but a number or
// a boolean is good for a string, and a string for a list of one.
//
// It returns nil, or a *decode.Rejection with Reason and Detail when the
// value is valid but no event that can be used (Foreign when it is no audit
// event at all), in both cases with s behind the value; and s.Err() in all
// other cases. When it returns an error, rec is undefined. It may be called
// again for the same object, with more of it in the buffer.
func (p *Parser) Parse(s *jsonscan.Scanner, rec *Record) error {
	p.event = event{}
	e := &p.event
	*rec = Record{
		SourceIPs: rec.SourceIPs[:0],
		User:      User{Groups: rec.User.Groups[:0]}, Impersonated: User{Groups: rec.Impersonated.Groups[:0]},
		Pod:     Pod{Images: rec.Pod.Images[:0], HostPaths: rec.Pod.HostPaths[:0]},
		Binding: Binding{Subjects: rec.Binding.Subjects[:0]},
	}
	if !enter(s) {
		if err := s.Err(); err != nil {
			return err
		}
		return foreign("no object")
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "kind":
			e.kind = p.text(s)
		case "apiVersion":
			e.apiVersion = p.text(s)
		case "level":
			rec.Level = p.text(s)
		case "auditID":
			b, _ := s.Text()
			rec.AuditID = string(b)
		case "stage":
			rec.Stage = p.text(s)
		case "requestURI":
			rec.RequestURI = p.text(s)
		case "verb":
			rec.Verb = p.text(s)
		case "user":
			e.subject = true
			p.user(s, &rec.User)
		case "impersonatedUser":
			p.user(s, &rec.Impersonated)
		case "sourceIPs":
			rec.SourceIPs = p.texts(s, rec.SourceIPs[:0])
		case "userAgent":
			rec.UserAgent = p.text(s)
		case "objectRef":
			e.subject = true
			p.object(s, &rec.Object)
		case "responseStatus":
			p.status(s, &rec.Status)
		case "requestObject":
			e.request, _ = s.Skip()
		case "responseObject":
			e.response, _ = s.Skip()
		case "requestReceivedTimestamp":
			e.received = moment(s)
		case "timestamp":
			e.timestamp = moment(s)
		case "stageTimestamp":
			rec.StageTime = moment(s)
		case "metadata":
			p.metadata(s)
		case "annotations":
			p.annotations(s, rec)
		default:
			s.Skip()
		}
	}
	if err := s.Err(); err != nil {
		return err
	}
	if err := e.check(rec); err != nil {
		return err
	}
	p.written(rec)
	return nil
}

func (p *Parser) object(s *jsonscan.Scanner, o *Object) {
	*o = Object{}
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "resource":
			o.Resource = p.text(s)
		case "subresource":
			o.Subresource = p.text(s)
		case "namespace":
			o.Namespace = p.text(s)
		case "name":
			o.Name = p.text(s)
		case "apiGroup":
			o.APIGroup = p.text(s)
		case "apiVersion":
			o.APIVersion = p.text(s)
		case "uid":
			o.UID = p.text(s)
		default:
			s.Skip()
		}
	}
}

func (p *Parser) status(s *jsonscan.Scanner, st *Status) {
	*st = Status{}
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "code":
			st.Code = 0
			b, _ := s.Text()
			if len(b) == 3 && '1' <= b[0] && b[0] <= '9' && twoDigits(b[1:]) >= 0 {
				st.Code = int(b[0]-'0')*100 + twoDigits(b[1:])
			}
		case "status":
			st.Status = p.text(s)
		case "reason":
			st.Reason = p.text(s)
		default:
			s.Skip()
		}
	}
}

// metadata reads the event's own, of audit v1beta1.
func (p *Parser) metadata(s *jsonscan.Scanner) {
	p.event.created = time.Time{}
	if !enter(s) {
		return
	}
	for s.NextMember() {
		if string(s.Name()) == "creationTimestamp" {
			p.event.created = moment(s)
		} else {
			s.Skip()
		}
	}
}

func (p *Parser) annotations(s *jsonscan.Scanner, rec *Record) {
	rec.Decision, rec.Reason = "", ""
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch p.scratch = appendKey(p.scratch[:0], s.Name()); string(p.scratch) {
		case "authorizationk8siodecision":
			rec.Decision = p.text(s)
		case "authorizationk8sioreason":
			rec.Reason = p.text(s)
		default:
			s.Skip()
		}
	}
}
