package parquetfile

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// batch is how many values are taken out of a page at a time.
const batch = 64

// column reads the values of one column of a row group, page by page.
type column struct {
	leaf    *node
	pages   parquet.Pages
	checked pages
	page    parquet.Page
	values  parquet.ValueReader
	memory  int64 // bytes that the page takes, about

	buf     [batch]parquet.Value
	next, n int // buf[next:n] are not yet read
}

// begin starts with the pages of a column.
func (c *column) begin(p parquet.Pages, meta *format.ColumnMetaData) {
	start, size := chunkRange(meta)
	c.pages = p
	c.checked = pages{meta: meta, def: c.leaf.def, rep: c.leaf.rep, pos: start, end: start + size, values: meta.NumValues}
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

// take returns the next value of column i, valid until the next call for the
// same column.
func (f *File) take(i int) (parquet.Value, error) {
	c := &f.columns[i]
	more, err := f.fill(c)
	if err == nil && !more {
		err = malformed("fewer values than the row group has rows")
	}
	if err != nil {
		return parquet.Value{}, fmt.Errorf("column %s: %w", c.leaf.name, err)
	}
	c.next++
	return c.buf[c.next-1], nil
}

// peek returns the levels of the next value of column i; behind the last value
// they are those of a new row.
func (f *File) peek(i int) (def, rep int, err error) {
	c := &f.columns[i]
	more, err := f.fill(c)
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("column %s: %w", c.leaf.name, err)
	case !more:
		return 0, 0, nil
	}
	return c.buf[c.next].DefinitionLevel(), c.buf[c.next].RepetitionLevel(), nil
}

// fill makes sure that a column has a value at hand. It reports whether there
// is one.
func (f *File) fill(c *column) (bool, error) {
	if c.next < c.n {
		return true, nil
	}
	err := guarded(func() error { return f.refill(c) })
	if errors.Is(err, errNoValues) {
		return false, nil
	}
	return err == nil, err
}

// errNoValues says that a column has no more values.
var errNoValues = errors.New("no more values")

// refill reads more values, from the next page if this one is at its end.
func (f *File) refill(c *column) error {
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
		memory, err := f.guard.next(&c.checked)
		if errors.Is(err, io.EOF) {
			return errNoValues
		}
		if err != nil {
			return err
		}
		open := memory
		for i := range f.columns {
			open += f.columns[i].memory
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
