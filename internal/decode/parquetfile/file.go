package parquetfile

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const (
	// maxOpenPages bounds the decoded pages of all columns together, in
	// bytes. Pages are read one a column; they are 1 MiB when they are large.
	maxOpenPages = 256 << 20
	// readBuffer is what is read ahead in each column, in bytes.
	readBuffer = 32 << 10
)

// Options say what a decoder expects of a file.
type Options struct {
	Malformed decode.Reason // of what is broken
	Foreign   decode.Reason // of files that are of another kind
	// Nested allows columns within columns, and lists. Without it such a
	// file is of another kind.
	Nested bool
	// Accept decides by the names of the outermost columns, in the file's
	// order, whether the file is of the right kind.
	Accept func(names []string) bool
}

// File reads the rows of one Parquet file, row group by row group. It is not
// safe for concurrent use.
//
//	for f.NextRow() == nil {
//		for i := range f.Columns() {
//			v, err := f.Value(i) // or f.RowJSON for the whole row
//		}
//	}
type File struct {
	opts    Options
	src     *tracked
	meta    *format.FileMetaData
	file    *parquet.File
	schema  *schema
	guard   pageGuard
	columns []column
	row     rowJSON

	group int   // index of the row group being read
	rows  int64 // that are left of it, the current one not among them
	open  bool  // its columns are open
}

// Open opens the file r of that size in bytes. The error is a *Rejection,
// which stands for the whole file, or the source's own. The caller must Close
// the File and remains the owner of r.
func Open(r io.ReaderAt, size int64, o Options) (*File, error) {
	f := &File{opts: o, src: &tracked{r: r, size: size}}
	f.guard.src = f.src
	var err error
	if f.meta, f.schema, err = readFooter(f.src, size, o); err != nil {
		return nil, o.named(err)
	}
	err = guarded(func() (err error) {
		f.file, err = parquet.OpenFile(f.src, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(readBuffer))
		return err
	})
	switch {
	case f.src.err != nil:
		return nil, f.src.err
	case err != nil:
		return nil, o.named(malformed("Parquet footer: %.200v", err))
	}
	f.columns = make([]column, len(f.schema.leaves))
	for i, leaf := range f.schema.leaves {
		f.columns[i].leaf = leaf
	}
	return f, nil
}

// Close releases what the File holds. It does not close the source.
func (f *File) Close() {
	f.closeColumns()
	f.guard.close()
}

// Columns are the names of the file's columns, outermost ones of a nested
// file. Value counts them from 0 where the file is flat.
func (f *File) Columns() []string { return f.schema.names() }

// NextRow moves to the next row. The error is io.EOF behind the last row, the
// source's own, or a *Rejection that stands for all rows that are left of a
// row group; the next call goes on behind them.
func (f *File) NextRow() error {
	for f.rows == 0 {
		if f.open {
			f.closeColumns()
			f.group++
		}
		if f.group == len(f.meta.RowGroups) {
			return io.EOF
		}
		if err := f.openGroup(); err != nil {
			return f.broken(err)
		}
	}
	f.rows--
	return nil
}

// Value returns the value of the current row in column i of a flat file, valid
// until the next call for the same column. It may be called once for each
// column of a row, and must be called for all. An error ends the row and its
// group; it is what NextRow gives for one.
func (f *File) Value(i int) (parquet.Value, error) {
	if c := &f.columns[i]; c.next < c.n { // as nearly always
		c.next++
		return c.buf[c.next-1], nil
	}
	v, err := f.take(i)
	if err != nil {
		f.rows++ // the row is not read either
		return parquet.Value{}, f.broken(err)
	}
	return v, nil
}

// Unsigned reports whether the numbers of column i have no sign.
func (f *File) Unsigned(i int) bool { return f.schema.leaves[i].unsigned }

// Offset is where the current row group begins, in bytes.
func (f *File) Offset() int64 {
	start, _ := chunkRange(&f.meta.RowGroups[f.group].Columns[0].MetaData)
	return start
}

// openGroup opens the columns of the current row group.
func (f *File) openGroup() error {
	group := &f.meta.RowGroups[f.group]
	f.rows, f.open = group.NumRows, true
	return guarded(func() error {
		chunks := f.file.RowGroups()[f.group].ColumnChunks()
		if len(chunks) != len(f.columns) {
			return malformed("%d columns; the footer has %d", len(chunks), len(f.columns))
		}
		for i := range f.columns {
			f.columns[i].begin(chunks[i].Pages(), &group.Columns[i].MetaData)
		}
		return nil
	})
}

// closeColumns closes the columns of the current row group.
func (f *File) closeColumns() {
	for i := range f.columns {
		// What closing finds wrong was found before, or does not matter.
		_ = guarded(f.columns[i].close)
	}
	f.open, f.rows = false, 0
}

// broken gives the current row group up. It returns the source's error, or
// the rejection that stands for the rows that are left.
func (f *File) broken(err error) error {
	offset := f.Offset()
	left := f.rows
	f.closeColumns()
	f.group++
	if f.src.err != nil {
		return f.src.err
	}
	r, ok := errors.AsType[*Rejection](err)
	if !ok {
		r = &Rejection{Reason: reasonMalformed, Detail: fmt.Sprintf("%.200v", err)}
	}
	r.Records, r.Offset = 1, offset
	r.Detail += fmt.Sprintf("; %d rows of row group %d are not read", left, f.group-1)
	return f.opts.named(r)
}

// guarded turns a panic of the Parquet library into an error. The library
// panics on some of the metadata that it does not expect; what is known is
// rejected before it gets there, and this is for the rest.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the Parquet library gave up: %v", v)
		}
	}()
	return f()
}
