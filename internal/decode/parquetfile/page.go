package parquetfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// maxPage is the largest page that is read, in bytes, packed or not.
	// Writers aim at 1 MiB.
	maxPage = 16 << 20
	// maxPageValues is the most values that a page may have.
	maxPageValues = 4 << 20
	// maxPageHeader is the largest header of a page, in bytes: some numbers,
	// and the smallest and largest value if the writer put them there.
	maxPageHeader = 1 << 20
	// pageHeaderBlock is how much is read of a header at first, in bytes.
	pageHeaderBlock = 1 << 10
	// plainDictionary is what writers of version 1 call both the dictionary's
	// encoding and that of the indexes into it.
	plainDictionary format.Encoding = 2
)

// pageGuard goes through the pages of a column ahead of the Parquet library,
// which believes what pages say of their sizes. A page that is as it says is
// safe to be read. One guard serves all columns of a file: it is pointed to
// each in turn.
type pageGuard struct {
	src    *tracked
	header []byte
	packed []byte
	raw    []byte
	gz     *gzip.Reader
	zs     *zstd.Decoder
}

// pages is where a guard is in one column.
type pages struct {
	meta     *format.ColumnMetaData
	def, rep int   // the highest levels; pages have those that are not 0
	pos, end int64 // offsets of the next page and of the column's end
	dict     int64 // bytes of the dictionary
	values   int64 // that a column of lists may still have
}

func (g *pageGuard) close() {
	if g.zs != nil {
		g.zs.Close()
	}
}

// next checks the next data page of a column, and the dictionary if it comes
// before, and returns about how much memory they take when decoded, in bytes.
// The error is io.EOF behind the last page, a *Rejection, or the source's.
func (g *pageGuard) next(p *pages) (int64, error) {
	for {
		if p.pos == p.end {
			return 0, io.EOF
		}
		header, size, err := g.readHeader(p)
		if err != nil {
			return 0, err
		}
		p.pos += int64(size)
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		switch {
		case packed < 0 || unpacked < 0 || packed > p.end-p.pos:
			return 0, malformed("a Parquet page of %d bytes, %d unpacked, in a column of %d", packed, unpacked, p.end-p.pos)
		case packed > maxPage || unpacked > maxPage:
			return 0, tooLarge("a Parquet page of %d bytes, %d unpacked", packed, unpacked)
		}
		if int64(cap(g.packed)) < packed {
			g.packed = make([]byte, packed)
		}
		body := g.packed[:packed]
		if err := g.src.fill(body, p.pos); err != nil {
			return 0, err
		}
		p.pos += packed
		values, err := g.check(p, header, body)
		if err != nil {
			return 0, err
		}
		if values > maxPageValues {
			return 0, tooLarge("a Parquet page of %d values", values)
		}
		// Numbers take 8 bytes at most, offsets of texts and indexes into the
		// dictionary 4, levels 1 or 2.
		memory := unpacked + 10*values
		if header.Type != format.DictionaryPage {
			if p.values -= values; p.rep > 0 && p.values < 0 {
				return 0, malformed("more values than the footer says")
			}
			return memory + p.dict, nil
		}
		p.dict = memory
	}
}

// readHeader reads the header of the next page and returns its size.
func (g *pageGuard) readHeader(p *pages) (*format.PageHeader, int, error) {
	for n := int64(pageHeaderBlock); n <= maxPageHeader; n <<= 5 {
		if int64(len(g.header)) < n {
			g.header = make([]byte, n)
		}
		b := g.header[:min(n, p.end-p.pos)]
		if err := g.src.fill(b, p.pos); err != nil {
			return nil, 0, err
		}
		size, err := thriftSize(b)
		if err != nil {
			continue
		}
		// The library must have the same view of where the header ends.
		header := new(format.PageHeader)
		if err := unmarshal(b[:size], header); err != nil {
			return nil, 0, malformed("header of a Parquet page: %v", err)
		}
		return header, size, nil
	}
	return nil, 0, malformed("header of a Parquet page: %v", errThrift)
}

