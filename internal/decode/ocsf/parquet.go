package ocsf

import (
	"errors"
	"io"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/parquetfile"
)

// Parquet reads the events of a Parquet file as Security Lake stores them, one
// row an event. It is not safe for concurrent use. Its memory is bounded by a
// page a column and the largest row, 16 MiB.
type Parquet struct {
	file   *parquetfile.File
	parser Parser
	scan   jsonscan.Scanner

	ordinal int64 // of the next record
	skip    int64 // records before this ordinal are not returned
	end     error // io.EOF or the source's error, once the file is done
}

// NewParquet returns a reader of the file r of that size in bytes. The error
// is a *decode.Rejection, which stands for the whole file, or the source's
// own. The caller must Close the reader and remains the owner of r.
func NewParquet(r io.ReaderAt, size int64) (*Parquet, error) {
	file, err := parquetfile.Open(r, size, parquetfile.Options{Malformed: ReasonMalformed, Foreign: ReasonNotOCSF, Nested: true,
		Accept: func(names []string) bool { return slices.Contains(names, "class_uid") }})
	if err != nil {
		return nil, err
	}
	return &Parquet{file: file}, nil
}

// Close releases what the reader holds. It does not close the file.
func (p *Parquet) Close() error {
	p.file.Close()
	p.end = errors.New("read from a closed ocsf.Parquet")
	return nil
}

// Skip passes over the next n records, rejected ones included, which Next then
// does not return.
func (p *Parquet) Skip(n int64) { p.skip = p.ordinal + n }

// Next reads the next record into rec and returns its row as an OCSF event in
// JSON, null members left out. Both are valid until the next call.
//
// The error is io.EOF at the end of the file. It is a *decode.Rejection for a
// row that is no good, or for what is left of a row group behind a broken
// page, which counts as one record, after which Next may be called again. Any
// other error is the source's own and final.
func (p *Parquet) Next(rec *Record) (raw []byte, err error) {
	for p.end == nil {
		raw, err = p.row(rec)
		rejection, rejected := errors.AsType[*decode.Rejection](err)
		if err != nil && !rejected {
			p.end = err
			break
		}
		p.ordinal++
		if p.ordinal <= p.skip {
			continue
		}
		if rejected {
			rejection.Record = p.ordinal - 1
			return nil, rejection
		}
		return raw, nil
	}
	return nil, p.end
}

func (p *Parquet) row(rec *Record) ([]byte, error) {
	if err := p.file.NextRow(); err != nil {
		return nil, err
	}
	raw, err := p.file.RowJSON()
	if err != nil {
		return nil, err
	}
	p.scan.Reset(raw, 0)
	if err = p.parser.Parse(&p.scan, rec); err == nil {
		return raw, nil
	}
	rejection, ok := errors.AsType[*decode.Rejection](err)
	if !ok {
		rejection = &decode.Rejection{Reason: ReasonMalformed, Detail: err.Error()}
	}
	rejection.Records, rejection.Offset = 1, p.file.Offset()
	return nil, rejection
}
