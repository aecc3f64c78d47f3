package vpcflow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const (
	parquetMagic = "PAR1"
	maxFooter    = 16 << 20 // bytes; the limits are those of parquetfile
	freeRows     = 1 << 20
	badRuns      = "a page's values are broken or more than it says"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// row is a flow record in AWS's Parquet types. VPC user guide,
// flow-log-records, Parquet data type.
type row struct {
	Version     int32   `parquet:"version"`
	AccountID   string  `parquet:"account_id,dict"`
	InterfaceID string  `parquet:"interface_id,dict"`
	SrcAddr     *string `parquet:"srcaddr,optional"`
	DstAddr     *string `parquet:"dstaddr,optional,dict"`
	SrcPort     *int32  `parquet:"srcport,optional"`
	DstPort     *int32  `parquet:"dstport,optional,dict"`
	Protocol    *int32  `parquet:"protocol,optional"`
	Packets     *int64  `parquet:"packets,optional"`
	Bytes       *int64  `parquet:"bytes,optional"`
	Start       int64   `parquet:"start,delta"`
	End         int64   `parquet:"end,delta"`
	Action      *string `parquet:"action,optional,dict"`
	LogStatus   string  `parquet:"log_status,dict"`
	Region      string  `parquet:"region,plain"`
	TCPFlags    *int32  `parquet:"tcp_flags,optional"`
	Tag         string  `parquet:"tag-2030"`
}

// rowLine is the line that stands for a row.
func rowLine(r row) string {
	text := func(s *string) string {
		if s == nil || *s == "" {
			return "-"
		}
		return strings.ReplaceAll(*s, " ", "%20")
	}
	return strings.Join([]string{fmt.Sprint(r.Version), text(&r.AccountID), r.InterfaceID, text(r.SrcAddr), text(r.DstAddr), num(r.SrcPort), num(r.DstPort),
		num(r.Protocol), num(r.Packets), num(r.Bytes), fmt.Sprint(r.Start), fmt.Sprint(r.End), text(r.Action), r.LogStatus, r.Region, num(r.TCPFlags), text(&r.Tag)}, " ")
}

func num[T int32 | int64](n *T) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

// rows returns n rows of all kinds.
func rows(n int) []row {
	all := make([]row, n)
	for i := range all {
		start := int64(1700000000 + i/7)
		all[i] = row{Version: 5, AccountID: "123456789012", InterfaceID: fmt.Sprintf("eni-%d", i%9), Start: start, End: start + 60, LogStatus: "OK", Region: "us-east-1"}
		if i%11 == 0 {
			all[i].LogStatus = "NODATA"
			continue
		}
		src := netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}).String()
		dst := []string{"10.0.0.1", "2001:db8::1"}[i%2]
		all[i].SrcAddr, all[i].DstAddr = &src, &dst
		all[i].SrcPort, all[i].DstPort, all[i].Protocol = new(int32(1024+i%60000)), new(int32(443)), new(int32(6))
		all[i].Packets, all[i].Bytes = new(int64(i%50)), new(int64(i)<<20)
		all[i].Action = new([]string{"ACCEPT", "REJECT"}[i%3/2])
		if i%4 == 0 {
			all[i].TCPFlags, all[i].Tag = new(int32(18)), "two words"
		}
	}
	return all
}

