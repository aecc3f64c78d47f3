package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// column is a field of the record that Event holds as text.
type column struct {
	name string
	path []string
	of   func(*Event) *string
}

// columns lists the fields that are columns of Event.
var columns = makeColumns([]column{
	{name: "eventSource", of: func(e *Event) *string { return &e.Source }},
	{name: "eventName", of: func(e *Event) *string { return &e.Name }},
	{name: "eventType", of: func(e *Event) *string { return &e.Type }},
	{name: "eventCategory", of: func(e *Event) *string { return &e.Category }},
	{name: "awsRegion", of: func(e *Event) *string { return &e.Region }},
	{name: "sourceIPAddress", of: func(e *Event) *string { return &e.SourceIP }},
	{name: "userAgent", of: func(e *Event) *string { return &e.UserAgent }},
	{name: "errorCode", of: func(e *Event) *string { return &e.ErrorCode }},
	{name: "errorMessage", of: func(e *Event) *string { return &e.ErrorMessage }},
	{name: "readOnly", of: func(e *Event) *string { return &e.ReadOnly }},
	{name: "recipientAccountId", of: func(e *Event) *string { return &e.RecipientAccount }},
	{name: "vpcEndpointId", of: func(e *Event) *string { return &e.VPCEndpoint }},
	{name: "userIdentity.type", of: func(e *Event) *string { return &e.IdentityType }},
	{name: "userIdentity.arn", of: func(e *Event) *string { return &e.IdentityARN }},
	{name: "userIdentity.accountId", of: func(e *Event) *string { return &e.IdentityAccount }},
	{name: "userIdentity.principalId", of: func(e *Event) *string { return &e.PrincipalID }},
	{name: "userIdentity.accessKeyId", of: func(e *Event) *string { return &e.AccessKeyID }},
	{name: "userIdentity.userName", of: func(e *Event) *string { return &e.UserName }},
	{name: "userIdentity.invokedBy", of: func(e *Event) *string { return &e.InvokedBy }},
	{name: "userIdentity.sessionContext.sessionIssuer.type", of: func(e *Event) *string { return &e.IssuerType }},
	{name: "userIdentity.sessionContext.sessionIssuer.arn", of: func(e *Event) *string { return &e.IssuerARN }},
	{name: "userIdentity.sessionContext.sessionIssuer.userName", of: func(e *Event) *string { return &e.IssuerUserName }},
	{name: "userIdentity.sessionContext.attributes.mfaAuthenticated", of: func(e *Event) *string { return &e.MFAAuthenticated }},
})

func makeColumns(cs []column) []column {
	for i := range cs {
		cs[i].path = strings.Split(cs[i].name, ".")
	}
	return cs
}

// topLevel lists the members of a CloudTrail record that are not columns
// (CloudTrail user guide, "CloudTrail record contents", and the fields seen
// in real logs). A rule that names another one has a typing mistake and would
// never match in silence.
var topLevel = []string{
	"addendum", "additionalEventData", "apiVersion", "edgeDeviceDetails",
	"eventContext", "eventID", "eventTime", "eventVersion", "insightDetails", "managementEvent",
	"requestID", "requestParameters", "resources", "responseElements", "serviceEventDetails",
	"sessionCredentialFromConsole", "sharedEventID", "tlsDetails", "userIdentity",
}

// maxPath bounds the segments of a dotted path.
const maxPath = 16

// field reads the values of one field of an event.
type field struct {
	name  string
	of    func(*Event) *string // a column
	path  []string             // or a path into the record
	key   []byte               // the second part of path, without which the record has no value
	grant bool                 // or gumshoe.grant
}

// newField resolves a field's name as rules write it.
func newField(name string) (field, error) {
	if name == "gumshoe.grant" {
		return field{name: name, grant: true}, nil
	}
	if i := slices.IndexFunc(columns, func(c column) bool { return c.name == name }); i >= 0 {
		return field{name: name, of: columns[i].of}, nil
	}
	path := strings.Split(name, ".")
	if len(path) > maxPath {
		return field{}, fmt.Errorf("field %q has more than %d parts", name, maxPath)
	}
	if slices.Contains(path, "") {
		return field{}, fmt.Errorf("field %q has an empty part", name)
	}
	known := slices.Contains(topLevel, path[0]) || slices.ContainsFunc(columns, func(c column) bool {
		return len(path) == 1 && c.name == name
	})
	if !known {
		return field{}, fmt.Errorf("unknown field %q: a CloudTrail record has no member %q", name, path[0])
	}
	f := field{name: name, path: path}
	if len(path) > 1 {
		f.key = []byte(path[1])
	}
	return f, nil
}

// raw reports whether reading f needs the whole record.
func (f *field) raw() bool { return f.of == nil }

// each calls yield with the values of f that are present until one call
// returns true, and reports whether one did.
func (f *field) each(ev *Event, yield func(any) bool) bool {
	switch {
	case f.grant:
		for _, g := range ev.grantValues() {
			if yield(g) {
				return true
			}
		}
		return false
	case f.of != nil:
		return f.eachColumn(ev, func(s string) bool { return yield(s) })
	default:
		v, rest := ev.find(f.path, f.key)
		return visit(v, rest, yield)
	}
}

// eachColumn is each for a field that is a column. An eventName that has an
// API version has two values, a userAgent loses the brackets around it.
func (f *field) eachColumn(ev *Event, yield func(string) bool) bool {
	s := *f.of(ev)
	if s == "" {
		return false
	}
	switch f.name {
	case "userAgent":
		return yield(entity.CleanAgent(s))
	case "eventName":
		if n := entity.APIName(s); n != s && yield(n) {
			return true
		}
	}
	return yield(s)
}

// exists reports whether f has a value other than null and the empty text.
func (f *field) exists(ev *Event) bool {
	return f.each(ev, func(any) bool { return true })
}
