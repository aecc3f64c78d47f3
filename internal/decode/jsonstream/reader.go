package jsonstream

import (
	"errors"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// DefaultMaxRecord is the largest record that is read, in bytes, unless
// Options say otherwise. CloudTrail's own limit is 256 KiB.
const DefaultMaxRecord = 16 << 20

// Options configure a Reader.
type Options struct {
	MaxRecord int // largest record in bytes; 0 for DefaultMaxRecord
	// IsList tells by its name whether a member of an object may hold a list
	// of records, see decode.IsList; nil for none.
	IsList func(name []byte) bool
	// First is the member with which a record begins as AWS delivers it, if
	// there is such a rule. Unescaped behind a brace its name can only be the
	// start of a record, even where a lost quote has turned strings inside
	// out, so reading goes on there after a broken record.
	First   string
	Foreign decode.Reason // the reason for values that are no objects
}

// ErrList is what a Parse returns when the object turns out to be no record
// but to hold a list of them. The scanner must stand behind the '['.
var ErrList = errors.New("object holds a list of records")

// Parse reads one object with s, whose next byte is the object's '{'. It
// returns
//
//   - nil when the object is a record, with s behind it;
//   - a *decode.Rejection with Reason, Detail and Foreign when the object is
//     valid but no good, with s behind it;
//   - ErrList;
//   - s.Err() in all other cases.
//
// It may be called again for the same object, with more of it in the buffer,
// and must then start afresh.
type Parse func(s *jsonscan.Scanner) error

// Reader yields the records of one stream. It is not safe for concurrent use.
type Reader struct {
	opts  Options
	first []byte // Options.First in quotes
	in    buffer
	scan  jsonscan.Scanner
	open  []frame // what the next value lies in, outermost first

	found   bool                // an object was found
	native  bool                // a record of the caller's kind was found
	foreign *decode.Rejection   // objects of another kind held back, see reject
	queue   []*decode.Rejection // to be returned next

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the stream is done
}

// NewReader returns a Reader of the stream r.
//
// Reads are of whole blocks: a record is not yielded before the block in
// which it ends is full or the stream has ended.
func NewReader(r io.Reader, o Options) *Reader {
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	d := &Reader{opts: o, in: newBuffer(o.MaxRecord)}
	if o.First != "" {
		d.first = []byte(`"` + o.First + `"`)
	}
	d.Reset(r)
	return d
}

// Reset makes d read the stream r from its beginning, keeping its buffer.
func (d *Reader) Reset(r io.Reader) {
	d.in.reset(r)
	d.open, d.queue = d.open[:0], d.queue[:0]
	d.found, d.native, d.foreign = false, false, nil
	d.ordinal, d.skip, d.end = 0, 0, nil
}

// Skip passes over the next n records, rejected ones included: they are read
// but not returned. The same stream always has the same ordinals, so that a
// caller can go on where an earlier Reader stopped.
func (d *Reader) Skip(n int64) { d.skip = d.ordinal + n }

// Next reads the next record with parse and returns its bytes, which are
// valid until the next call, as is everything that parse took from its
// scanner.
//
// The error is io.EOF at the end of the stream; a *decode.Rejection for
// records that could not be read, after which Next may be called again; or
// the source's error, which is final.
func (d *Reader) Next(parse Parse) ([]byte, error) {
	for {
		raw, err := d.step(parse)
		if err == nil {
			d.ordinal++
			if d.ordinal > d.skip {
				return raw, nil
			}
			continue
		}
		rejection, ok := errors.AsType[*decode.Rejection](err)
		if !ok {
			return nil, err
		}
		rejection.Record = d.ordinal
		d.ordinal += rejection.Records
		if d.ordinal > d.skip {
			if passed := d.skip - rejection.Record; passed > 0 {
				rejection.Record += passed
				rejection.Records -= passed
			}
			return nil, rejection
		}
	}
}

// step returns the next record or rejection, whatever its ordinal.
func (d *Reader) step(parse Parse) ([]byte, error) {
	for {
		if len(d.queue) > 0 {
			next := d.queue[0]
			d.queue = append(d.queue[:0], d.queue[1:]...)
			return nil, next
		}
		if d.end != nil {
			return nil, d.end
		}
		if raw, err := d.value(parse); raw != nil || err != nil {
			return raw, err
		}
	}
}

// value consumes the next piece of the stream: a record, which it returns, a
// bracket, a comma, or something to be rejected.
func (d *Reader) value(parse Parse) ([]byte, error) {
	c, ok := d.in.peek()
	if !ok {
		return nil, d.finish(len(d.open) > 0)
	}
	in := d.innermost()
	switch {
	case in == object:
		return nil, d.member()
	case c == '{':
		return d.object(parse)
	case c == '[' && len(d.open) < maxFrames:
		d.in.pos++
		d.open = append(d.open, list)
	case c == ']' && in == list:
		d.in.pos++
		d.close()
	case c == '}' && in == list && d.listInObject():
		rejection := d.malformed("a list is not closed", d.in.offset())
		d.in.pos++
		d.close()
		d.close()
		return nil, rejection
	case c == ',' && (d.found || in == list):
		d.in.pos++ // missing and doubled commas between records cost nothing
	default:
		return nil, d.other(c)
	}
	return nil, nil
}
