package logs

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/asff"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/digest"
	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/guardduty"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
	"github.com/gumshoe-detective/gumshoe/internal/decode/ocsf"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// ReasonUnrecognized says that a JSON object is of no kind that is read here.
const ReasonUnrecognized decode.Reason = "unrecognized"

// kindOCSF is how an object is written whose record is of another kind.
const kindOCSF decode.Kind = "ocsf"

// jsonReader reads the records of one object of JSON.
type jsonReader struct {
	only   decode.Kind // or decode.KindAuto
	max    int         // largest record or envelope in bytes
	stream *jsonstream.Reader
	parse  jsonstream.Parse

	cloudtrail cloudtrail.Parser
	flow       vpcflow.Parser
	guardduty  guardduty.Parser
	asff       asff.Parser
	audit      eksaudit.Parser
	ocsf       ocsf.Parser
	event      ocsf.Record // that ocsf fills

	context Context
	last    decode.Kind // of the last record: the next one is likely to be of it too
	rec     *Record     // to be filled by parse
	wrapped bool        // parse met an envelope

	inner   []payload // what lies in envelopes and is still to be read, the next one last
	scratch [maxDepth][]byte
}

// init makes the zero jsonReader ready for reset.
func (j *jsonReader) init(o Options) {
	j.only, j.max = o.Kind, o.MaxRecord
	if j.max <= 0 {
		j.max = jsonstream.DefaultMaxRecord
	}
	foreign := ReasonUnrecognized
	if j.only != decode.KindAuto {
		foreign = notOfKind(j.only)
	}
	j.stream = jsonstream.NewReader(nil, jsonstream.Options{MaxRecord: o.MaxRecord, IsList: decode.IsList,
		First: cloudtrail.FirstMember, Foreign: foreign})
	j.parse = j.object
}

// notOfKind is the reason for objects that are not of the one kind asked for.
func notOfKind(k decode.Kind) decode.Reason { return decode.Reason("not-" + string(k)) }

func (j *jsonReader) reset(src io.Reader, c Context) {
	j.stream.Reset(src)
	j.context, j.inner = c, j.inner[:0]
	j.last = j.only
	if j.only == decode.KindAuto {
		j.last = decode.KindCloudTrail
	}
}

// next reads the next record.
func (j *jsonReader) next(rec *Record) error {
	for {
		if done, err := j.fromInside(rec); done {
			return err
		}
		j.rec, j.wrapped = rec, false
		raw, err := j.stream.Next(j.parse)
		j.rec = nil
		if err != nil {
			return err
		}
		if j.wrapped {
			continue
		}
		rec.Context = j.context
		rec.setRaw(raw)
		return nil
	}
}

// fromInside reads the next record out of the envelopes that are open. It
// reports false when there is none.
func (j *jsonReader) fromInside(rec *Record) (bool, error) {
	for len(j.inner) > 0 {
		last := len(j.inner) - 1
		p := j.inner[last]
		j.inner = j.inner[:last]
		if done, err := j.payload(p, rec); done {
			return true, err
		}
	}
	return false, nil
}

// setRaw hands the bytes of the record to the member that holds it. One that
// was made from OCSF has its own.
func (r *Record) setRaw(raw []byte) {
	r.Raw = raw
	if r.ocsf {
		return
	}
	switch r.Kind {
	case decode.KindCloudTrail:
		r.CloudTrail.Raw = r.Raw
	case decode.KindVPCFlow:
		r.Flow.Raw = r.Raw
	case decode.KindEKSAudit:
		r.Audit.Raw = r.Raw
	}
}

// object is the jsonstream.Parse of records and envelopes of all kinds.
func (j *jsonReader) object(s *jsonscan.Scanner) error {
	start := s.Pos()
	err := j.try(j.last, s, j.rec)
	switch {
	case isDigest(err):
		return j.digest(s.Since(start), j.rec)
	case !isForeign(err):
		return err
	}
	return j.other(s.Since(start), err, 0, j.context, j.rec)
}