// check makes sure that a page holds as many bytes and values as it says. It
// returns the number of values.
func (g *pageGuard) check(p *pages, header *format.PageHeader, body []byte) (int64, error) {
	size := int(header.UncompressedPageSize)
	switch header.Type {
	case format.DictionaryPage:
		h := header.DictionaryPageHeader
		raw, err := g.unpack(p.meta.Codec, body, size)
		if err == nil && (!h.Valid || h.V.NumValues < 0 || h.V.Encoding != format.Plain && h.V.Encoding != plainDictionary) {
			err = errRuns
		}
		// A value takes a byte at least.
		if err == nil && int(h.V.NumValues) > len(raw) {
			err = errRuns
		}
		return int64(h.V.NumValues), broken(err)
	case format.DataPage:
		h := header.DataPageHeader
		raw, err := g.unpack(p.meta.Codec, body, size)
		if err != nil {
			return 0, broken(err)
		}
		if !h.Valid || h.V.NumValues < 0 {
			return 0, broken(errRuns)
		}
		values := int64(h.V.NumValues)
		if p.rep > 0 {
			if raw, err = cutLevels(raw, h.V.RepetitionLevelEncoding, p.rep, values); err != nil {
				return 0, broken(err)
			}
		}
		if p.def > 0 {
			if raw, err = cutLevels(raw, h.V.DefinitionLevelEncoding, p.def, values); err != nil {
				return 0, broken(err)
			}
		}
		return values, checkValues(p.meta.Type, h.V.Encoding, raw, values)
	case format.DataPageV2:
		h := header.DataPageHeaderV2
		// Levels are not packed.
		reps, defs := int(h.V.RepetitionLevelsByteLength), int(h.V.DefinitionLevelsByteLength)
		if !h.Valid || h.V.NumValues < 0 || h.V.NumNulls < 0 || h.V.NumNulls > h.V.NumValues || h.V.NumRows < 0 || h.V.NumRows > h.V.NumValues ||
			p.rep == 0 && (reps != 0 || h.V.NumRows != h.V.NumValues) || reps < 0 || defs < 0 || reps > len(body) || defs > len(body)-reps || reps+defs > size {
			return 0, broken(errRuns)
		}
		values := int64(h.V.NumValues)
		levels := reps + defs
		if p.rep > 0 {
			if err := checkRuns(body[:reps], levelWidth(p.rep), values); err != nil {
				return 0, broken(err)
			}
		}
		if p.def > 0 {
			if err := checkRuns(body[reps:levels], levelWidth(p.def), values); err != nil {
				return 0, broken(err)
			}
		}
		codec := p.meta.Codec
		if h.V.IsCompressed.Valid && !h.V.IsCompressed.V {
			codec = format.Uncompressed
		}
		raw, err := g.unpack(codec, body[levels:], size-levels)
		if err != nil {
			return 0, broken(err)
		}
		return values, checkValues(p.meta.Type, h.V.Encoding, raw, values)
	}
	return 0, malformed("a Parquet page of type %d", header.Type)
}

// cutLevels checks the levels at the beginning of a page and returns what lies
// behind them.
func cutLevels(raw []byte, encoding format.Encoding, highest int, values int64) ([]byte, error) {
	if encoding != format.RLE || len(raw) < 4 {
		return nil, errRuns
	}
	n := uint64(binary.LittleEndian.Uint32(raw))
	if raw = raw[4:]; n > uint64(len(raw)) {
		return nil, errRuns
	}
	return raw[n:], checkRuns(raw[:n], levelWidth(highest), values)
}

// levelWidth is how many bits a level takes.
func levelWidth(highest int) uint { return uint(bits.Len(uint(highest))) }

// checkValues checks the values of a data page: those that are not null, at
// most limit.
func checkValues(kind format.Type, encoding format.Encoding, b []byte, limit int64) error {
	switch {
	case encoding == format.Plain:
		return nil // as long as it is
	case encoding == format.RLEDictionary || encoding == plainDictionary:
		if len(b) == 0 {
			return nil // nulls only
		}
		return broken(checkRuns(b[1:], uint(b[0]), limit))
	case encoding == format.DeltaBinaryPacked && (kind == format.Int32 || kind == format.Int64):
		width := byte(32)
		if kind == format.Int64 {
			width = 64
		}
		_, err := checkDeltas(b, width, limit)
		return broken(err)
	case encoding == format.DeltaLengthByteArray && kind == format.ByteArray:
		_, err := checkDeltas(b, 32, limit)
		return broken(err)
	}
	return malformed("Parquet encoding %s of %s is not supported", encoding, kind)
}

// unpack returns the size bytes that packed unpacks to, and an error if it
// does not. They are valid until the next call.
func (g *pageGuard) unpack(codec format.CompressionCodec, packed []byte, size int) ([]byte, error) {
	if codec != format.Uncompressed && len(packed) == 0 && size == 0 {
		return nil, nil
	}
	if codec != format.Uncompressed && cap(g.raw) < size+1 {
		g.raw = make([]byte, size+1)
	}
	var raw []byte
	var err error
	switch codec {
	case format.Uncompressed:
		raw = packed
	case format.Snappy:
		n, bad := snappy.DecodedLen(packed)
		if bad != nil || n != size {
			return nil, errRuns
		}
		raw, err = snappy.Decode(g.raw[:cap(g.raw)], packed)
	case format.Gzip:
		raw, err = g.gunzip(packed, size)
	case format.Zstd:
		raw, err = g.unzstd(packed, size)
	default:
		return nil, malformed("Parquet compression %s is not supported", codec)
	}
	if err == nil && len(raw) != size {
		err = errRuns
	}
	return raw, err
}

// gunzip unpacks size bytes, and one more to see whether there are more.
func (g *pageGuard) gunzip(packed []byte, size int) ([]byte, error) {
	if g.gz == nil {
		g.gz = new(gzip.Reader)
	}
	if err := g.gz.Reset(bytes.NewReader(packed)); err != nil {
		return nil, err
	}
	n, err := io.ReadFull(g.gz, g.raw[:size+1])
	if errors.Is(err, io.ErrUnexpectedEOF) && n == size || errors.Is(err, io.EOF) && size == 0 {
		err = nil
	}
	return g.raw[:n], err
}

func (g *pageGuard) unzstd(packed []byte, size int) ([]byte, error) {
	if g.zs == nil {
		var err error
		if g.zs, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxPage+1)); err != nil {
			return nil, err
		}
	}
	return g.zs.DecodeAll(packed, g.raw[:0])
}

// broken is the rejection of a page for that error, nil if it is.
func broken(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Rejection](err); ok {
		return err
	}
	return malformed("a Parquet page: %v", err)
}
