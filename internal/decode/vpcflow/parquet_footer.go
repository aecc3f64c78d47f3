package vpcflow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const (
	// maxFooter is the largest footer that is read, in bytes. A footer takes
	// about 100 bytes for each column of each row group.
	maxFooter = 16 << 20
	// parquetMagic begins and ends a file; a file with an encrypted footer
	// has parquetEncrypted in its place.
	parquetMagic     = "PAR1"
	parquetEncrypted = "PARE"
	// rowsPerByte is how many rows a byte of a file may stand for, above
	// freeRows of them: more are no logs. Flow logs have 10 to 40 bytes a row.
	rowsPerByte = 1
	freeRows    = 1 << 20
)

// readFooter returns the metadata of a Parquet file, checked: the columns
// are flat, and lists, sizes and offsets are within the file. The error is a
// *Rejection or the source's own.
func readFooter(r *tracked, size int64) (*format.FileMetaData, error) {
	frame := int64(2*len(parquetMagic) + 4)
	head, err := r.read(0, min(size, int64(len(parquetMagic))))
	if err != nil {
		return nil, err
	}
	if string(head) == parquetEncrypted {
		return nil, &Rejection{Records: 1, Reason: ReasonMalformed, Detail: "an encrypted Parquet file"}
	}
	if string(head) != parquetMagic {
		return nil, notFlow("no Parquet file")
	}
	if size < frame {
		return nil, truncated("a Parquet file without a footer")
	}
	tail, err := r.read(size-8, 8)
	if err != nil {
		return nil, err
	}
	if string(tail[4:]) != parquetMagic {
		return nil, truncated("a Parquet file without a footer")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	switch {
	case length > size-frame:
		return nil, malformed("a Parquet footer of %d bytes in a file of %d", length, size)
	case length > maxFooter:
		return nil, tooLarge("a Parquet footer of %d bytes", length)
	}
	b, err := r.read(size-8-length, length)
	if err != nil {
		return nil, err
	}
	meta := new(format.FileMetaData)
	if err := unmarshal(b, meta); err != nil {
		if errors.Is(err, errThriftItems) {
			return nil, tooLarge("Parquet footer: %v", err)
		}
		return nil, malformed("Parquet footer: %v", err)
	}
	return meta, checkMeta(meta, size-8-length)
}

// unmarshal decodes the Thrift struct that b holds.
func unmarshal(b []byte, into any) error {
	n, err := thriftSize(b)
	if err != nil {
		return err
	}
	if n != len(b) {
		return errThrift
	}
	return guarded(func() error { return thrift.Unmarshal(new(thrift.CompactProtocol), b, into) })
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

// checkMeta checks the metadata of a file whose data end at offset end.
func checkMeta(meta *format.FileMetaData, end int64) error {
	if len(meta.Schema) < 2 || len(meta.Schema) > maxColumns+1 {
		return notFlow("a Parquet file without columns, or with too many")
	}
	leaves := meta.Schema[1:]
	for i := range leaves {
		e := &leaves[i]
		if e.NumChildren.V != 0 || !e.Type.Valid || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
			return notFlow("a Parquet file with nested columns")
		}
	}
	if int(meta.Schema[0].NumChildren.V) != len(leaves) {
		return malformed("Parquet footer: %d columns; the schema says %d", len(leaves), meta.Schema[0].NumChildren.V)
	}
	names := make([]string, len(leaves))
	for i := range leaves {
		names[i] = columnName(leaves[i].Name)
	}
	if !IsHeader([]byte(strings.Join(names, " "))) {
		return notFlow("a Parquet file with other columns")
	}
	if len(meta.RowGroups) > parquet.MaxRowGroups {
		return tooLarge("%d row groups", len(meta.RowGroups))
	}
	rows := int64(0)
	for i := range meta.RowGroups {
		group := &meta.RowGroups[i]
		if len(group.Columns) != len(leaves) || group.NumRows < 0 {
			return malformed("Parquet footer: row group %d has %d columns and %d rows", i, len(group.Columns), group.NumRows)
		}
		if rows += group.NumRows; group.NumRows > end*rowsPerByte+freeRows || rows > end*rowsPerByte+freeRows {
			return &Rejection{Records: 1, Reason: decode.ReasonBomb, Detail: fmt.Sprintf("more rows than bytes in a Parquet file of %d bytes", end)}
		}
		for j := range group.Columns {
			if err := checkChunk(&group.Columns[j], leaves[j].Type.V, group.NumRows, end); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkChunk checks the metadata of one column of a row group.
func checkChunk(c *format.ColumnChunk, kind format.Type, rows, end int64) error {
	m := &c.MetaData
	start, size := chunkRange(m)
	switch {
	case c.FilePath != "":
		return malformed("Parquet footer: a column in another file")
	case len(c.EncryptedColumnMetadata) > 0:
		return malformed("an encrypted Parquet file")
	case m.Type != kind || m.NumValues != rows:
		return malformed("Parquet footer: a column of %d values in a row group of %d rows", m.NumValues, rows)
	case start < int64(len(parquetMagic)) || size < 0 || start > end || size > end-start || m.DataPageOffset < start || m.DataPageOffset > start+size:
		return malformed("Parquet footer: a column outside of the file")
	}
	return nil
}

// chunkRange is where the pages of a column lie. Some writers leave the
// dictionary's offset out.
func chunkRange(m *format.ColumnMetaData) (start, size int64) {
	start = m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		start = m.DictionaryPageOffset
	}
	return start, m.TotalCompressedSize
}

// columnName is the name of a Parquet column as a flow log has it.
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

func notFlow(detail string) error {
	return &Rejection{Records: 1, Reason: ReasonNotVPCFlow, Detail: detail, Foreign: true}
}

func tooLarge(format string, args ...any) error {
	return &Rejection{Records: 1, Reason: decode.ReasonTooLarge, Detail: fmt.Sprintf(format, args...)}
}

// tracked remembers how a source failed, which the library may not pass on
// as it was.
type tracked struct {
	r    io.ReaderAt
	size int64
	err  error // the source's error, unless it is io.EOF
}

// ReadAt reads from the source.
func (t *tracked) ReadAt(p []byte, off int64) (int, error) {
	n, err := t.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
	}
	return n, err
}

// read returns n bytes from offset off on. The error is the source's, or a
// *Rejection if they are not there.
func (t *tracked) read(off, n int64) ([]byte, error) {
	b := make([]byte, n)
	return b, t.fill(b, off)
}

// fill reads all of b from offset off on; see read.
func (t *tracked) fill(b []byte, off int64) error {
	if n, err := t.ReadAt(b, off); n < len(b) {
		if t.err != nil {
			return t.err
		}
		return truncated(fmt.Sprintf("%d of %d bytes at %d: %v", n, len(b), off, err))
	}
	return nil
}
