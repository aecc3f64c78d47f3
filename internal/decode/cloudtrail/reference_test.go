package cloudtrail

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// The reference is the plain way to do what Decoder does, for valid input
// only: read all of it into a tree, then pick the fields out.

type (
	object []member
	member struct {
		name string
		val  any // object, list, string, scalar, nil
		raw  string
	}
	list   []member // without names
	scalar string   // number or boolean as written
)

// tree reads the next value.
func tree(d *jsontext.Decoder) (any, error) {
	switch d.PeekKind() {
	case '{':
		o := object{}
		if _, err := d.ReadToken(); err != nil {
			return nil, err
		}
		for d.PeekKind() == '"' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			m := member{name: name.String()}
			if m.val, m.raw, err = withRaw(d); err != nil {
				return nil, err
			}
			o = append(o, m)
		}
		_, err := d.ReadToken()
		return o, err
	case '[':
		l := list{}
		if _, err := d.ReadToken(); err != nil {
			return nil, err
		}
		for d.PeekKind() != ']' {
			var m member
			var err error
			if m.val, m.raw, err = withRaw(d); err != nil {
				return nil, err
			}
			l = append(l, m)
		}
		_, err := d.ReadToken()
		return l, err
	}
	tok, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case '"':
		return tok.String(), nil
	case 'n':
		return nil, nil
	}
	return scalar(tok.String()), nil
}

var lax = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

func withRaw(d *jsontext.Decoder) (any, string, error) {
	raw, err := d.ReadValue()
	if err != nil {
		return nil, "", err
	}
	v, err := tree(jsontext.NewDecoder(bytes.NewReader(raw), lax...))
	return v, string(raw), err
}

// get returns the last member of that name.
func (o object) get(name string) any {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].name == name {
			return o[i].val
		}
	}
	return nil
}

func (o object) text(name string) string {
	switch v := o.get(name).(type) {
	case string:
		return v
	case scalar:
		return string(v)
	}
	return ""
}

func (o object) obj(name string) object {
	v, _ := o.get(name).(object)
	return v
}

func (o object) raw(name string) []byte {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].name == name && o[i].val != nil {
			return []byte(o[i].raw)
		} else if o[i].name == name {
			return nil
		}
	}
	return nil
}

func (o object) tri(name string) Tri {
	if _, number := o.get(name).(scalar); number && o.text(name) != "true" && o.text(name) != "false" {
		return Absent
	}
	switch {
	case strings.EqualFold(o.text(name), "true"):
		return True
	case strings.EqualFold(o.text(name), "false"):
		return False
	}
	return Absent
}

// result is a record or the reason why there is none.
type result struct {
	Record *Record
	Reason decode.Reason
	held   bool // foreign, and not in an object's list of records
}

// reference decodes valid input; ok says that it is valid.
func reference(in []byte) (results []result, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(in), lax...)
	for {
		v, raw, err := withRaw(d)
		if err == io.EOF {
			break
		}
		if err != nil || v == nil {
			return nil, false
		}
		switch v := v.(type) {
		case object, list:
			results = append(results, values(v, raw, false)...)
		default:
			return nil, false
		}
	}
	// A file of another kind counts once.
	native, held := false, 0
	for _, r := range results {
		native = native || r.Reason != decode.ReasonNotCloudTrail
		if r.held {
			held++
		}
	}
	if native || held == 0 {
		return results, true
	}
	once := results[:0]
	for _, r := range results {
		if !r.held {
			once = append(once, r)
		}
	}
	return append(once, result{Reason: decode.ReasonNotCloudTrail}), true
}

func values(v any, raw string, inObject bool) (results []result) {
	switch v := v.(type) {
	case list:
		for _, e := range v {
			if l, ok := e.val.(list); ok {
				results = append(results, values(l, e.raw, false)...)
			} else {
				results = append(results, values(e.val, e.raw, inObject)...)
			}
		}
		return results
	case object:
		for i, m := range v {
			if _, ok := m.val.(list); !decode.IsList([]byte(m.name)) || !ok || v[:i].text("eventName") != "" {
				continue
			}
			for _, m := range v[i:] {
				if l, ok := m.val.(list); decode.IsList([]byte(m.name)) && ok {
					results = append(results, values(l, m.raw, true)...)
				}
			}
			return results
		}
		r := pick(v, raw)
		r.held = r.Reason == decode.ReasonNotCloudTrail && !inObject
		return []result{r}
	}
	return []result{{Reason: decode.ReasonNotCloudTrail, held: !inObject}}
}

