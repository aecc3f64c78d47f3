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

	escaped tristate // whether Raw has \u escapes, which may hide a member's name
	record  any      // Raw, decoded
	decoded bool     // whether record is valid, nil for undecodable
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

// tristate is a fact that is found out when it is first needed.
type tristate uint8

const (
	unknown tristate = iota
	yes
	no
)

// mayHold reports whether the record may have a member of the name. While the
// record is not decoded a search of its bytes decides, which costs a
// hundredth of decoding; names with escaped letters make it say yes.
func (ev *Event) mayHold(name []byte) bool {
	if ev.decoded || len(name) == 0 || bytes.Contains(ev.Raw, name) {
		return true
	}
	if ev.escaped == unknown {
		ev.escaped = no
		if bytes.Contains(ev.Raw, []byte(`\u`)) {
			ev.escaped = yes
		}
	}
	return ev.escaped == yes
}

// root returns the decoded record, nil when there is none.
func (ev *Event) root() any {
	if !ev.decoded {
		ev.decoded = true
		ev.record, ev.err = decodeJSON(ev.Raw)
	}
	return ev.record
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
