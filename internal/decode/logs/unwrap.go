package logs

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// maxDepth is how many envelopes may lie inside each other. A log group's
// message that went through EventBridge, SNS and SQS lies in five.
const maxDepth = 8

// payload is something inside an envelope: an object, or a text that holds
// one or is a line of a flow log.
type payload struct {
	data    []byte // a JSON value
	depth   int    // of the envelope
	context Context
	derived bool // made from another form of the record
}

// wrappers are the members that hold what an envelope is about, the most
// telling first:
//
//	detail                   EventBridge
//	Message, Sns             SNS
//	body, Body               SQS, as Lambda and as the command line hand it out
//	eventJson, CloudTrailEvent   CloudTrail Lake, LookupEvents
//	message, log, event, _source, @message   log shippers and stores of logs
var wrappers = []string{"detail", "Sns", "Message", "body", "Body", "eventJson", "eventjson", "CloudTrailEvent",
	"_source", "event", "@message", "message", "log"}

// unwrap remembers what the envelope raw holds, and reports whether it is
// one. An envelope may be empty.
func (j *jsonReader) unwrap(raw []byte, names map[string]bool, depth int, c Context) bool {
	switch {
	case names["messageType"] && names["logGroup"], names["logEvents"]:
		j.logGroup(raw, depth, c)
		return true
	case names["detail"] && names["detail-type"]:
		return j.eventBridge(raw, depth, c)
	case names["QueryResultRows"]:
		j.queryResult(raw, depth, c)
		return true
	}
	for name := range names {
		if decode.IsList([]byte(name)) || name == "Messages" {
			if items, ok := listMember(raw, name); ok {
				j.push(items, depth, c)
				return true
			}
		}
	}
	for _, name := range wrappers {
		if !names[name] {
			continue
		}
		if value := member(raw, name); holdsRecords(value) {
			j.push([][]byte{value}, depth, c)
			return true
		}
	}
	return false
}

// holdsRecords reports whether a wrapper's value may hold a record: an
// object, or a text that begins like one or is a line of a flow log.
func holdsRecords(value []byte) bool {
	if len(value) == 0 {
		return false
	}
	switch value[0] {
	case '{', '[':
		return true
	case '"':
		text := bytes.TrimLeft(value[1:], " ")
		return bytes.HasPrefix(text, []byte("{")) || vpcflow.LooksLike(bytes.TrimRight(value[1:], `"`))
	}
	return false
}

// push remembers values of an envelope, so that they are read in their order.
func (j *jsonReader) push(values [][]byte, depth int, c Context) {
	for _, v := range slices.Backward(values) {
		j.inner = append(j.inner, payload{data: v, depth: depth, context: c})
	}
}

// eventBridge opens an event of Amazon EventBridge. One that carries no
// record is no envelope, but for the events of Security Hub without findings.
func (j *jsonReader) eventBridge(raw []byte, depth int, c Context) bool {
	detail := member(raw, "detail")
	if len(detail) == 0 || detail[0] != '{' {
		return false
	}
	own := Context{Account: text(member(raw, "account")), Region: text(member(raw, "region"))}
	if !entity.IsAccountID(own.Account) {
		own.Account = ""
	}
	if findings, ok := listMember(detail, "findings"); ok {
		j.push(findings, depth, own.or(c))
		return true
	}
	if text(member(raw, "source")) == "aws.securityhub" {
		return true // "Security Hub Insight Results"
	}
	names := memberNames(detail)
	if classify(names) == "" && !holdsMore(names) {
		return false
	}
	j.push([][]byte{detail}, depth, own.or(c))
	return true
}

// holdsMore reports whether an object is an envelope itself.
func holdsMore(names map[string]bool) bool {
	return names["logEvents"] || slices.ContainsFunc(wrappers, func(w string) bool { return names[w] })
}

// logGroup opens a message of a CloudWatch Logs subscription. Control
// messages hold nothing.
func (j *jsonReader) logGroup(raw []byte, depth int, c Context) {
	own := Context{Account: text(member(raw, "owner"))}
	if !entity.IsAccountID(own.Account) {
		own.Account = ""
	}
	if name, ok := strings.CutPrefix(text(member(raw, "logGroup")), "/aws/eks/"); ok {
		own.Cluster, _, _ = strings.Cut(name, "/")
	}
	if text(member(raw, "messageType")) == "CONTROL_MESSAGE" {
		return
	}
	events, _ := listMember(raw, "logEvents")
	messages := make([][]byte, 0, len(events))
	for _, e := range events {
		if m := member(e, "message"); m != nil {
			messages = append(messages, m)
		} else {
			messages = append(messages, e) // to be rejected
		}
	}
	j.push(messages, depth, own.or(c))
}

