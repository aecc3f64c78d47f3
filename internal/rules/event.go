package rules

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Event is one CloudTrail record as rules see it: the columns that most rules
// need, and the whole record for the rest. The empty string means absent.
//
// An Event belongs to one goroutine at a time: matching decodes Raw into it.
// The caller owns Raw and must not change it before Reset.
type Event struct {
	Source           string // eventSource
	Name             string // eventName, as recorded or without its API version
	Type             string // eventType
	Category         string // eventCategory
	Region           string // awsRegion
	SourceIP         string // sourceIPAddress, as recorded
	UserAgent        string // userAgent
	ErrorCode        string // errorCode
	ErrorMessage     string // errorMessage
	ReadOnly         string // readOnly: "true", "false" or absent
	RecipientAccount string // recipientAccountId
	VPCEndpoint      string // vpcEndpointId

	IdentityType     string // userIdentity.type
	IdentityARN      string // userIdentity.arn
	IdentityAccount  string // userIdentity.accountId
	PrincipalID      string // userIdentity.principalId
	AccessKeyID      string // userIdentity.accessKeyId
	UserName         string // userIdentity.userName
	InvokedBy        string // userIdentity.invokedBy
	IssuerType       string // userIdentity.sessionContext.sessionIssuer.type
	IssuerARN        string // userIdentity.sessionContext.sessionIssuer.arn
	IssuerUserName   string // userIdentity.sessionContext.sessionIssuer.userName
	MFAAuthenticated string // userIdentity.sessionContext.attributes.mfaAuthenticated

	// Raw is the record's JSON. It is decoded at most once, and only when a
	// rule that may match needs a field that is not a column. Rules that need
	// such a field do not match while Raw is empty or not JSON.
	Raw []byte

	// Split says that Parts are the values of those members of Raw as they
	// stand there, nil for absent ones. A rule that asks for one then costs
	// the decoding of this part only.
	Split bool
	Parts [NumParts][]byte

	record  part // Raw
	parts   [NumParts]part
	err     error    // why Raw could not be decoded
	grants  []string // values of gumshoe.grant
	granted bool     // whether grants is valid
}

// Reset empties ev for the next record.
func (ev *Event) Reset() { *ev = Event{} }

// Err returns why Raw could not be decoded, nil when it could or when no rule
// has needed it.
func (ev *Event) Err() error { return ev.err }

// ParseEvent decodes one CloudTrail record and fills all columns from it, for
// tests of rules and for callers without columns of their own. It fails when
// raw is not a JSON object. The event keeps raw.
func ParseEvent(raw []byte) (*Event, error) {
	ev := &Event{Raw: raw}
	root := ev.root()
	if ev.err != nil {
		return nil, ev.err
	}
	if _, ok := root.(map[string]any); !ok {
		return nil, fmt.Errorf("decode record: it is no JSON object")
	}
	for _, c := range columns {
		visit(root, c.path, func(v any) bool {
			s, ok := scalarText(v)
			if ok && s != "" {
				*c.of(ev) = s
			}
			return ok
		})
	}
	return ev, nil
}

// The members of a record that Event may hold apart, by their index in Parts.
const (
	RequestParameters = iota
	ResponseElements
	AdditionalEventData
	NumParts
)

// partNames are the members' names.
var partNames = [NumParts]string{"requestParameters", "responseElements", "additionalEventData"}

// part is a JSON value that is decoded when it is first needed.
type part struct {
	escaped tristate // whether it has \u escapes, which may hide a member's name
	value   any
	decoded bool // whether value is valid, nil for undecodable
}

// tristate is a fact that is found out when it is first needed.
type tristate uint8

const (
	unknown tristate = iota
	yes
	no
)

// mayHold reports whether raw, which is p's, may have a member of the name.
// While it is not decoded a search of its bytes decides, which costs a
// hundredth of decoding; names with escaped letters make it say yes.
func (p *part) mayHold(raw, name []byte) bool {
	if p.decoded || len(name) == 0 || bytes.Contains(raw, name) {
		return true
	}
	if p.escaped == unknown {
		p.escaped = no
		if bytes.Contains(raw, []byte(`\u`)) {
			p.escaped = yes
		}
	}
	return p.escaped == yes
}

// find returns what path begins in, with the part of path that leads on from
// there; nil when it certainly leads nowhere. A value that has the path also
// has a member named key.
func (ev *Event) find(path []string, key []byte) (any, []string) {
	if ev.Split {
		for i, name := range partNames {
			if path[0] != name {
				continue
			}
			p, raw := &ev.parts[i], ev.Parts[i]
			if len(raw) == 0 || !p.mayHold(raw, key) {
				return nil, nil
			}
			return ev.decode(p, raw), path[1:]
		}
	}
	if !ev.record.mayHold(ev.Raw, key) {
		return nil, nil
	}
	return ev.root(), path
}

// root returns the decoded record, nil when there is none.
func (ev *Event) root() any { return ev.decode(&ev.record, ev.Raw) }

func (ev *Event) decode(p *part, raw []byte) any {
	if !p.decoded {
		p.decoded = true
		var err error
		if p.value, err = decodeJSON(raw); err != nil {
			ev.err = err
		}
	}
	return p.value
}

// decodeJSON decodes b as leniently as records of other tools need: twin
// names (the last one counts) and broken UTF-8 are taken. Empty input is nil.
func decodeJSON(b []byte) (any, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var v any
	err := json.Unmarshal(b, &v, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("decode record: %w", err)
	}
	return v, nil
}
