package eksaudit

import (
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// The reasons for which a value is rejected. They are written to the ledger:
// their spelling must not change.
const (
	// Valid JSON that is no audit event.
	ReasonNotAudit decode.Reason = "not-eksaudit"
	// An audit event without a time, or with none that can be read.
	ReasonNoTime decode.Reason = "no-audit-time"
	// An audit event with neither verb nor requestURI.
	ReasonNoVerb decode.Reason = "no-audit-verb"
)

// group is the API group of audit events, with the slash before its version.
const group = "audit.k8s.io/"

// check decides whether what was read is an event that can be used, and
// gives it its time.
func (e *event) check(rec *Record) error {
	if !e.isAudit(rec) {
		if e.kind == "" && e.apiVersion == "" {
			return foreign("no Kubernetes object")
		}
		return foreign(fmt.Sprintf("an object of kind %.64q in %.64q", e.kind, e.apiVersion))
	}
	rec.Time = e.received
	if rec.Time.IsZero() {
		rec.Time = e.timestamp
	}
	if rec.Time.IsZero() {
		rec.Time = e.created
	}
	if rec.Time.IsZero() {
		rec.Time = rec.StageTime
	}
	if rec.Time.IsZero() {
		return &decode.Rejection{Reason: ReasonNoTime, Detail: "no timestamp that is a time"}
	}
	if rec.Verb == "" && rec.RequestURI == "" {
		return &decode.Rejection{Reason: ReasonNoVerb, Detail: "neither verb nor requestURI"}
	}
	return nil
}

// isAudit tells audit events from the Events of the core API, of kind Event
// too, and from other JSON. Kind and apiVersion are often lost on the way;
// then it takes the event's own members.
func (e *event) isAudit(rec *Record) bool {
	if e.kind != "" && e.kind != "Event" {
		return false
	}
	if e.apiVersion != "" {
		return strings.HasPrefix(e.apiVersion, group)
	}
	return rec.AuditID != "" || (rec.Verb != "" || rec.RequestURI != "") && (e.subject || e.kind != "")
}

func foreign(detail string) error {
	return &decode.Rejection{Reason: ReasonNotAudit, Detail: detail, Foreign: true}
}

// Looks reports whether an object whose top-level members have these names
// is probably an audit event. It is for finding out what a file holds; Parse
// decides.
func Looks(names map[string]bool) bool {
	if names["auditID"] || names["requestReceivedTimestamp"] {
		return true
	}
	request := names["verb"] || names["requestURI"]
	return request && (names["user"] || names["objectRef"] || names["kind"] || names["apiVersion"])
}
