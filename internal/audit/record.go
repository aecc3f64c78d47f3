package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

const (
	eventVersion = "1.11" // CloudTrail user guide, record contents, 2025
	eventSource  = "detective.amazonaws.com"
	unknown      = "Unknown" // eventName of an unknown route, type of an unknown caller

	// maxRecord is the size of the largest record in bytes: that of a
	// CloudTrail event.
	maxRecord = 256 << 10
	// maxText is how much of a text is kept, in bytes; CloudTrail cuts
	// userAgent, errorCode and errorMessage there. All texts of a record
	// together stay far below maxRecord, however they are escaped.
	maxText = 1 << 10
	// maxDepth is how deep parameters may nest. The API takes 32 levels;
	// decoders need not read more than that and the record around it.
	maxDepth = 40
)

// record is a CloudTrail event, its members in AWS's order.
type record struct {
	EventVersion       string          `json:"eventVersion"`
	UserIdentity       identity        `json:"userIdentity"`
	EventTime          string          `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent,omitempty"`
	ErrorCode          string          `json:"errorCode,omitempty"`
	ErrorMessage       string          `json:"errorMessage,omitempty"`
	RequestParameters  json.RawMessage `json:"requestParameters"`
	ResponseElements   *response       `json:"responseElements"`
	RequestID          string          `json:"requestID,omitempty"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	EventType          string          `json:"eventType"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID string          `json:"recipientAccountId,omitempty"`
	EventCategory      string          `json:"eventCategory"`
}

type identity struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
	UserName    string `json:"userName,omitempty"`
}

type response struct {
	Message string `json:"message"`
}

// omission stands for a field that is left out, in CloudTrail's form.
type omission struct {
	Omitted      bool   `json:"omitted"`
	OriginalSize int    `json:"originalSize"` // bytes
	Reason       string `json:"reason"`
}

// encode returns the call's record as a line of JSON.
func encode(c Call) ([]byte, error) {
	r := record{
		EventVersion:       eventVersion,
		UserIdentity:       caller(c),
		EventTime:          eventTime(c.Time),
		EventSource:        or(cut(c.EventSource), eventSource),
		EventName:          or(cut(c.Operation), unknown),
		AWSRegion:          cut(c.Region),
		SourceIPAddress:    cut(c.SourceIP),
		UserAgent:          cut(c.UserAgent),
		ErrorCode:          cut(c.ErrorCode),
		ErrorMessage:       cut(c.ErrorMessage),
		RequestID:          cut(c.RequestID),
		EventID:            cut(c.EventID),
		ReadOnly:           c.ReadOnly,
		EventType:          "AwsApiCall",
		ManagementEvent:    true,
		RecipientAccountID: cut(c.RecipientAccountID),
		EventCategory:      "Management",
	}
	if r.ErrorCode != "" || r.ErrorMessage != "" {
		r.ResponseElements = &response{r.ErrorMessage}
	}
	var why string
	if r.RequestParameters, why = parameters(c.Parameters); why == "" {
		line, err := marshal(r)
		if err != nil || len(line) <= maxRecord {
			return line, err
		}
		why = fmt.Sprintf("the record would be larger than %d bytes", maxRecord)
	}
	var err error
	if r.RequestParameters, err = marshal(omission{true, len(c.Parameters), why}); err != nil {
		return nil, err
	}
	return marshal(r)
}

// marshal is json.Marshal without HTML's escapes, which CloudTrail has not,
// and with a line end.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// parameters returns p, or why it cannot be put in a record.
func parameters(p []byte) (_ json.RawMessage, why string) {
	switch {
	case len(p) == 0:
		return nil, ""
	case len(p) > maxRecord:
		return nil, fmt.Sprintf("larger than %d bytes", maxRecord)
	case !json.Valid(p):
		return nil, "not valid JSON"
	case depth(p) > maxDepth:
		return nil, fmt.Sprintf("nested deeper than %d levels", maxDepth)
	}
	// JSON in Go may have any bytes within its strings.
	return bytes.ToValidUTF8(p, []byte("\uFFFD")), ""
}

// depth is how deep valid JSON nests.
func depth(p []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(p); i++ {
		switch b := p[i]; {
		case b == '"':
			quoted = !quoted
		case quoted:
			if b == '\\' {
				i++
			}
		case b == '{' || b == '[':
			now++
			deepest = max(deepest, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return deepest
}

// caller is the call's userIdentity. Keys belong to the root user or to an
// IAM user. AWS has the unique id of a user as its principal; a user has none
// here, so its key stands for it, as in STS's answer.
func caller(c Call) identity {
	id := identity{Type: unknown, ARN: cut(c.ARN), AccountID: cut(c.AccountID), AccessKeyID: cut(c.AccessKeyID)}
	switch {
	case c.AccountID == "":
	case c.ARN == "" || c.ARN == entity.RootARN(c.AccountID):
		id.Type, id.PrincipalID, id.ARN = "Root", id.AccountID, entity.RootARN(id.AccountID)
	default:
		id.Type, id.PrincipalID, id.UserName = "IAMUser", id.AccessKeyID, entity.ShortName(id.ARN)
	}
	return id
}

// eventTime writes t as CloudTrail does, to the second, within the years that
// four digits hold.
func eventTime(t time.Time) string {
	t = t.UTC()
	switch {
	case t.Year() < 0:
		t = time.Time{}
	case t.Year() > 9999:
		t = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return t.Format("2006-01-02T15:04:05Z")
}

// cut returns at most maxText bytes of s, no character halved.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