// other reads an object that is not of the last kind. foreign is what was
// said of it. Of an envelope it remembers what is inside.
func (j *jsonReader) other(raw []byte, foreign error, depth int, c Context, rec *Record) error {
	names := memberNames(raw)
	if kind := classify(names); kind != "" && kind != j.last && (j.only == decode.KindAuto || j.only == kind || kind == kindOCSF) {
		var s jsonscan.Scanner
		s.Reset(raw, 0)
		err := j.try(kind, &s, rec)
		if isDigest(err) {
			return j.digest(raw, rec)
		}
		if !isForeign(err) {
			j.last = kind
			return err
		}
	}
	if depth < maxDepth && j.unwrap(raw, names, depth, c) {
		j.wrapped = true
		return nil
	}
	rejection, _ := errors.AsType[*decode.Rejection](foreign)
	if j.only != decode.KindAuto {
		rejection.Reason = notOfKind(j.only)
	} else {
		rejection.Reason = ReasonUnrecognized
		if j.last != decode.KindCloudTrail {
			rejection.Detail = describe(names)
		}
	}
	return rejection
}

// digest reads a digest file.
func (j *jsonReader) digest(raw []byte, rec *Record) (err error) {
	rec.Kind, rec.Derived = decode.KindDigest, false
	rec.Digest, err = digest.Parse(raw)
	return err
}

func isDigest(err error) bool {
	r, ok := errors.AsType[*decode.Rejection](err)
	return ok && r.Reason == decode.ReasonDigest
}

func isForeign(err error) bool {
	r, ok := errors.AsType[*decode.Rejection](err)
	return ok && r.Foreign
}

// try reads the object that s stands before as a record of the kind.
func (j *jsonReader) try(kind decode.Kind, s *jsonscan.Scanner, rec *Record) error {
	rec.Kind, rec.Derived, rec.ocsf = kind, false, false
	switch kind {
	case decode.KindCloudTrail:
		return j.cloudtrail.Parse(s, &rec.CloudTrail)
	case decode.KindVPCFlow:
		return j.flow.Object(s, &rec.Flow)
	case decode.KindGuardDuty:
		return j.guardduty.Parse(s, &rec.Finding)
	case decode.KindASFF:
		err := j.asff.Parse(s, &rec.Finding)
		rec.Derived = rec.Finding.ViaSecurityHub
		return err
	case decode.KindEKSAudit:
		return j.audit.Parse(s, &rec.Audit)
	case kindOCSF:
		start := s.Pos()
		err := j.ocsf.Parse(s, &j.event)
		if err != nil {
			return err
		}
		rec.setOCSF(&j.event, s.Since(start))
		if j.only != decode.KindAuto && j.only != rec.Kind {
			return &decode.Rejection{Foreign: true, Detail: "an OCSF event of " + string(rec.Kind)}
		}
		return nil
	}
	return fmt.Errorf("BUG: no parser for kind %q", kind)
}

// classify tells by the names of its members what kind of record an object
// probably is; "" for none.
func classify(names map[string]bool) decode.Kind {
	switch {
	case ocsf.Looks(names):
		return kindOCSF
	case names["eventSource"] && names["eventName"], names["insightDetails"], names["digestStartTime"]:
		return decode.KindCloudTrail
	case asff.Looks(names):
		return decode.KindASFF
	case guardduty.Looks(names):
		return decode.KindGuardDuty
	case eksaudit.Looks(names):
		return decode.KindEKSAudit
	case looksLikeFlow(names):
		return decode.KindVPCFlow
	case names["eventName"] || names["eventSource"]:
		return decode.KindCloudTrail
	}
	return ""
}

// looksLikeFlow recognizes a flow record that was made an object.
func looksLikeFlow(names map[string]bool) bool {
	return names["srcaddr"] && names["dstaddr"] || names["srcAddr"] && names["dstAddr"] ||
		names["src-addr"] && names["dst-addr"] || names["src_addr"] && names["dst_addr"]
}

// maxNames bounds the members of an object that are looked at to tell its
// kind, and the length of their names: enough to tell the kinds apart, and
// little for a hostile object.
const (
	maxNames      = 64
	maxNameLength = 64
)

// memberNames returns the names of the members of a valid object.
func memberNames(raw []byte) map[string]bool {
	var s jsonscan.Scanner
	s.Reset(raw, 0)
	names := map[string]bool{}
	for s.BeginObject(); s.NextMember(); s.Skip() {
		if name := s.Name(); len(name) <= maxNameLength && len(names) < maxNames {
			names[string(name)] = true
		}
	}
	return names
}

// describe says what an object that nobody knows holds.
func describe(names map[string]bool) string {
	if len(names) == 0 {
		return "an object without members"
	}
	var some []string
	for _, n := range sortedKeys(names) {
		if len(some) == 4 {
			break
		}
		some = append(some, fmt.Sprintf("%q", n))
	}
	return "an object with " + strings.Join(some, ", ")
}
