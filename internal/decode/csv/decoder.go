package csv

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// DefaultMaxRow is the largest row that is read, in bytes, unless Options say
// otherwise: that of a record in JSON.
const DefaultMaxRow = 16 << 20

// The reasons that this package adds to those of decode.
const (
	ReasonNotCSV    decode.Reason = "not-csv"       // no table of a shape that is known: no header that says so
	ReasonMalformed decode.Reason = "malformed-csv" // a row that does not fit the header, or whose quotes do not close
)

// Options configure a Decoder.
type Options struct {
	MaxRow int   // largest row in bytes; 0 for DefaultMaxRow
	Shape  Shape // what the rows become; nil for CloudTrail()
}

// Decoder reads the rows of one table. It is not safe for concurrent use. Its
// memory is bounded by a few times the largest row.
type Decoder struct {
	in     rows
	shape  Shape
	header *header
	row    bytes.Reader  // the row for encoding/csv
	lines  *bufio.Reader // of row: encoding/csv would make one for each

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the table is done
}

// NewDecoder returns a Decoder of the unpacked object r, usually a
// *decode.Reader.
func NewDecoder(r io.Reader, o Options) *Decoder {
	if o.MaxRow <= 0 {
		o.MaxRow = DefaultMaxRow
	}
	if o.Shape == nil {
		o.Shape = CloudTrail()
	}
	d := &Decoder{in: rows{max: o.MaxRow}, shape: o.Shape}
	d.lines = bufio.NewReader(&d.row)
	d.Reset(r)
	return d
}

// Reset makes d decode the object r, keeping its buffers.
func (d *Decoder) Reset(r io.Reader) {
	d.in.reset(r)
	d.header, d.ordinal, d.skip, d.end = nil, 0, 0, nil
}

// Skip passes over the next n records, rejected ones included, which Next then
// does not return. The same object always has the same records in the same
// order.
func (d *Decoder) Skip(n int64) { d.skip = d.ordinal + n }

// Next returns what the shape makes of the next row, valid until the next
// call. Headers and empty lines are no records.
//
// The error is io.EOF at the end of the object. It is a *decode.Rejection for
// a row that is no good, after which Next may be called again, or, with Foreign
// set, for an object that is no such table at all, which counts as one record.
// Any other error is the source's own and final.
func (d *Decoder) Next() (object []byte, err error) {
	for d.end == nil {
		object, err = d.step()
		rejection, rejected := errors.AsType[*decode.Rejection](err)
		if err != nil && !rejected {
			d.end = err
			break
		}
		if object == nil && err == nil {
			continue // a header
		}
		d.ordinal++
		if d.ordinal <= d.skip {
			continue
		}
		if rejected {
			rejection.Record = d.ordinal - 1
			return nil, rejection
		}
		return object, nil
	}
	return nil, d.end
}

// step reads a row: a record, or a header, for which it returns nothing.
func (d *Decoder) step() ([]byte, error) {
	row, err := d.in.next(d.comma())
	if container, ok := errors.AsType[*decode.ContainerError](err); ok {
		// What else the object holds is unknown: one record stands for it.
		d.end = io.EOF
		return nil, d.reject(container.Reason, "%v", container)
	}
	if r, ok := errors.AsType[*decode.Rejection](err); ok {
		r.Offset = d.in.start
		if d.header == nil { // not even the header's line has an end
			d.end = io.EOF
			r.Reason, r.Foreign = ReasonNotCSV, true
		}
	}
	if err != nil {
		return nil, err
	}
	if d.header == nil {
		h, ok := parseHeader(row, d.shape)
		if !ok {
			d.end = io.EOF
			r := d.reject(ReasonNotCSV, "no header that is known in the first line")
			r.Foreign = true
			return nil, r
		}
		d.header = h
		return nil, nil
	}
	cells, err := d.read(row)
	if err != nil {
		return nil, err
	}
	if d.header.again(cells) {
		return nil, nil // tables that were put one behind the other
	}
	if problem := d.header.fits(cells); problem != "" {
		return nil, d.reject(ReasonMalformed, "%s", problem)
	}
	object, err := d.header.row(cells)
	if err != nil {
		return nil, d.reject(ReasonMalformed, "%.200v", err)
	}
	return object, nil
}

func (d *Decoder) comma() byte {
	if d.header == nil {
		return 0
	}
	return d.header.comma
}

// read splits a row into its cells.
func (d *Decoder) read(row []byte) ([]string, error) {
	d.row.Reset(row)
	d.lines.Reset(&d.row)
	r := csv.NewReader(d.lines)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = rune(d.header.comma), true, -1
	cells, err := r.Read()
	if err != nil {
		return nil, d.reject(ReasonMalformed, "%.200v", err)
	}
	if r.InputOffset() != int64(len(row)) {
		return nil, d.reject(ReasonMalformed, "quotes that are not closed, or where none can be")
	}
	return cells, nil
}

func (d *Decoder) reject(reason decode.Reason, format string, args ...any) *decode.Rejection {
	return &decode.Rejection{Records: 1, Offset: d.in.start, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
