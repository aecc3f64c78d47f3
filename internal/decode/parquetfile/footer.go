package parquetfile

import (
	"encoding/binary"
	"errors"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// maxFooter is the largest footer that is read, in bytes. A footer takes
	// about 100 bytes for each column of each row group.
	maxFooter = 16 << 20
	// magic begins and ends a file; a file with an encrypted footer
	// has magicEncrypted in its place.
	magic          = "PAR1"
	magicEncrypted = "PARE"
	// rowsPerByte is how many rows a byte of a file may stand for, above
	// freeRows of them: more are no logs. Flow logs have 10 to 40 bytes a row.
	rowsPerByte = 1
	freeRows    = 1 << 20
	// valuesPerByte and freeValues are the same for values, nulls among them.
	// A row of Security Lake's CloudTrail has 300 in some hundred bytes.
	valuesPerByte = 64
	freeValues    = 64 << 20
)

// readFooter returns the metadata of a Parquet file, checked: the columns are
// what o says, and lists, sizes and offsets are within the file. The error is
// a *Rejection or the source's own.
func readFooter(r *tracked, size int64, o Options) (*format.FileMetaData, *schema, error) {
	frame := int64(2*len(magic) + 4)
	head, err := r.read(0, min(size, int64(len(magic))))
	if err != nil {
		return nil, nil, err
	}
	if string(head) == magicEncrypted {
		return nil, nil, malformed("an encrypted Parquet file")
	}
	if string(head) != magic {
		return nil, nil, foreign("no Parquet file")
	}
	if size < frame {
		return nil, nil, truncated("a Parquet file without a footer")
	}
	tail, err := r.read(size-8, 8)
	if err != nil {
		return nil, nil, err
	}
	if string(tail[4:]) != magic {
		return nil, nil, truncated("a Parquet file without a footer")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	switch {
	case length > size-frame:
		return nil, nil, malformed("a Parquet footer of %d bytes in a file of %d", length, size)
	case length > maxFooter:
		return nil, nil, tooLarge("a Parquet footer of %d bytes", length)
	}
	b, err := r.read(size-8-length, length)
	if err != nil {
		return nil, nil, err
	}
	meta := new(format.FileMetaData)
	if err := unmarshal(b, meta); err != nil {
		if errors.Is(err, errThriftItems) {
			return nil, nil, tooLarge("Parquet footer: %v", err)
		}
		return nil, nil, malformed("Parquet footer: %v", err)
	}
	s, err := readSchema(meta.Schema, o.Nested)
	if err != nil {
		return nil, nil, err
	}
	if o.Accept != nil && !o.Accept(s.names()) {
		return nil, nil, foreign("a Parquet file with other columns")
	}
	return meta, s, checkMeta(meta, s, size-8-length)
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

// checkMeta checks the metadata of a file whose data end at offset end.
func checkMeta(meta *format.FileMetaData, s *schema, end int64) error {
	if len(meta.RowGroups) > parquet.MaxRowGroups {
		return tooLarge("%d row groups", len(meta.RowGroups))
	}
	rows, values := int64(0), int64(0)
	for i := range meta.RowGroups {
		group := &meta.RowGroups[i]
		if len(group.Columns) != len(s.leaves) || group.NumRows < 0 {
			return malformed("Parquet footer: row group %d has %d columns and %d rows", i, len(group.Columns), group.NumRows)
		}
		if rows += group.NumRows; group.NumRows > end*rowsPerByte+freeRows || rows > end*rowsPerByte+freeRows {
			return bomb("more rows than bytes in a Parquet file of %d bytes", end)
		}
		for j := range group.Columns {
			if err := checkChunk(&group.Columns[j], s.leaves[j], group.NumRows, end); err != nil {
				return err
			}
			n := group.Columns[j].MetaData.NumValues
			if values += n; n > end*valuesPerByte+freeValues || values > end*valuesPerByte+freeValues {
				return bomb("more than %d values for each byte in a Parquet file of %d bytes", valuesPerByte, end)
			}
		}
	}
	return nil
}

// checkChunk checks the metadata of one column of a row group.
func checkChunk(c *format.ColumnChunk, leaf *node, rows, end int64) error {
	m := &c.MetaData
	start, size := chunkRange(m)
	switch {
	case c.FilePath != "":
		return malformed("Parquet footer: a column in another file")
	case len(c.EncryptedColumnMetadata) > 0:
		return malformed("an encrypted Parquet file")
	case m.Type != leaf.kind || m.NumValues < rows || leaf.rep == 0 && m.NumValues != rows:
		return malformed("Parquet footer: a column of %d values in a row group of %d rows", m.NumValues, rows)
	case start < int64(len(magic)) || size < 0 || start > end || size > end-start || m.DataPageOffset < start || m.DataPageOffset > start+size:
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
