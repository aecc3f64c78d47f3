package vpcflow

import (
	"bytes"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/intern"
)

// The reasons that this package adds to those of decode.
const (
	// A flow record with too few columns, or with a value that its column
	// cannot hold.
	ReasonMalformed decode.Reason = "malformed-flow"
	// A line that has the looks of a flow record, but neither a header nor a
	// configured format says what its columns are, and they are not in
	// AWS's order.
	ReasonUnknownFormat decode.Reason = "unknown-flow-format"
	// A flow record with neither start nor end.
	ReasonNoTime decode.Reason = "no-flow-time"
	// No flow record at all.
	ReasonNotVPCFlow decode.Reason = "not-vpcflow"
)

// Rejection is the error of records that could not be decoded.
type Rejection = decode.Rejection

// maxFormats bounds how many formats a Parser remembers.
const maxFormats = 64

// Parser reads single records. What it fills in a Record is valid until its
// next call. It is not safe for concurrent use. The zero value is ready.
type Parser struct {
	shared  intern.Table
	rest    []byte
	formats map[string]*Format // by header line
	guesses []*Format          // by number of columns: the documented order
	last    *Format            // the format of the line recognized last

	extra    int  // columns behind the format's last in the line read last
	misfit   bool // a value of that line is not what its column holds
	cutShort bool // that line may be the beginning of a good one
}

// Line reads the record in line, which has no line break, into rec, all of
// whose fields it sets. Its columns are those of f; with f nil the line is
// recognized if it is in AWS's order. Columns behind the format's last are
// kept in Rest.
//
// The error is a *Rejection without ordinal and offset, with Foreign set if f
// is nil and the line has nothing of a flow record. rec is then undefined.
func (p *Parser) Line(line []byte, f *Format, rec *Record) error {
	if f == nil {
		return p.recognize(line, rec)
	}
	return p.line(line, f, rec)
}

// line reads a line whose columns are known.
func (p *Parser) line(line []byte, f *Format, rec *Record) error {
	*rec = Record{Raw: line, Format: f, Canonical: true}
	p.extra, p.misfit, p.cutShort = 0, false, false
	rest := p.rest[:0]
	tail := len(line) // where the rest begins, if it lies in one piece
	i := 0
	for c, field := range f.fields {
		if c > 0 && i < len(line) && line[i] == ' ' {
			i++
		}
		if i == len(line) || isSpace(line[i]) {
			rec.Canonical = false
			if i = skipSpace(line, i); i == len(line) {
				p.cutShort = true
				return malformed("%d columns; want %d", c, len(f.fields))
			}
		}
		word := i
		i = wordEnd(line, i)
		value := line[word:i]
		if field > lastStored {
			if c == f.tail {
				tail = word
			} else if f.tail < 0 {
				rest = appendWord(rest, value)
			}
		}
		if len(value) == 1 && value[0] == '-' {
			if field == fieldAccountID {
				rec.Canonical = false // see AppendLine
			}
			continue
		}
		switch p.set(field, value, rec) {
		case inexact:
			rec.Canonical = false
		case unfit:
			p.misfit = true
		case wrong:
			p.cutShort = c == len(f.fields)-1 && i == len(line)
			return malformed("%s is %.48q", field, value)
		}
	}
	if i < len(line) {
		if rest = p.extras(line, i, rest, rec); tail == len(line) {
			tail = i + 1
		}
	}
	if f.tail >= 0 && !rec.Canonical {
		rest = gather(rest[:0], line, f.tail)
	}
	p.rest = rest
	if f.tail >= 0 && rec.Canonical {
		rest = line[min(tail, len(line)):]
	}
	rec.Rest = rest
	if rec.Has&(HasStart|HasEnd) == 0 {
		return &Rejection{Records: 1, Reason: ReasonNoTime, Detail: "neither start nor end"}
	}
	return nil
}

// extras appends the columns of line from offset i on, behind the format's
// last, to rest.
func (p *Parser) extras(line []byte, i int, rest []byte, rec *Record) []byte {
	for {
		start := i
		var word []byte
		word, i = nextWord(line, i)
		if len(word) == 0 {
			if start < i {
				rec.Canonical = false // white space at the end
			}
			return rest
		}
		if i-len(word) != start+1 || line[start] != ' ' {
			rec.Canonical = false
		}
		p.extra++
		rest = appendWord(rest, word)
	}
}

// gather appends the words of line from the one with index from on to dst.
func gather(dst, line []byte, from int) []byte {
	word, i := nextWord(line, 0)
	for c := 0; len(word) > 0; c++ {
		if c >= from {
			dst = appendWord(dst, word)
		}
		word, i = nextWord(line, i)
	}
	return dst
}

// appendWord appends word to a text of words.
func appendWord(dst, word []byte) []byte {
	if len(dst) > 0 {
		dst = append(dst, ' ')
	}
	return append(dst, word...)
}

// format returns the format that a header line describes, nil if none does.
func (p *Parser) format(header []byte) *Format {
	if f, ok := p.formats[string(header)]; ok {
		return f
	}
	if !IsHeader(header) {
		return nil
	}
	f, err := ParseFormat(string(bytes.ReplaceAll(header, []byte{'\t'}, []byte{' '})))
	if err != nil {
		return nil
	}
	if p.formats == nil || len(p.formats) == maxFormats {
		p.formats = map[string]*Format{}
	}
	p.formats[string(header)] = f
	return f
}

func malformed(format string, args ...any) error {
	return &Rejection{Records: 1, Reason: ReasonMalformed, Detail: fmt.Sprintf(format, args...)}
}
