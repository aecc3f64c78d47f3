package logs

import (
	"bytes"
	"errors"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// Options configure a Reader.
type Options struct {
	Kind       decode.Kind // the one kind to read, or decode.KindAuto
	FlowFormat string      // of flow logs without a header, see vpcflow.Options
	TempDir    string      // where Parquet of more than 32 MiB is kept while it is read; "" for the system's own
	MaxRecord  int         // largest record or envelope in bytes; 0 for jsonstream.DefaultMaxRecord
}

// Reader reads the records of one object after the other. It is not safe for
// concurrent use. Its memory is bounded, whatever the objects hold: a few
// times the largest record that it has met, and some MiB of strings that many
// records share.
type Reader struct {
	opts       Options
	head       peeker
	form       form
	json       jsonReader
	flow       *vpcflow.Decoder // made when it is first needed
	configured *vpcflow.Format  // Options.FlowFormat
	table      tableReader
	parquet    parquetReader
	foreign    foreignReader
	text       io.Reader // the object, without the stamps of an export

	context Context
	kind    decode.Kind // of the last record or rejection that has one
	ordinal int64       // of the next record
	skip    int64       // records before this ordinal are not returned
}

// form is how an object is written.
type form uint8

const (
	unseen form = iota
	jsonForm
	flowForm
	csvForm
	parquetForm
	foreignForm
)

// NewReader returns a Reader; Reset gives it an object. The caller must Close
// it.
func NewReader(o Options) *Reader {
	if o.Kind == "" {
		o.Kind = decode.KindAuto
	}
	r := &Reader{opts: o}
	if f, err := vpcflow.ParseFormat(o.FlowFormat); err == nil {
		r.configured = f
	}
	r.json.init(o)
	r.table.init(o, &r.json)
	return r
}

// Reset makes r read the unpacked object src, usually a *decode.Reader, of
// which c is known.
func (r *Reader) Reset(src io.Reader, c Context) {
	r.parquet.close()
	r.head.reset(src)
	r.form, r.context, r.kind = unseen, c, ""
	r.ordinal, r.skip = 0, 0
}

// Close releases what r holds of its object, which it does not close.
func (r *Reader) Close() { r.parquet.close() }

// Skip passes over the next n records, rejected ones included, which Next
// then does not return. The same object always has the same records in the
// same order, so this goes on where an earlier Reader stopped.
func (r *Reader) Skip(n int64) { r.skip = r.ordinal + n }

// Kind is the kind of the object as far as it was read; empty while nothing
// was recognized.
func (r *Reader) Kind() decode.Kind { return r.kind }

// Next reads the next record into rec.
//
// The error is io.EOF at the end of the object. It is a *decode.Rejection for
// records that are no good, after which rec is undefined and Next may be
// called again. Every record in the object is either yielded or stands in a
// Rejection; what a broken object may hold behind the break counts as one, as
// does an object of no kind that is known. A digest is yielded and is no
// record. Any other error is the source's own and final.
func (r *Reader) Next(rec *Record) error {
	for {
		err := r.step(rec)
		rejection, rejected := errors.AsType[*decode.Rejection](err)
		if err != nil && !rejected {
			return err
		}
		n := int64(1)
		switch {
		case rejected:
			n = rejection.Records
			rejection.Record = r.ordinal
			if k := kindOf(rejection); k != "" && r.kind == "" {
				r.kind = k
			}
		case rec.Kind == decode.KindDigest:
			n, r.kind = 0, decode.KindCloudTrail
		case r.kind == "":
			r.kind = rec.Kind
		}
		r.ordinal += n
		if r.ordinal <= r.skip && n > 0 || r.ordinal < r.skip {
			continue
		}
		if rejected {
			if passed := r.skip - rejection.Record; passed > 0 {
				rejection.Record += passed
				rejection.Records -= passed
			}
			return rejection
		}
		return nil
	}
}

// step returns the next record or rejection, whatever its ordinal.
func (r *Reader) step(rec *Record) error {
	if r.form == unseen {
		r.form = r.recognize()
		r.open()
	}
	switch r.form {
	case flowForm:
		if err := r.flow.Next(&rec.Flow); err != nil {
			return err
		}
		rec.Kind, rec.Context, rec.Derived, rec.Raw = decode.KindVPCFlow, r.context, false, rec.Flow.Raw
		return nil
	case csvForm:
		return r.table.next(rec, r.context)
	case foreignForm:
		return r.foreign.next()
	case parquetForm:
		rec.Context = r.context
		return r.parquet.next(rec)
	default:
		return r.json.next(rec)
	}
}

// open begins to read the object in its form.
func (r *Reader) open() {
	switch r.form {
	case flowForm:
		if r.flow == nil {
			r.flow = vpcflow.NewDecoder(r.text, vpcflow.Options{Format: r.opts.FlowFormat})
		} else {
			r.flow.Reset(r.text)
		}
	case csvForm:
		r.table.open(&r.head, r.opts.MaxRecord)
		r.json.reset(&r.head, r.context) // for the records that rows are made to
	case parquetForm:
		r.parquet.open(&r.head, r.opts.Kind, r.opts.TempDir)
	case jsonForm:
		r.json.reset(r.text, r.context)
	}
}

// recognize looks at the beginning of the object.
func (r *Reader) recognize() form {
	head := r.head.peek()
	if bytes.HasPrefix(head, []byte("PAR1")) {
		return parquetForm
	}
	if r.foreign.name = foreignName(head); r.foreign.name != "" {
		return foreignForm
	}
	line := firstLine(head)
	r.text = &r.head
	if isExport(line) {
		r.text = newUnstamped(&r.head)
		line = line[stampLength(line):]
	}
	spaced := vpcflow.IsHeader(line) // with tabs it could be a table, too
	if !spaced && r.table.isHeader(line) {
		return csvForm
	}
	text := len(line) > 0 && line[0] != '{' && line[0] != '['
	switch r.opts.Kind {
	case decode.KindVPCFlow:
		if text {
			return flowForm
		}
	case decode.KindAuto:
		if spaced || vpcflow.LooksLike(line) || text && r.configured != nil && r.configured.Fits(line) {
			return flowForm
		}
	}
	return jsonForm
}

// kindOf tells of which kind a rejected record is, where its reason does.
func kindOf(r *decode.Rejection) decode.Kind {
	if r.Foreign {
		return ""
	}
	switch r.Reason {
	case decode.ReasonDigest, decode.ReasonInsight, decode.ReasonNoEventTime, decode.ReasonNoEventName, decode.ReasonNoEventSource:
		return decode.KindCloudTrail
	case vpcflow.ReasonMalformed, vpcflow.ReasonUnknownFormat, vpcflow.ReasonNoTime:
		return decode.KindVPCFlow
	}
	return ""
}
