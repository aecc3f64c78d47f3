package vpcflow

import (
	"bytes"
	"errors"
	"io"
)

// DefaultMaxLine is the longest line that is read, in bytes, unless Options
// say otherwise. A line with all of AWS's columns has about a thousand.
const DefaultMaxLine = 64 << 10

// Options configure a Decoder.
type Options struct {
	MaxLine int // longest line in bytes, without its line break; 0 for DefaultMaxLine
	// Format says what the columns of files without a header are, see
	// ParseFormat; "" if nobody knows. A format that ParseFormat does not
	// take counts as "": whoever configures it should have asked.
	Format string
}

// Decoder reads the flow records of one text. It is not safe for concurrent
// use. Its memory is bounded, whatever the object holds: a buffer of 256 KiB
// or of the longest line, and a few MiB of strings that many records share.
type Decoder struct {
	in         lines
	parser     Parser
	configured *Format
	format     *Format // of the next line; nil if it has to be recognized

	begun  bool         // the beginning was looked at
	native bool         // a header or a flow record was found
	held   *Rejection   // what is no flow record is held back, see reject
	queue  []*Rejection // to be returned next

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the text is done
}

// NewDecoder returns a Decoder of the unpacked text r, usually a
// *decode.Reader.
func NewDecoder(r io.Reader, o Options) *Decoder {
	if o.MaxLine <= 0 {
		o.MaxLine = DefaultMaxLine
	}
	d := &Decoder{in: lines{max: o.MaxLine}}
	if f, err := ParseFormat(o.Format); err == nil {
		d.configured = f
	}
	d.Reset(r)
	return d
}

// Reset makes d decode the text r, keeping its buffer and strings. A Decoder
// for many small files is much cheaper than one for each.
func (d *Decoder) Reset(r io.Reader) {
	d.in.reset(r)
	d.format, d.parser.last = d.configured, nil
	d.begun, d.native, d.held, d.queue = false, false, nil, d.queue[:0]
	d.ordinal, d.skip, d.end = 0, 0, nil
}

// Skip passes over the next n records, rejected ones included, which Next
// then does not return. Headers and blank lines are no records. The same text
// always has the same records in the same order, so this goes on where an
// earlier Decoder stopped.
func (d *Decoder) Skip(n int64) { d.skip = d.ordinal + n }

// Next decodes the next record into rec, all of whose fields it sets. What
// rec.Raw and Rest point to is valid until the next call.
//
// The error is io.EOF at the end of the text. It is a *Rejection for records
// that are no good, after which rec is undefined and Next may be called
// again. Every line that is neither blank nor a header is either yielded or
// stands in a Rejection; a text that is no flow log at all, and what a broken
// object may hold behind the break, count as one. Any other error is the
// source's own and final.
func (d *Decoder) Next(rec *Record) error {
	for {
		err := d.step(rec)
		if err == nil {
			d.ordinal++
			if d.ordinal > d.skip {
				return nil
			}
			continue
		}
		rejection, ok := errors.AsType[*Rejection](err)
		if !ok {
			return err
		}
		rejection.Record = d.ordinal
		d.ordinal += rejection.Records
		if d.ordinal > d.skip {
			if passed := d.skip - rejection.Record; passed > 0 {
				rejection.Record += passed
				rejection.Records -= passed
			}
			return rejection
		}
	}
}

// step returns the next record or rejection, whatever its ordinal.
func (d *Decoder) step(rec *Record) error {
	for {
		if len(d.queue) > 0 {
			next := d.queue[0]
			d.queue = append(d.queue[:0], d.queue[1:]...)
			return next
		}
		if d.end != nil {
			return d.end
		}
		if !d.begun {
			d.begun = true
			if err := d.alien(); err != nil {
				return err
			}
		}
		line, whole, err := d.in.next()
		switch {
		case err == nil:
			var done bool
			if done, err = d.line(line, whole, rec); done {
				return err
			}
		case errors.Is(err, errTooLong):
			return d.reject(d.tooLong())
		default:
			if err := d.finish(err); err != nil {
				return err
			}
		}
	}
}

// line reads one line. It reports false if there was no record in it.
func (d *Decoder) line(line []byte, whole bool, rec *Record) (bool, error) {
	line = bytes.TrimPrefix(line, []byte(bom))
	if skipSpace(line, 0) == len(line) {
		return false, nil
	}
	// A file may have been made by concatenating others.
	if isLetter(line[0]) {
		if f := d.parser.format(line); f != nil {
			d.format, d.native = f, true
			held := d.release()
			return held != nil, held
		}
	}
	format := d.format
	if format != nil && format == d.configured && !format.Fits(line) && LooksLike(line) {
		format = nil // the file is of another format, which needs no telling
	}
	err := d.parser.Line(line, format, rec)
	if err == nil {
		if d.held != nil {
			d.native = true
			d.in.back() // the next call reads the record again
			return true, d.release()
		}
		d.native = true
		return true, nil
	}
	rejection, ok := errors.AsType[*Rejection](err)
	if !ok {
		return true, err
	}
	if !whole && d.parser.cutShort && (d.native || !rejection.Foreign) {
		*rejection = *truncated("the object ends inside a line")
	}
	rejection.Offset = d.in.start
	err = d.reject(rejection)
	return err != nil, err
}

// bom is the byte order mark in UTF-8, which some tools write before text.
const bom = "\xef\xbb\xbf"
