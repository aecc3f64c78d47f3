package vpcflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// maxHeld is after how many lines without a flow record among them a text
// is given up.
const maxHeld = 100

// reject returns a rejection, or nothing if it is held back.
//
// A whole text of another kind counts as one rejected record, not as one for
// each of its lines. So lines that are no flow records are held back until
// there is one, when they count one by one after all, or until the text is
// given up. With a configured format, which any line of enough words fits in
// number, that goes for all bad lines.
func (d *Decoder) reject(r *Rejection) error {
	if !d.native && (r.Foreign || d.configured != nil && r.Reason != decode.ReasonTooLarge) {
		if d.held == nil {
			d.held = r
		} else {
			d.held.Records++
		}
		if d.held.Records >= maxHeld {
			return d.foreign(fmt.Sprintf("no flow record in the first %d lines", maxHeld))
		}
		return nil
	}
	d.native = true
	if held := d.release(); held != nil {
		d.queue = append(d.queue, r)
		return held
	}
	return r
}

// release returns the rejection of the lines held back, nil if there are
// none.
func (d *Decoder) release() error {
	if d.held == nil {
		return nil
	}
	held := d.held
	d.held = nil
	return held
}

// sniffed is how much of a text is looked at, in bytes, to say what it is.
const sniffed = 512

// alien returns the rejection of a text whose beginning shows that it can be
// no flow log: JSON, XML or something binary. It is nil for any other.
func (d *Decoder) alien() error {
	head := d.in.peek(sniffed)
	line, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n"), []byte{'\n'})
	switch {
	case len(line) == 0:
		return nil
	case line[0] == '{' || line[0] == '[':
		return d.foreign("looks like JSON")
	case line[0] == '<' || bytes.ContainsFunc(line, isBinary):
		// The text is not quoted: whoever reads a folder by mistake does
		// not want a private key in the ledger.
		return d.foreign("looks like " + http.DetectContentType(head))
	}
	return nil
}

func isBinary(c rune) bool {
	return c < ' ' && c != '\t' && c != '\r' || c == 0x7f || c == utf8.RuneError
}

// foreign rejects the text as one of another kind and ends the reading.
func (d *Decoder) foreign(detail string) error {
	offset := d.in.start
	if d.held != nil {
		offset = d.held.Offset
	}
	d.end, d.held = io.EOF, nil
	return &Rejection{Offset: offset, Records: 1, Reason: ReasonNotVPCFlow, Detail: detail, Foreign: true}
}

// finish ends the reading, because the source has. It returns the source's
// own error, unless the rest is to be had from step.
func (d *Decoder) finish(err error) error {
	d.end = err
	if held := d.held; held != nil {
		detail := held.Detail
		if held.Records > 1 {
			detail += fmt.Sprintf(", the first of %d lines", held.Records)
		}
		d.queue = append(d.queue, &Rejection{Offset: held.Offset, Records: 1, Reason: ReasonNotVPCFlow, Detail: detail, Foreign: true})
		d.held = nil
	}
	var container *decode.ContainerError
	switch {
	case errors.As(err, &container):
		// What else the object holds is unknown: one record stands for it.
		d.queue = append(d.queue, &Rejection{Offset: d.in.start, Records: 1,
			Reason: container.Reason, Detail: container.Err.Error()})
		d.end = io.EOF
	case !errors.Is(err, io.EOF):
		d.queue = d.queue[:0] // an unfinished text is not of another kind
		return err
	}
	return nil
}

func (d *Decoder) tooLong() *Rejection {
	return &Rejection{Offset: d.in.start, Records: 1, Reason: decode.ReasonTooLarge,
		Detail: fmt.Sprintf("a line of more than %d bytes", d.in.max)}
}

func truncated(detail string) *Rejection {
	return &Rejection{Records: 1, Reason: decode.ReasonTruncated, Detail: detail}
}