func pick(o object, raw string) result {
	rec := &Record{
		EventVersion:        o.text("eventVersion"),
		EventID:             o.text("eventID"),
		EventSource:         o.text("eventSource"),
		EventName:           o.text("eventName"),
		AWSRegion:           o.text("awsRegion"),
		SourceIPAddress:     o.text("sourceIPAddress"),
		UserAgent:           o.text("userAgent"),
		ErrorCode:           o.text("errorCode"),
		ErrorMessage:        o.text("errorMessage"),
		EventType:           o.text("eventType"),
		EventCategory:       o.text("eventCategory"),
		RecipientAccountID:  o.text("recipientAccountId"),
		SharedEventID:       o.text("sharedEventID"),
		VPCEndpointID:       o.text("vpcEndpointId"),
		ReadOnly:            o.tri("readOnly"),
		ManagementEvent:     o.tri("managementEvent"),
		FromConsole:         o.tri("sessionCredentialFromConsole"),
		RequestParameters:   o.raw("requestParameters"),
		ResponseElements:    o.raw("responseElements"),
		AdditionalEventData: o.raw("additionalEventData"),
		Raw:                 []byte(raw),
	}
	u := o.obj("userIdentity")
	session, behalf := u.obj("sessionContext"), u.obj("onBehalfOf")
	issuer := session.obj("sessionIssuer")
	rec.UserIdentity = entity.Identity{
		Type: u.text("type"), PrincipalID: u.text("principalId"), ARN: u.text("arn"), AccountID: u.text("accountId"),
		AccessKeyID: u.text("accessKeyId"), UserName: u.text("userName"), InvokedBy: u.text("invokedBy"),
		Issuer: entity.Issuer{Type: issuer.text("type"), PrincipalID: issuer.text("principalId"), ARN: issuer.text("arn"),
			AccountID: issuer.text("accountId"), UserName: issuer.text("userName")},
		MFAAuthenticated:  session.obj("attributes").text("mfaAuthenticated"),
		SourceIdentity:    session.text("sourceIdentity"),
		EC2RoleDelivery:   session.text("ec2RoleDelivery"),
		FederatedProvider: session.obj("webIdFederationData").text("federatedProvider"),
		IdentityProvider:  u.text("identityProvider"),
		OnBehalfOf:        behalf.text("userId"),
		IdentityStoreARN:  behalf.text("identityStoreArn"),
	}
	resources, _ := o.get("resources").(list)
	for _, e := range resources {
		if r, ok := e.val.(object); ok {
			arn := ""
			for _, m := range r {
				if m.name == "ARN" || m.name == "arn" {
					arn = object{m}.text(m.name)
				}
			}
			if arn == "" {
				arn = r.text("ARNPrefix")
			}
			rec.Resources = append(rec.Resources, Resource{ARN: arn, AccountID: r.text("accountId"), Type: r.text("type")})
		}
	}
	insight := o.obj("insightDetails")
	rec.Insight = Insight{Type: insight.text("insightType"), State: insight.text("state"),
		EventSource: insight.text("eventSource"), EventName: insight.text("eventName")}
	reject := func(r decode.Reason) result { return result{Reason: r} }
	when := o.text("eventTime")
	switch {
	case rec.EventType == "AwsCloudTrailInsight" || rec.EventCategory == "Insight" || rec.EventName == "" && rec.Insight != (Insight{}):
		if rec.Insight.Type == "" {
			return reject(decode.ReasonInsight)
		}
		if when == "" {
			when = o.text("@timestamp")
		}
	case rec.EventName == "" && rec.EventSource == "":
		for _, m := range o {
			switch m.name {
			case "digestStartTime", "digestS3Bucket":
				return reject(decode.ReasonDigest)
			}
		}
		return reject(decode.ReasonNotCloudTrail)
	case strings.HasPrefix(rec.EventSource, "aws:"):
		return reject(decode.ReasonNotCloudTrail)
	case rec.EventName == "":
		return reject(decode.ReasonNoEventName)
	case rec.EventSource == "":
		return reject(decode.ReasonNoEventSource)
	case when == "":
		when = o.text("@timestamp")
	}
	var err error
	if rec.EventTime, err = referenceTime(when); err != nil {
		return reject(decode.ReasonNoEventTime)
	}
	return result{Record: rec}
}

func referenceTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 UTC"} {
		if t, err := time.Parse(layout, s); err == nil && len(s) <= 64 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("no time: %q", s)
}
