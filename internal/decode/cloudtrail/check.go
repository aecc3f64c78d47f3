package cloudtrail

import (
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// check decides whether the object that was read, raw, is a record. A record
// needs a time, a name and a source; all else may be missing.
func (f *fields) check(raw []byte) error {
	rec := f.rec
	if rec.EventType == "AwsCloudTrailInsight" || rec.EventCategory == "Insight" || rec.EventName == "" && rec.Insight != (Insight{}) {
		if rec.Insight.Type == "" {
			return &Rejection{Reason: decode.ReasonInsight, Detail: "a CloudTrail Insights event that does not say of what type"}
		}
		return f.checkTime()
	}
	if rec.EventName == "" && rec.EventSource == "" {
		return otherKind(raw)
	}
	if strings.HasPrefix(rec.EventSource, "aws:") {
		// S3, SQS and DynamoDB call their messages to Lambda records too,
		// with CloudTrail's own member names.
		return foreign(fmt.Sprintf("a notification of %.32q", rec.EventSource))
	}
	if rec.EventName == "" {
		return &Rejection{Reason: decode.ReasonNoEventName, Detail: "no eventName"}
	}
	if rec.EventSource == "" {
		return &Rejection{Reason: decode.ReasonNoEventSource, Detail: "no eventSource"}
	}
	return f.checkTime()
}

// checkTime decides whether the record that was read has a time.
func (f *fields) checkTime() error {
	rec := f.rec
	if f.eventTime != "" {
		return &Rejection{Reason: decode.ReasonNoEventTime, Detail: fmt.Sprintf("eventTime is %q", f.eventTime)}
	}
	if rec.EventTime.IsZero() {
		var ok bool
		if rec.EventTime, ok = parseTime([]byte(f.timestamp)); !ok {
			return &Rejection{Reason: decode.ReasonNoEventTime, Detail: "no eventTime"}
		}
	}
	return nil
}

func foreign(detail string) error {
	return &Rejection{Reason: decode.ReasonNotCloudTrail, Detail: detail, Foreign: true}
}

// otherKind is the rejection of an object that is no CloudTrail record. It
// says what it is instead, as far as its members tell.
func otherKind(raw []byte) error {
	var s jsonscan.Scanner
	s.Reset(raw, 0)
	has := map[string]bool{}
	var names []string
	for s.BeginObject(); s.NextMember(); s.Skip() {
		// Enough to tell the kinds apart, and little for a hostile object.
		if name := string(s.Name()); len(name) <= 64 && len(has) < 64 {
			has[name] = true
			if len(names) < 4 {
				names = append(names, fmt.Sprintf("%q", name))
			}
		}
	}
	switch {
	case has["digestStartTime"] || has["digestS3Bucket"]:
		return &Rejection{Reason: decode.ReasonDigest, Detail: "a CloudTrail digest file"}
	case has["detail"] && has["detail-type"]:
		return foreign("an EventBridge envelope")
	case has["logEvents"] || has["messageType"]:
		return foreign("a CloudWatch Logs envelope")
	case has["auditID"] || has["apiVersion"] && has["kind"]:
		return foreign("a Kubernetes object")
	case has["ProductArn"] || has["Findings"]:
		return foreign("Security Hub findings")
	case has["schemaVersion"] && has["service"], has["SchemaVersion"] && has["Service"]:
		return foreign("a GuardDuty finding")
	case has["class_uid"]:
		return foreign("an OCSF event")
	case has["CloudTrailEvent"]:
		return foreign("an event of the LookupEvents call")
	case has["@timestamp"] || has["@message"]:
		return foreign("a log shipper's envelope")
	case len(names) == 0:
		return foreign("an object without members")
	}
	return foreign("an object with " + strings.Join(names, ", "))
}