// queryResult opens an answer of CloudTrail Lake's GetQueryResults: rows that
// are lists of objects with one member each.
func (j *jsonReader) queryResult(raw []byte, depth int, c Context) {
	rows, _ := listMember(raw, "QueryResultRows")
	records := make([][]byte, 0, len(rows))
	for _, row := range rows {
		var joined []byte
		for _, cell := range elements(row) {
			if body := bytes.TrimSpace(cell); len(body) > 2 && body[0] == '{' {
				joined = append(append(joined, ','), body[1:len(body)-1]...)
			}
		}
		if len(joined) == 0 {
			records = append(records, row)
			continue
		}
		joined[0] = '{'
		records = append(records, append(joined, '}'))
	}
	j.push(records, depth, c)
	for i := range records {
		j.inner[len(j.inner)-1-i].derived = true
	}
}

// payload reads something out of an envelope. It reports false when that was
// another envelope.
func (j *jsonReader) payload(p payload, rec *Record) (bool, error) {
	data := p.data
	if len(data) > 0 && data[0] == '"' {
		var s jsonscan.Scanner
		s.Reset(data, 0)
		b, _ := s.Text()
		j.scratch[p.depth] = append(j.scratch[p.depth][:0], b...)
		data = bytes.TrimSpace(j.scratch[p.depth])
	}
	switch {
	case len(data) > 0 && data[0] == '{':
		return j.inside(data, p, rec)
	case len(data) > 0 && data[0] == '[':
		j.push(elements(data), p.depth, p.context)
		return false, nil
	case len(data) > 0 && (j.only == decode.KindAuto || j.only == decode.KindVPCFlow) && vpcflow.LooksLike(data):
		rec.Kind, rec.Derived, rec.Context, rec.Raw = decode.KindVPCFlow, false, p.context, data
		err := j.flow.Line(data, nil, &rec.Flow)
		return true, err
	}
	return true, &decode.Rejection{Records: 1, Offset: -1, Reason: j.foreign(), Detail: "a text that is no record", Foreign: true}
}

func (j *jsonReader) foreign() decode.Reason {
	if j.only != decode.KindAuto {
		return notOfKind(j.only)
	}
	return ReasonUnrecognized
}

// inside reads an object out of an envelope.
func (j *jsonReader) inside(data []byte, p payload, rec *Record) (bool, error) {
	// The scanner takes a number at the end of its buffer for unfinished.
	var s jsonscan.Scanner
	s.Reset(data, 0)
	j.wrapped = false
	err := j.try(j.last, &s, rec)
	rest := bytes.TrimSpace(data[min(s.Pos(), len(data)):])
	var syntax *jsonscan.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return true, &decode.Rejection{Records: 1, Offset: -1, Reason: decode.ReasonMalformedJSON, Detail: "in an envelope: " + err.Error()}
	case errors.Is(err, jsonscan.ErrEnd):
		return true, &decode.Rejection{Records: 1, Offset: -1, Reason: decode.ReasonTruncated, Detail: "a record in an envelope is cut off"}
	case isForeign(err) || isList(err) || isDigest(err):
		if _, ok := valid(data); !ok {
			return true, &decode.Rejection{Records: 1, Offset: -1, Reason: decode.ReasonMalformedJSON, Detail: "in an envelope"}
		}
		if isList(err) {
			err = &decode.Rejection{Records: 1, Foreign: true, Detail: "a list of records"}
		}
		err = j.other(data, err, p.depth+1, p.context, rec)
		if err == nil && j.wrapped {
			return false, nil
		}
	case err == nil && len(rest) > 0:
		return true, &decode.Rejection{Records: 1, Offset: -1, Reason: decode.ReasonMalformedJSON, Detail: "more behind a record in an envelope"}
	}
	if rejection, ok := errors.AsType[*decode.Rejection](err); ok {
		rejection.Records, rejection.Offset = 1, -1
		return true, rejection
	}
	if err != nil {
		return true, err
	}
	rec.Context, rec.Derived = p.context, rec.Derived || p.derived
	rec.setRaw(data)
	return true, nil
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
