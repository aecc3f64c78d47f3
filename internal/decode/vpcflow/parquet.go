package vpcflow

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/parquetfile"
)

// Parquet reads the flow records of a Parquet file as AWS delivers it, or of
// any other with columns of these names: one row a record, account_id for
// account-id. It is not safe for concurrent use. Its memory is bounded by a
// page a column.
//
// The Raw of a record is its row written as a line, in the order of the
// file's columns: null and "" as "-", white space and control characters in
// texts as %20 and the like. The format is that order.
type Parquet struct {
	file     *parquetfile.File
	format   *Format
	unsigned []bool // by column: its numbers have no sign
	parser   Parser
	line     []byte

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the file is done
}

// NewParquet returns a reader of the file r of that size in bytes. The error
// is a *Rejection, which stands for the whole file, or the source's own. The
// caller must Close the reader and remains the owner of r.
func NewParquet(r io.ReaderAt, size int64) (*Parquet, error) {
	file, err := parquetfile.Open(r, size, parquetfile.Options{Malformed: ReasonMalformed, Foreign: ReasonNotVPCFlow,
		Accept: func(names []string) bool {
			return len(names) <= maxColumns && IsHeader([]byte(strings.Join(columnNames(names), " ")))
		}})
	if err != nil {
		return nil, err
	}
	p := &Parquet{file: file, format: newFormat(columnNames(file.Columns()))}
	for i := range p.format.names {
		p.unsigned = append(p.unsigned, file.Unsigned(i))
	}
	return p, nil
}

// Close releases what the reader holds. It does not close the file.
func (p *Parquet) Close() error {
	p.file.Close()
	p.end = errors.New("read from a closed vpcflow.Parquet")
	return nil
}

// Skip passes over the next n records, as Decoder.Skip does.
func (p *Parquet) Skip(n int64) { p.skip = p.ordinal + n }

// Next decodes the next record into rec; see Decoder.Next. Behind a broken
// page what is left of its row group counts as one record, at the offset of
// the row group's first column.
func (p *Parquet) Next(rec *Record) error {
	for {
		if p.end != nil {
			return p.end
		}
		err := p.row(rec)
		rejection, rejected := errors.AsType[*Rejection](err)
		if err != nil && !rejected {
			p.end = err
			continue
		}
		p.ordinal++
		if p.ordinal <= p.skip {
			continue
		}
		if rejected {
			rejection.Record = p.ordinal - 1
		}
		return err
	}
}

// row reads the next row. The error is io.EOF behind the last, a *Rejection,
// or the source's.
func (p *Parquet) row(rec *Record) error {
	if err := p.file.NextRow(); err != nil {
		return err
	}
	line, long := p.line[:0], false
	for i, unsigned := range p.unsigned {
		v, err := p.file.Value(i)
		if err != nil {
			return err
		}
		if i > 0 {
			line = append(line, ' ')
		}
		line = appendValue(line, v, unsigned)
		if len(line) > DefaultMaxLine {
			line, long = line[:0], true // the rest is read, or the next row would have it
		}
	}
	p.line = line
	if long {
		return &Rejection{Records: 1, Offset: p.file.Offset(), Reason: decode.ReasonTooLarge,
			Detail: fmt.Sprintf("a row of more than %d bytes", DefaultMaxLine)}
	}
	err := p.parser.line(line, p.format, rec)
	if r, ok := errors.AsType[*Rejection](err); ok {
		r.Offset = p.file.Offset()
	}
	return err
}

// appendValue appends v as a line has it to dst.
func appendValue(dst []byte, v parquet.Value, unsigned bool) []byte {
	if v.IsNull() {
		return append(dst, '-')
	}
	switch v.Kind() {
	case parquet.Int32:
		if unsigned {
			return strconv.AppendUint(dst, uint64(v.Uint32()), 10)
		}
		return strconv.AppendInt(dst, int64(v.Int32()), 10)
	case parquet.Int64:
		if unsigned {
			return strconv.AppendUint(dst, v.Uint64(), 10)
		}
		return strconv.AppendInt(dst, v.Int64(), 10)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return appendText(dst, v.ByteArray())
	}
	return appendText(dst, []byte(v.String()))
}

// appendText appends text as one word to dst. More of it than a row may have
// is left out: the row is rejected for it.
func appendText(dst, text []byte) []byte {
	if len(text) == 0 {
		return append(dst, '-')
	}
	const hex = "0123456789ABCDEF"
	for _, c := range text[:min(len(text), DefaultMaxLine+1)] {
		if c <= ' ' || c == 0x7f {
			dst = append(dst, '%', hex[c>>4], hex[c&0xf])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// columnNames are the names of Parquet columns as a flow log has them.
func columnNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = columnName(name)
	}
	return out
}

func columnName(name string) string {
	b := []byte(strings.ToLower(name[:min(len(name), maxName-1)]))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			b[i] = '-'
		}
	}
	if !isName(b) {
		b = append([]byte{'x'}, b[:min(len(b), maxName-1)]...)
	}
	return string(b)
}
