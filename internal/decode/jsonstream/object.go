package jsonstream

import (
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// object reads the object that begins at the current byte.
func (d *Reader) object(parse Parse) ([]byte, error) {
	d.found = true
	for {
		d.scan.Reset(d.in.data, d.in.pos)
		err := parse(&d.scan)
		start, end := d.in.pos, d.scan.Pos()
		switch {
		case errors.Is(err, jsonscan.ErrEnd):
			if d.in.more() {
				continue
			}
			return nil, d.unfinished(0)
		case errors.Is(err, ErrList) && len(d.open)+2 > maxFrames:
			return nil, d.broken("lists of records nested too deeply", 0, false)
		case errors.Is(err, ErrList):
			d.in.pos = end
			d.open = append(d.open, object, list)
			return nil, nil
		case err == nil && end-start > d.opts.MaxRecord:
			rejection := d.tooLarge()
			d.in.pos = end
			return nil, rejection
		case err == nil:
			d.native = true
			if d.foreign != nil {
				return nil, d.release() // the next call reads the record again
			}
			d.in.pos = end
			return d.in.data[start:end], nil
		}
		if rejection, ok := errors.AsType[*decode.Rejection](err); ok {
			rejection.Offset, rejection.Records = d.in.offset(), 1
			d.in.pos = end
			return nil, d.reject(rejection)
		}
		return nil, d.broken(d.describe(err), 0, true)
	}
}

// member reads what comes behind a list of records in its object: another
// member or the object's end.
func (d *Reader) member() error {
	for {
		d.scan.Resume(d.in.data, d.in.pos)
		more := d.scan.NextMember()
		if more && d.opts.IsList != nil && d.opts.IsList(d.scan.Name()) && d.scan.Kind() == jsonscan.Array {
			d.scan.BeginArray()
			d.in.pos = d.scan.Pos()
			d.open = append(d.open, list)
			return nil
		}
		if more {
			d.scan.Skip()
		}
		err := d.scan.Err()
		switch {
		case err == nil:
			d.in.pos = d.scan.Pos()
			if !more {
				d.close()
			}
			return nil
		case errors.Is(err, jsonscan.ErrEnd):
			if d.in.more() {
				continue
			}
			d.close()
			return d.unfinished(1)
		default:
			d.close()
			return d.broken(d.describe(err), 1, true)
		}
	}
}

// other deals with a value that is neither an object nor a list of records,
// or with something that is no value at all.
func (d *Reader) other(c byte) error {
	if c == '[' {
		return d.broken("lists nested too deeply", 0, false)
	}
	for d.found || len(d.open) > 0 {
		d.scan.Reset(d.in.data, d.in.pos)
		kind := d.scan.Kind()
		_, ok := d.scan.Skip()
		switch {
		case ok:
			rejection := &decode.Rejection{Offset: d.in.offset(), Records: 1,
				Reason: d.opts.Foreign, Detail: kindName(kind) + " in place of a record", Foreign: true}
			d.in.pos = d.scan.Pos()
			return d.reject(rejection)
		case errors.Is(d.scan.Err(), jsonscan.ErrEnd):
			if d.in.more() {
				continue
			}
			return d.unfinished(0)
		}
		break
	}
	if !d.found {
		return d.abandon()
	}
	return d.garbage()
}

func kindName(k jsonscan.Kind) string {
	switch k {
	case jsonscan.String:
		return "a string"
	case jsonscan.Number:
		return "a number"
	case jsonscan.Null:
		return "null"
	}
	return "a boolean"
}

// garbage passes over bytes up to the next bracket that can mean something.
func (d *Reader) garbage() error {
	rejection := d.malformed("no record", d.in.offset())
	inList := d.innermost() == list
	for {
		d.in.pos++
		if d.in.pos == len(d.in.data) && !d.in.more() {
			d.open = d.open[:0] // the end of the stream is part of the garbage
			return rejection
		}
		switch d.in.data[d.in.pos] {
		case '{', '[':
			return rejection
		case ']':
			if inList {
				return rejection
			}
		}
	}
}
