package cloudtrail

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/intern"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
)

// fields reads one object into a Record.
type fields struct {
	rec        *Record
	shared     intern.Table
	identities identities
	last       struct { // texts of the last record, most of which come again
		version, source, region, kind, category, account string
	}

	timestamp string // @timestamp, which some shippers leave in place of eventTime
	eventTime string // eventTime as logged, when it is none
}

// parse is the jsonstream.Parse of CloudTrail records. A later member of the
// same name wins. Members of an unexpected kind count as absent, but a number
// or a boolean is good for a string.
func (f *fields) parse(s *jsonscan.Scanner) error {
	start := s.Pos()
	rec := f.rec
	*rec = Record{Resources: rec.Resources[:0]}
	f.timestamp, f.eventTime = "", ""

	s.BeginObject()
	for s.NextMember() {
		switch string(s.Name()) {
		case "eventVersion":
			rec.EventVersion = f.again(s, &f.last.version)
		case "eventID":
			rec.EventID = unique(s)
		case "eventTime":
			f.time(s)
		case "@timestamp":
			f.timestamp = unique(s)
		case "eventSource":
			rec.EventSource = f.again(s, &f.last.source)
		case "eventName":
			rec.EventName = f.text(s)
		case "awsRegion":
			rec.AWSRegion = f.again(s, &f.last.region)
		case "sourceIPAddress":
			rec.SourceIPAddress = f.text(s)
		case "userAgent":
			rec.UserAgent = f.text(s)
		case "errorCode":
			rec.ErrorCode = f.text(s)
		case "errorMessage":
			rec.ErrorMessage = f.text(s)
		case "eventType":
			rec.EventType = f.again(s, &f.last.kind)
		case "eventCategory":
			rec.EventCategory = f.again(s, &f.last.category)
		case "recipientAccountId":
			rec.RecipientAccountID = f.again(s, &f.last.account)
		case "sharedEventID":
			rec.SharedEventID = unique(s)
		case "vpcEndpointId":
			rec.VPCEndpointID = f.text(s)
		case "readOnly":
			rec.ReadOnly = tri(s)
		case "managementEvent":
			rec.ManagementEvent = tri(s)
		case "sessionCredentialFromConsole":
			rec.FromConsole = tri(s)
		case "userIdentity":
			f.userIdentity(s, &rec.UserIdentity)
		case "resources":
			f.resources(s)
		case "requestParameters":
			rec.RequestParameters = value(s)
		case "responseElements":
			rec.ResponseElements = value(s)
		case "additionalEventData":
			rec.AdditionalEventData = value(s)
		case "insightDetails":
			f.insight(s)
		default:
			if decode.IsList(s.Name()) && s.Kind() == jsonscan.Array && rec.EventName == "" {
				s.BeginArray()
				return jsonstream.ErrList
			}
			s.Skip()
		}
	}
	if err := s.Err(); err != nil {
		return err
	}
	return f.check(s.Since(start))
}

// insight reads the insightDetails of a CloudTrail Insights event.
func (f *fields) insight(s *jsonscan.Scanner) {
	f.rec.Insight = Insight{}
	if !enter(s) {
		return
	}
	for s.NextMember() {
		switch string(s.Name()) {
		case "insightType":
			f.rec.Insight.Type = f.text(s)
		case "state":
			f.rec.Insight.State = f.text(s)
		case "eventSource":
			f.rec.Insight.EventSource = f.text(s)
		case "eventName":
			f.rec.Insight.EventName = f.text(s)
		default:
			s.Skip()
		}
	}
}

// text reads a string that other records are likely to have too.
func (f *fields) text(s *jsonscan.Scanner) string {
	b, _ := s.Text()
	return f.shared.String(b)
}

// maxAgain is the longest text that is kept for the next record, in bytes: the
// names of services and Regions are shorter.
const maxAgain = 128

// again reads a string that is likely to be the one that was read last.
func (f *fields) again(s *jsonscan.Scanner, last *string) string {
	b, _ := s.Text()
	switch {
	case string(b) == *last:
	case len(b) > maxAgain:
		return string(b)
	default:
		*last = f.shared.String(b)
	}
	return *last
}

// unique reads a string that no other record is likely to have.
func unique(s *jsonscan.Scanner) string {
	b, _ := s.Text()
	return string(b)
}

// value reads a value as logged, nil for null.
func value(s *jsonscan.Scanner) []byte {
	if s.Kind() == jsonscan.Null {
		s.Skip()
		return nil
	}
	raw, _ := s.Skip()
	return raw
}

// tri reads true, "true", "True" and their opposites.
func tri(s *jsonscan.Scanner) Tri {
	b, k := s.Text()
	switch {
	case k == jsonscan.True:
		return True
	case k == jsonscan.False:
		return False
	case k == jsonscan.String && strings.EqualFold(string(b), "true"):
		return True
	case k == jsonscan.String && strings.EqualFold(string(b), "false"):
		return False
	}
	return Absent
}

// enter begins the object that is next. It passes over anything else and
// reports false.
func enter(s *jsonscan.Scanner) bool {
	if s.Kind() == jsonscan.Object {
		return s.BeginObject()
	}
	s.Skip()
	return false
}

func (f *fields) resources(s *jsonscan.Scanner) {
	f.rec.Resources = f.rec.Resources[:0]
	if s.Kind() != jsonscan.Array {
		s.Skip()
		return
	}
	for s.BeginArray(); s.NextElement(); {
		if !enter(s) {
			continue
		}
		var r Resource
		var prefix string
		for s.NextMember() {
			switch string(s.Name()) {
			case "ARN", "arn":
				r.ARN = f.text(s)
			case "ARNPrefix":
				prefix = f.text(s)
			case "accountId":
				r.AccountID = f.text(s)
			case "type":
				r.Type = f.text(s)
			default:
				s.Skip()
			}
		}
		if r.ARN == "" {
			r.ARN = prefix
		}
		f.rec.Resources = append(f.rec.Resources, r)
	}
}
