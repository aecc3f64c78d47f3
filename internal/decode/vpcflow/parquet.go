package vpcflow

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const (
	// maxOpenPages bounds the decoded pages of all columns together, in
	// bytes. Pages are read one a column; they are 1 MiB when they are large.
	maxOpenPages = 256 << 20
	// parquetReadBuffer is what is read ahead in each column, in bytes.
	parquetReadBuffer = 32 << 10
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
	src     *tracked
	meta    *format.FileMetaData
	file    *parquet.File
	format  *Format
	parser  Parser
	guard   pageGuard
	columns []column
	line    []byte

	group int   // index of the row group being read
	rows  int64 // that are left of it
	open  bool  // its columns are open

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the file is done
}

// NewParquet returns a reader of the file r of that size in bytes. The error
// is a *Rejection, which stands for the whole file, or the source's own. The
// caller must Close the reader and remains the owner of r.
func NewParquet(r io.ReaderAt, size int64) (*Parquet, error) {
	p := &Parquet{src: &tracked{r: r, size: size}}
	p.guard.src = p.src
	var err error
	if p.meta, err = readFooter(p.src, size); err != nil {
		return nil, err
	}
	err = guarded(func() (err error) {
		p.file, err = parquet.OpenFile(p.src, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(parquetReadBuffer))
		return err
	})
	switch {
	case p.src.err != nil:
		return nil, p.src.err
	case err != nil:
		return nil, malformed("Parquet footer: %.200v", err)
	}
	fields := p.file.Root().Columns()
	names := make([]string, len(fields))
	p.columns = make([]column, len(fields))
	for i, field := range fields {
		names[i] = columnName(field.Name())
		p.columns[i].optional = field.Optional()
		p.columns[i].unsigned = strings.HasSuffix(field.Type().String(), ",false)") // INT(32,false)
	}
	p.format = newFormat(names)
	return p, nil
}

// Close releases what the reader holds. It does not close the file.
func (p *Parquet) Close() error {
	p.closeColumns()
	p.guard.close()
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
	for p.rows == 0 {
		if p.open {
			p.closeColumns()
			p.group++
		}
		if p.group == len(p.meta.RowGroups) {
			return io.EOF
		}
		if err := p.openGroup(); err != nil {
			return p.broken(err)
		}
	}
	line := p.line[:0]
	for i := range p.columns {
		if i > 0 {
			line = append(line, ' ')
		}
		v, err := p.value(i)
		if err != nil {
			return p.broken(err)
		}
		line = p.columns[i].appendValue(line, v)
		p.line = line
		if len(line) > DefaultMaxLine {
			return p.longRow(i + 1)
		}
	}
	p.rows--
	if err := p.parser.line(line, p.format, rec); err != nil {
		if r, ok := errors.AsType[*Rejection](err); ok {
			r.Offset = p.offset()
		}
		return err
	}
	return nil
}

// longRow passes over the values of the current row from column i on and
// rejects it.
func (p *Parquet) longRow(i int) error {
	for ; i < len(p.columns); i++ {
		if _, err := p.value(i); err != nil {
			return p.broken(err)
		}
	}
	p.rows--
	return &Rejection{Records: 1, Offset: p.offset(), Reason: decode.ReasonTooLarge,
		Detail: fmt.Sprintf("a row of more than %d bytes", DefaultMaxLine)}
}

// openGroup opens the columns of the current row group.
func (p *Parquet) openGroup() error {
	group := &p.meta.RowGroups[p.group]
	p.rows, p.open = group.NumRows, true
	return guarded(func() error {
		chunks := p.file.RowGroups()[p.group].ColumnChunks()
		if len(chunks) != len(p.columns) {
			return malformed("%d columns; the footer has %d", len(chunks), len(p.columns))
		}
		for i := range p.columns {
			p.columns[i].begin(chunks[i].Pages(), &group.Columns[i].MetaData)
		}
		return nil
	})
}

// closeColumns closes the columns of the current row group.
func (p *Parquet) closeColumns() {
	for i := range p.columns {
		// What closing finds wrong was found before, or does not matter.
		_ = guarded(p.columns[i].close)
	}
	p.open, p.rows = false, 0
}

// broken gives the current row group up. It returns the source's error, or
// the rejection that stands for the rows that are left.
func (p *Parquet) broken(err error) error {
	offset := p.offset()
	left := p.rows
	p.closeColumns()
	p.group++
	if p.src.err != nil {
		return p.src.err
	}
	r, ok := errors.AsType[*Rejection](err)
	if !ok {
		r = &Rejection{Reason: ReasonMalformed, Detail: fmt.Sprintf("%.200v", err)}
	}
	r.Records, r.Offset = 1, offset
	r.Detail += fmt.Sprintf("; %d rows of row group %d are not read", left, p.group-1)
	return r
}

// offset is where the current row group begins.
func (p *Parquet) offset() int64 {
	start, _ := chunkRange(&p.meta.RowGroups[p.group].Columns[0].MetaData)
	return start
}
