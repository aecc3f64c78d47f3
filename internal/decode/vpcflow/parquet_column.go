package vpcflow

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// batch is how many values are taken out of a page at a time.
const batch = 64

// column reads the values of one column of a row group, page by page.
type column struct {
	optional bool
	unsigned bool // numbers have no sign
	pages    parquet.Pages
	checked  pages
	page     parquet.Page
	values   parquet.ValueReader
	memory   int64 // bytes that the page takes, about

	buf     [batch]parquet.Value
	next, n int // buf[next:n] are not yet read
}

// begin starts with the pages of a column.
func (c *column) begin(pages parquet.Pages, meta *format.ColumnMetaData) {
	start, size := chunkRange(meta)
	c.pages = pages
	c.checked.meta, c.checked.optional = meta, c.optional
	c.checked.pos, c.checked.end, c.checked.dict = start, start+size, 0
	c.next, c.n = 0, 0
}

// close releases the page and its column.
func (c *column) close() error {
	c.release()
	c.next, c.n = 0, 0
	if c.pages == nil {
		return nil
	}
	pages := c.pages
	c.pages = nil
	return pages.Close()
}

// release gives the page back, whose values must not be used any more.
func (c *column) release() {
	c.memory, c.values = 0, nil
	if page := c.page; page != nil {
		c.page = nil
		parquet.Release(page)
	}
}

// value returns the next value of column i, valid until the next call for
// the same column.
func (p *Parquet) value(i int) (parquet.Value, error) {
	c := &p.columns[i]
	if c.next == c.n {
		if err := guarded(func() error { return p.refill(c) }); err != nil {
			return parquet.Value{}, fmt.Errorf("column %s: %w", p.format.names[i], err)
		}
	}
	c.next++
	return c.buf[c.next-1], nil
}

// refill reads more values, from the next page if this one is at its end.
func (p *Parquet) refill(c *column) error {
	c.next, c.n = 0, 0
	for {
		if c.values != nil {
			n, err := c.values.ReadValues(c.buf[:])
			if n > 0 {
				c.n = n // the error comes again
				return nil
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if err == nil {
				return io.ErrNoProgress
			}
			c.release()
		}
		memory, err := p.guard.next(&c.checked)
		if errors.Is(err, io.EOF) {
			return malformed("fewer values than the row group has rows")
		}
		if err != nil {
			return err
		}
		open := memory
		for i := range p.columns {
			open += p.columns[i].memory
		}
		if open > maxOpenPages {
			return tooLarge("Parquet pages of %d bytes", open)
		}
		if c.page, err = c.pages.ReadPage(); err != nil {
			return err
		}
		c.values, c.memory = c.page.Values(), memory
	}
}

// appendValue appends v as a line has it to dst.
func (c *column) appendValue(dst []byte, v parquet.Value) []byte {
	if v.IsNull() {
		return append(dst, '-')
	}
	switch v.Kind() {
	case parquet.Int32:
		if c.unsigned {
			return strconv.AppendUint(dst, uint64(v.Uint32()), 10)
		}
		return strconv.AppendInt(dst, int64(v.Int32()), 10)
	case parquet.Int64:
		if c.unsigned {
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