// written is rows as a Parquet file.
func written(t testing.TB, all []row, groups int, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, append([]parquet.WriterOption{parquet.PageBufferSize(1000)}, options...)...)
	for i := range groups {
		_, err := w.Write(all[i*len(all)/groups : (i+1)*len(all)/groups])
		if err = errors.Join(err, w.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openParquet(t testing.TB, in []byte) *Parquet {
	t.Helper()
	p, err := NewParquet(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// Rows come back as the lines that they stand for, however they were packed.
func TestParquet(t *testing.T) {
	all := rows(2000)
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		for version := 1; version <= 2; version++ {
			for _, groups := range []int{1, 3} {
				t.Run(fmt.Sprintf("%v-v%d-%d", codec, version, groups), func(t *testing.T) {
					p := openParquet(t, written(t, all, groups, parquet.Compression(codec), parquet.DataPageVersion(version)))
					var line Parser
					var rec, want Record
					for i, r := range all {
						if err := p.Next(&rec); err != nil {
							t.Fatalf("row %d: %v", i, err)
						}
						if err := line.Line([]byte(rowLine(r)), p.format, &want); err != nil {
							t.Fatal(err)
						}
						if diff := cmp.Diff(want, rec, sameRecord); diff != "" {
							t.Fatalf("row %d:\n%s", i, diff)
						}
						if rebuilt := AppendLine(nil, &rec); !rec.Canonical || !bytes.Equal(rebuilt, rec.Raw) {
							t.Fatalf("row %d is rebuilt as %q", i, rebuilt)
						}
					}
					for range 2 {
						if err := p.Next(&rec); err != io.EOF {
							t.Fatalf("at the end: %v", err)
						}
					}
				})
			}
		}
	}
}

func TestParquetSkip(t *testing.T) {
	in := written(t, rows(100), 4)
	for _, n := range []int{0, 1, 24, 25, 26, 99, 100, 200} {
		p := openParquet(t, in)
		p.Skip(int64(n))
		if got := strings.Count(outcome(p.Next), "\n"); got != max(0, 100-n) {
			t.Errorf("%d records after skipping %d of 100", got, n)
		}
	}
}

// Rows that are no good do not stop the others; names and types of other
// writers are taken.
func TestParquetRows(t *testing.T) {
	type other struct {
		Start   *uint32 `parquet:"START,optional"`
		SrcAddr string  `parquet:"src_addr"`
		Src     string  `parquet:"SrcAddr"`
		Bytes   uint64  `parquet:"bytes"`
		Pkt     string  `parquet:"pkt_srcaddr"`
		Yes     bool    `parquet:"9lives"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[other](&b)
	_, err := w.Write([]other{
		{new(uint32(4000000000)), "", "192.0.2.1", 1<<64 - 1, "10.0.0.1", true},
		{nil, "x", "192.0.2.1", 1, "", false},
		{new(uint32(1)), "x", "no address", 1, "", false},
		{new(uint32(1)), strings.Repeat("x", DefaultMaxLine), "192.0.2.1", 1, "", false},
		{new(uint32(2)), "tab\there", "", 7, "", false},
	})
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	p := openParquet(t, b.Bytes())
	if got, want := p.format.String(), "start src-addr srcaddr bytes pkt-srcaddr x9lives"; got != want {
		t.Errorf("format %q; want %q", got, want)
	}
	want := `v0   192.0.2.1:0>invalid IP:0/0 0p 18446744073709551615b 4000000000-0 - - pkt 10.0.0.1>invalid IP | - 10.0.0.1 true
<no-flow-time 1*1@4> neither start nor end
<malformed-flow 2*1@4> srcaddr is "no%20address"
<too-large 3*1@4> a row of more than 65536 bytes
v0   invalid IP:0>invalid IP:0/0 0p 7b 2-0 - - | tab%09here - false
EOF`
	if diff := cmp.Diff(want, outcome(p.Next)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is no flow log in Parquet is rejected when it is opened.
func TestNewParquetRejects(t *testing.T) {
	good := written(t, rows(50), 1)
	f := func(name string, in []byte, want decode.Reason, foreign bool) {
		t.Helper()
		_, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		var r *Rejection
		if !errors.As(err, &r) || r.Reason != want || r.Foreign != foreign || r.Records != 1 || r.Detail == "" {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	f("nothing", nil, ReasonNotVPCFlow, true)
	f("text", []byte(headerLine+line14), ReasonNotVPCFlow, true)
	f("magic only", good[:4], decode.ReasonTruncated, false)
	f("cut", good[:len(good)-1], decode.ReasonTruncated, false)
	f("cut in half", good[:len(good)/2], decode.ReasonTruncated, false)
	f("two magics", []byte("PAR1PAR1PAR1"), ReasonMalformed, false)
	f("encrypted", append([]byte("PARE"), good[4:]...), ReasonMalformed, false)
	f("footer longer than the file", footer(good, uint32(len(good))), ReasonMalformed, false)
	f("footer of 4 GB", footer(good, 1<<32-1), ReasonMalformed, false)
	f("empty footer", footer(good, 0), ReasonMalformed, false)
	f("other footer", footer(good, 100), ReasonMalformed, false)
	_, err := NewParquet(bytes.NewReader(good), int64(len(good))+100)
	if reasonOf(err) != decode.ReasonTruncated {
		t.Errorf("a file shorter than it says: %v", err)
	}
	big := append([]byte("PAR1"), make([]byte, maxFooter+100)...)
	f("large footer", footer(append(big, "1234PAR1"...), maxFooter+1), decode.ReasonTooLarge, false)
	// Lists that claim two billion members, of which there are none.
	for _, list := range []string{"\x15\x02\x29\xfc\xff\xff\xff\xff\x07", "\x15\x02\x19\xfc\xff\xff\xff\xff\x07", "\x15\x02\x28\xff\xff\xff\xff\x07", "\x15\x02\x1b\xff\xff\xff\xff\x07\xcc"} {
		f("claims", footer(append(append([]byte("PAR1"), list...), "1234PAR1"...), uint32(len(list))), ReasonMalformed, false)
	}
	nested := strings.Repeat("\x1c", 1<<20)
	f("deep nesting", footer(append(append([]byte("PAR1"), nested...), "1234PAR1"...), uint32(len(nested))), ReasonMalformed, false)
	many := "\x15\x02\x29\xfc\x80\x80\x20" + strings.Repeat("\x00", 1<<19)
	f("half a million schema elements", footer(append(append([]byte("PAR1"), many...), "1234PAR1"...), uint32(len(many))), decode.ReasonTooLarge, false)

	type event struct {
		EventName string `parquet:"eventname"`
		Start     int64  `parquet:"start"`
	}
	type deep struct {
		SrcAddr string `parquet:"srcaddr"`
		DstAddr struct {
			IP string `parquet:"ip"`
		} `parquet:"dstaddr"`
	}
	type list struct {
		SrcAddr []string `parquet:"srcaddr"`
		DstAddr string   `parquet:"dstaddr"`
	}
	f("other columns", writtenAs(t, []event{{"a", 1}}), ReasonNotVPCFlow, true)
	f("nested columns", writtenAs(t, []deep{{}}), ReasonNotVPCFlow, true)
	f("lists", writtenAs(t, []list{{}}), ReasonNotVPCFlow, true)

	f("more rows than bytes", edited(t, good, func(m *format.FileMetaData) {
		m.RowGroups[0].NumRows = 1 << 40
	}), decode.ReasonBomb, false)
	f("fewer values than rows", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns[3].MetaData.NumValues-- }), ReasonMalformed, false)
	f("negative rows", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }), ReasonMalformed, false)
	f("no columns", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns = nil }), ReasonMalformed, false)
	f("column behind the end", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns[2].MetaData.TotalCompressedSize = 1 << 50 }), ReasonMalformed, false)
	f("column before the beginning", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.DataPageOffset = -8 }), ReasonMalformed, false)
	f("column in another file", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].FilePath = "/etc/passwd" }), ReasonMalformed, false)
	f("another type", edited(t, good, func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.Type = format.Double }), ReasonMalformed, false)
}

// footer is in with another length of its footer.
func footer(in []byte, length uint32) []byte {
	out := bytes.Clone(in)
	binary.LittleEndian.PutUint32(out[len(out)-8:], length)
	return out
}

// edited is in with another footer.
func edited(t testing.TB, in []byte, edit func(*format.FileMetaData)) []byte {
	t.Helper()
	n := int(binary.LittleEndian.Uint32(in[len(in)-8:]))
	var meta format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), in[len(in)-8-n:len(in)-8], &meta); err != nil {
		t.Fatal(err)
	}
	edit(&meta)
	b, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append(bytes.Clone(in[:len(in)-8-n]), b...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), parquetMagic...)
}

func writtenAs[T any](t testing.TB, all []T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	_, err := w.Write(all)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A page that is not what it says gives its row group up and no other, and
// takes no memory.
func TestBrokenPages(t *testing.T) {
	f := func(name string, in []byte, want string) {
		t.Helper()
		p := openParquet(t, in)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := outcome(p.Next)
		runtime.ReadMemStats(&after)
		if !strings.Contains(got, want) || strings.Count(got, "<") != 1 || !strings.HasSuffix(got, "\nEOF") {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 80<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
	data := func(values int32, encoding format.Encoding) format.PageHeader {
		return format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: values, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
	}
	eight := strings.Repeat("\x01\x00\x00\x00\x00\x00\x00\x00", 3)
	f("a good one, but for the count", rawParquet(t, data(3, format.Plain), eight, 4, 0), "fewer values than the row group has rows; 1 rows of row group 0")
	f("values of another length", rawParquet(t, data(3, format.Plain), eight[:20], 3, 0), "<malformed-flow 0*1@4> column start: ")
	f("a run of a billion values", rawParquet(t, data(3, format.RLEDictionary), "\x01\x80\x80\x80\x80\x08\x01", 3, 0), badRuns)
	f("many runs", rawParquet(t, data(3, format.RLEDictionary), "\x01"+strings.Repeat("\x06\x01", 1000), 3, 0), badRuns)
	f("an index of 200 bits", rawParquet(t, data(3, format.RLEDictionary), "\xc8\x06\x01", 3, 0), badRuns)
	f("no dictionary", rawParquet(t, data(3, format.RLEDictionary), "\x01\x06\x01", 3, 0), "<malformed-flow")
	f("deltas for a billion values", rawParquet(t, data(3, format.DeltaBinaryPacked), "\x80\x01\x04\x80\x80\x80\x80\x04\x02", 3, 0), badRuns)
	f("deltas of 255 bits", rawParquet(t, data(3, format.DeltaBinaryPacked), "\x80\x01\x04\x03\x02\x02\xff\xff\xff\xff"+strings.Repeat("\x00", 5000), 3, 0), badRuns)
	f("blocks of nothing", rawParquet(t, data(3, format.DeltaBinaryPacked), "\x00\x00\x03\x02", 3, 0), badRuns)
	f("another encoding", rawParquet(t, data(3, format.ByteStreamSplit), eight, 3, 0), "BYTE_STREAM_SPLIT of INT64 is not supported")
	f("two billion values", rawParquet(t, data(1<<31-1, format.Plain), eight, 3, 0), "<too-large 0*1@4>")
	f("negative values", rawParquet(t, data(-1, format.Plain), eight, 3, 0), "<malformed-flow")
	f("no page", rawParquet(t, format.PageHeader{Type: format.IndexPage}, eight, 3, 0), "<malformed-flow")
	f("a page without its header", rawParquet(t, format.PageHeader{Type: format.DataPage}, eight, 3, 0), "<malformed-flow")
	f("a huge page", rawParquet(t, func() format.PageHeader { h := data(3, format.Plain); h.UncompressedPageSize = 1<<31 - 1; return h }(), eight, 3, 0), "<too-large 0*1@4>")
	f("a page behind the end", rawParquet(t, func() format.PageHeader { h := data(3, format.Plain); h.CompressedPageSize = 1 << 20; return h }(), eight, 3, 0), "<malformed-flow")
	zeros := string(gz(t, make([]byte, 1<<28)))
	f("a bomb in gzip", rawParquet(t, func() format.PageHeader { h := data(3, format.Plain); h.UncompressedPageSize = 24; return h }(), zeros, 3, format.Gzip), badRuns)
	f("a bomb in snappy", rawParquet(t, data(3, format.Plain), "\xff\xff\xff\xff\x0f\x00", 3, format.Snappy), badRuns)
	f("a bomb in zstd", rawParquet(t, func() format.PageHeader { h := data(3, format.Plain); h.UncompressedPageSize = 24; return h }(), string(zst(t, make([]byte, 1<<28))), 3, format.Zstd), "<malformed-flow")
	f("another codec", rawParquet(t, data(3, format.Plain), eight, 3, format.Lz4Raw), "LZ4_RAW is not supported")

	// One bad row group between two good ones.
	in := written(t, rows(90), 3)
	var start int64
	edited(t, in, func(m *format.FileMetaData) {
		start = m.RowGroups[1].Columns[4].MetaData.DataPageOffset
		if at := m.RowGroups[1].Columns[4].MetaData.DictionaryPageOffset; at != 0 {
			start = at
		}
	})
	broken := bytes.Clone(in)
	copy(broken[start:], "\xff\xff\xff\xff\xff\xff\xff\xff")
	got := outcome(openParquet(t, broken).Next)
	if n := strings.Count(got, "\n"); n != 61 || !strings.Contains(got, "<malformed-flow 30*1@") || !strings.Contains(got, "; 30 rows of row group 1 are not read") {
		t.Errorf("a bad row group of 30 rows between two: %d lines\n%s", n, got)
	}
}

func zst(t testing.TB, in []byte) []byte {
	t.Helper()
	out, err := parquet.Zstd.Encode(nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rawParquet is a file with a column of numbers, start, and one of texts,
// interface_id, in the same pages: one page each with that header, completed
// where it is zero, and body.
func rawParquet(t testing.TB, header format.PageHeader, body string, rows int64, codec format.CompressionCodec) []byte {
	t.Helper()
	if header.UncompressedPageSize == 0 {
		header.UncompressedPageSize = int32(len(body))
	}
	if header.CompressedPageSize == 0 {
		header.CompressedPageSize = int32(len(body))
	}
	h, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	if err != nil {
		t.Fatal(err)
	}
	page := string(h) + body
	out := []byte(parquetMagic)
	meta := format.FileMetaData{Version: 1, NumRows: rows, Schema: []format.SchemaElement{{Name: "root", NumChildren: thrift.New[int32](2)}}}
	var group format.RowGroup
	group.NumRows = rows
	for _, name := range []string{"start", "interface_id"} {
		meta.Schema = append(meta.Schema, format.SchemaElement{Name: name, Type: thrift.New(format.Int64), RepetitionType: thrift.New(format.Required)})
		group.Columns = append(group.Columns, format.ColumnChunk{MetaData: format.ColumnMetaData{Type: format.Int64, Encoding: []format.Encoding{format.Plain}, PathInSchema: []string{name},
			Codec: codec, NumValues: rows, TotalUncompressedSize: int64(len(page)), TotalCompressedSize: int64(len(page)), DataPageOffset: int64(len(out))}})
		out = append(out, page...)
	}
	meta.RowGroups = []format.RowGroup{group}
	b, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, b...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), parquetMagic...)
}

// A source that fails is not a broken file.
func TestParquetSourceFails(t *testing.T) {
	in := written(t, rows(500), 2)
	failure := errors.New("disk on fire")
	for from := range int64(len(in)) {
		if from%97 != 0 {
			continue
		}
		src := failing{bytes.NewReader(in), from, from + 50, failure}
		p, err := NewParquet(src, int64(len(in)))
		var rec Record
		for err == nil {
			if err = p.Next(&rec); reasonOf2(err) {
				t.Fatalf("failing at %d: %v", from, err)
			}
		}
		if err != failure && err != io.EOF {
			t.Fatalf("failing at %d: %v", from, err)
		}
		if p != nil {
			if again := p.Next(&rec); again != err {
				t.Errorf("failing at %d: %v, then %v", from, err, again)
			}
			_ = p.Close()
		}
	}
}

// reasonOf2 reports whether err is a rejection.
func reasonOf2(err error) bool {
	_, ok := err.(*Rejection)
	return ok
}

// failing fails where bytes from to to are read.
type failing struct {
	io.ReaderAt
	from, to int64
	err      error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off < f.to && off+int64(len(p)) > f.from {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(p, off)
}

// Memory is that of a page a column, not of the file.
func TestParquetMemory(t *testing.T) {
	in := written(t, rows(200_000), 2, parquet.PageBufferSize(64<<10), parquet.Compression(&parquet.Snappy))
	p := openParquet(t, in)
	var rec Record
	var m runtime.MemStats
	n := 0
	for p.Next(&rec) == nil {
		if n++; n%50_000 != 0 {
			continue
		}
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > 64<<20+uint64(2*len(in)) {
			t.Errorf("%d MiB in use after %d rows", m.HeapAlloc>>20, n)
		}
	}
	if n != 200_000 {
		t.Errorf("%d rows", n)
	}
}

// FuzzParquet: whatever the file, nothing panics, ordinals add up and there
// are not more records than the size allows.
func FuzzParquet(f *testing.F) {
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		for version := 1; version <= 2; version++ {
			f.Add(written(f, rows(40), 2, parquet.Compression(codec), parquet.DataPageVersion(version)), uint16(0), byte(0))
		}
	}
	f.Add(rawParquet(f, format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 3, Encoding: format.RLEDictionary})}, "\x01\x06\x01", 3, 0), uint16(20), byte(1))
	f.Fuzz(func(t *testing.T, in []byte, at uint16, flip byte) {
		if len(in) > 1<<20 {
			return
		}
		if len(in) > 0 {
			// Most mutations break the footer's length: this keeps it.
			in = bytes.Clone(in)
			in[int(at)%len(in)] ^= flip
		}
		p, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			if reasonOf(err) == "" {
				t.Fatal(err)
			}
			return
		}
		defer p.Close()
		var rec Record
		for ordinal := int64(0); ; ordinal++ {
			err := p.Next(&rec)
			if err == io.EOF {
				return
			}
			if err == nil {
				if rebuilt := AppendLine(nil, &rec); rec.Canonical != bytes.Equal(rebuilt, rec.Raw) {
					t.Fatalf("%q is rebuilt as %q", rec.Raw, rebuilt)
				}
				continue
			}
			r, ok := err.(*Rejection)
			if !ok || r.Record != ordinal || r.Records != 1 || ordinal > int64(len(in))+freeRows+parquet.MaxRowGroups {
				t.Fatalf("record %d: %v", ordinal, err)
			}
		}
	})
}

func BenchmarkParquet(b *testing.B) {
	all := rows(deliveryRecords)
	for _, codec := range []compress.Codec{&parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		in := written(b, all, 1, parquet.Compression(codec), parquet.PageBufferSize(256<<10))
		b.Run(codec.String(), func(b *testing.B) {
			run(b, in, func() int {
				p, err := NewParquet(bytes.NewReader(in), int64(len(in)))
				if err != nil {
					b.Fatal(err)
				}
				defer p.Close()
				return drain(b, p.Next)
			})
		})
	}
}
