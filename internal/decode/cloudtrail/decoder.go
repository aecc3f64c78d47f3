package cloudtrail

import (
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
)

// Rejection is the error of records that could not be decoded.
type Rejection = decode.Rejection

// Options configure a Decoder.
type Options struct {
	MaxRecord int // largest record in bytes; 0 for jsonstream.DefaultMaxRecord, 16 MiB
}

// Parser reads records one object at a time, as a jsonstream.Parse does. It
// keeps strings that records share; the zero value is ready. It is not safe
// for concurrent use.
type Parser struct{ fields fields }

// Parse reads the object that s stands before into rec, but for Raw. The
// error is a *Rejection when the object is no good, jsonstream.ErrList when it
// holds a list of records, s.Err() otherwise.
func (p *Parser) Parse(s *jsonscan.Scanner, rec *Record) error {
	p.fields.rec = rec
	err := p.fields.parse(s)
	p.fields.rec = nil
	return err
}

// Decoder reads the CloudTrail records of one object. It is not safe for
// concurrent use. Its memory is bounded, whatever the object holds: about
// twice the largest record that it has met, and a few MiB of strings that
// many records share.
type Decoder struct {
	stream *jsonstream.Reader
	parser Parser
	rec    *Record
	parse  jsonstream.Parse
}

// FirstMember is the member with which a record begins as AWS delivers it.
const FirstMember = "eventVersion"

// NewDecoder returns a Decoder of the unpacked object r, usually a
// *decode.Reader.
func NewDecoder(r io.Reader, o Options) *Decoder {
	d := &Decoder{stream: jsonstream.NewReader(r, jsonstream.Options{
		MaxRecord: o.MaxRecord, IsList: decode.IsList, First: FirstMember, Foreign: decode.ReasonNotCloudTrail})}
	d.parse = func(s *jsonscan.Scanner) error { return d.parser.Parse(s, d.rec) }
	return d
}

// Reset makes d decode the object r, keeping its buffers and strings. A
// Decoder for many small objects is much cheaper than one for each.
func (d *Decoder) Reset(r io.Reader) { d.stream.Reset(r) }

// Next decodes the next record into rec, all of whose fields it sets. What
// rec.Raw, Resources and the JSON fields point to is valid until the next
// call.
//
// The error is io.EOF at the end of the object. It is a *Rejection for
// records that are no good, after which rec is undefined and Next may be
// called again. Every record in the object is either yielded or stands in a
// Rejection; what a broken object may hold behind the break counts as one.
// Any other error is the source's own and final.
func (d *Decoder) Next(rec *Record) error {
	d.rec = rec
	raw, err := d.stream.Next(d.parse)
	d.rec = nil
	if err != nil {
		return err
	}
	rec.Raw = raw
	return nil
}

// Skip passes over the next n records, rejected ones included, which Next
// then does not return. The same object always has the same records in the
// same order, so this goes on where an earlier Decoder stopped.
func (d *Decoder) Skip(n int64) { d.stream.Skip(n) }
