package jsonstream

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// reject returns a rejection that parse or the framing has decided on.
//
// A whole file of another kind counts as one rejected record, not as one for
// each of its lines. So foreign objects are held back until a record of the
// caller's kind is found, when they count one by one after all, or until the
// stream ends. Not so in a list that is a member of an object: there
// somebody has said that these are records.
func (d *Reader) reject(r *decode.Rejection) error {
	if r.Foreign && !d.native && !d.listInObject() {
		if d.foreign == nil {
			d.foreign = r
		} else {
			d.foreign.Records++
		}
		return nil
	}
	if !r.Foreign {
		d.native = true
		if d.foreign != nil {
			d.queue = append(d.queue, r)
			return d.release()
		}
	}
	return r
}

// release returns the rejection for the foreign objects held back.
func (d *Reader) release() error {
	held := d.foreign
	d.foreign = nil
	return held
}

// finish ends the reading, because the source has. With cut the stream ends
// inside something that began at the current byte or is still open there. It
// returns the first of the rejections to be returned before the end.
func (d *Reader) finish(cut bool) error {
	offset := d.in.offset()
	d.in.pos, d.open, d.end = len(d.in.data), d.open[:0], d.in.err
	if held := d.foreign; held != nil {
		if held.Records > 1 {
			held.Detail += fmt.Sprintf(", the first of %d", held.Records)
			held.Records = 1
		}
		d.queue = append(d.queue, held)
		d.foreign = nil
	}
	var container *decode.ContainerError
	switch {
	case errors.As(d.end, &container):
		// What else the object holds is unknown: one record stands for it.
		d.queue = append(d.queue, &decode.Rejection{Offset: offset, Records: 1,
			Reason: container.Reason, Detail: container.Err.Error()})
		d.end = io.EOF
	case errors.Is(d.end, io.EOF) && cut:
		d.queue = append(d.queue, &decode.Rejection{Offset: offset, Records: 1,
			Reason: decode.ReasonTruncated, Detail: "the object ends inside a record or a list"})
	case !errors.Is(d.end, io.EOF):
		return d.end
	}
	return nil
}

// unfinished deals with a value at the current byte that lies inside depth
// more objects and needs more input than there is.
func (d *Reader) unfinished(depth int) error {
	if d.in.err != nil {
		return d.finish(true)
	}
	rejection := d.tooLarge()
	d.resync(depth, false)
	return rejection
}

// broken rejects the value at the current byte and moves behind it, or
// rather to where the next record seems to begin.
func (d *Reader) broken(detail string, depth int, lenient bool) error {
	rejection := d.malformed(detail, d.in.offset())
	d.resync(depth, lenient)
	return rejection
}

// abandon rejects the whole object, which is no JSON, unread.
func (d *Reader) abandon() error {
	d.end = io.EOF
	detail := "looks like " + d.contentType()
	if d.in.has("\xff\xfe") || d.in.has("\xfe\xff") {
		detail = "UTF-16 text"
	}
	d.foreign = nil
	return &decode.Rejection{Offset: d.in.offset(), Records: 1, Reason: decode.ReasonNotJSON, Detail: detail, Foreign: true}
}

func (d *Reader) malformed(detail string, offset int64) *decode.Rejection {
	return &decode.Rejection{Offset: offset, Records: 1, Reason: decode.ReasonMalformedJSON, Detail: detail}
}

func (d *Reader) tooLarge() *decode.Rejection {
	return &decode.Rejection{Offset: d.in.offset(), Records: 1, Reason: decode.ReasonTooLarge,
		Detail: fmt.Sprintf("more than %d bytes", d.opts.MaxRecord)}
}

// describe says what a scanner's error is, counting from the start of the
// stream where the scanner counts from that of its buffer.
func (d *Reader) describe(err error) string {
	var syntax *jsonscan.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s at byte %d", syntax.Msg, d.in.base+int64(syntax.Offset))
	}
	return err.Error()
}

// contentType guesses what the object is. Its bytes are not quoted: whoever
// reads a folder by mistake does not want a private key in the ledger.
func (d *Reader) contentType() string {
	const sniffed = 512
	d.in.ahead(sniffed)
	rest := d.in.data[d.in.pos:]
	return http.DetectContentType(rest[:min(len(rest), sniffed)])
}
