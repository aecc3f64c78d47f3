package parquetfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
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

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree is a row of all shapes: groups in groups, lists of groups with lists,
// maps, each of them there or not.
type tree struct {
	Name  string           `parquet:"name" json:"name"`
	N     *int64           `parquet:"n,optional" json:"n,omitempty"`
	Inner *branch          `parquet:"inner,optional" json:"inner,omitempty"`
	Twigs []branch         `parquet:"twigs,list" json:"twigs"`
	Bare  []string         `parquet:"bare" json:"bare,omitempty"` // repeated, no list
	Pairs map[string]int32 `parquet:"pairs" json:"pairs"`
	Last  bool             `parquet:"last" json:"last"`
}

type branch struct {
	ID     string   `parquet:"id,dict" json:"id"`
	Weight *float64 `parquet:"weight,optional" json:"weight,omitempty"`
	Words  []string `parquet:"words,list" json:"words"`
	Leaf   *leaf    `parquet:"leaf,optional" json:"leaf,omitempty"`
}

type leaf struct {
	Colors []string `parquet:"colors,optional,list" json:"colors,omitempty"`
	Size   int32    `parquet:"size,delta" json:"size"`
}

// trees are n rows, some of them large, with texts that need care in JSON.
func trees(n int) []tree {
	r := rand.New(rand.NewPCG(7, 8))
	words := []string{"", "a", "two words", "\"quoted\\\"", "tab\tand\nline", "é€😀", "\x00\x1f\x7f"}
	word := func() string { return words[r.IntN(len(words))] }
	list := func(most int) []string {
		out := []string{}
		for range r.IntN(most + 1) {
			out = append(out, word())
		}
		return out
	}
	grow := func() branch {
		b := branch{ID: word(), Words: list(3)}
		if r.IntN(2) == 0 {
			b.Weight = new(float64(r.IntN(100)) / 8)
		}
		if r.IntN(2) == 0 {
			b.Leaf = &leaf{Size: r.Int32()}
			if c := list(4); len(c) > 0 {
				b.Leaf.Colors = c
			}
		}
		return b
	}
	all := make([]tree, n)
	for i := range all {
		row := tree{Name: fmt.Sprintf("row %d", i), Twigs: []branch{}, Pairs: map[string]int32{}, Last: i%3 == 0}
		if i%5 > 0 {
			row.N = new(int64(i) << 33)
			b := grow()
			row.Inner = &b
		}
		for range r.IntN(4) * r.IntN(4) {
			row.Twigs = append(row.Twigs, grow())
		}
		if bare := list(3); len(bare) > 0 {
			row.Bare = bare
		}
		for range r.IntN(3) {
			row.Pairs[fmt.Sprint(r.IntN(50))] = r.Int32()
		}
		all[i] = row
	}
	return all
}

func written[T any](t testing.TB, all []T, groups int, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
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

var nested = Options{Malformed: "broken", Foreign: "other", Nested: true}

func open(t testing.TB, in []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(in), int64(len(in)), nested)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Rows come back as they were written, however they were packed.
func TestRowJSON(t *testing.T) {
	all := trees(500)
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		for version := 1; version <= 2; version++ {
			for _, groups := range []int{1, 3} {
				t.Run(fmt.Sprintf("%v-v%d-%d", codec, version, groups), func(t *testing.T) {
					f := open(t, written(t, all, groups, parquet.Compression(codec), parquet.DataPageVersion(version), parquet.PageBufferSize(700)))
					for i, want := range all {
						if err := f.NextRow(); err != nil {
							t.Fatalf("row %d: %v", i, err)
						}
						raw, err := f.RowJSON()
						if err != nil {
							t.Fatalf("row %d: %v", i, err)
						}
						// Lists that are empty and maps come back as such, but
						// a list within an absent group is not there.
						got := tree{}
						dec := json.NewDecoder(bytes.NewReader(raw))
						dec.DisallowUnknownFields()
						if err := dec.Decode(&got); err != nil {
							t.Fatalf("row %d: %v in %s", i, err, raw)
						}
						if diff := cmp.Diff(want, got); diff != "" {
							t.Fatalf("row %d:\n%s", i, diff)
						}
					}
					for range 2 {
						if err := f.NextRow(); err != io.EOF {
							t.Fatalf("at the end: %v", err)
						}
					}
				})
			}
		}
	}
}

// Values that JSON has its own way with.
func TestScalars(t *testing.T) {
	type row struct {
		U32    uint32           `parquet:"u32"`
		U64    uint64           `parquet:"u64"`
		Float  float32          `parquet:"float"`
		NaN    float64          `parquet:"nan"`
		Big    float64          `parquet:"big"`
		Bytes  []byte           `parquet:"bytes"`
		Fixed  [4]byte          `parquet:"fixed"`
		Millis int64            `parquet:"millis,timestamp(millisecond)"`
		Micros int64            `parquet:"micros,timestamp(microsecond)"`
		Nanos  int64            `parquet:"nanos,timestamp(nanosecond)"`
		Far    int64            `parquet:"far,timestamp(millisecond)"`
		Keys   map[int32]string `parquet:"keys"`
	}
	f := open(t, written(t, []row{{1<<32 - 1, 1<<64 - 1, 0.1, math.NaN(), 1e300, []byte("\xff\xfea"), [4]byte{'a', 0, 'b', '"'},
		1772444400123, 1772444400123456, 1772444400123456789, math.MaxInt64, map[int32]string{-7: "x"}}}, 1))
	if err := f.NextRow(); err != nil {
		t.Fatal(err)
	}
	got, err := f.RowJSON()
	want := `{"u32":4294967295,"u64":18446744073709551615,"float":0.1,"nan":null,"big":1e+300,"bytes":"` + "\ufffd\ufffd" + `a","fixed":"a\u0000b\"",` +
		`"millis":"2026-03-02T09:40:00.123Z","micros":"2026-03-02T09:40:00.123456Z","nanos":"2026-03-02T09:40:00.123456789Z","far":9223372036854775807,"keys":{"-7":"x"}}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// An INT96, which has a day and the nanoseconds of it, is a timestamp.
func TestInt96(t *testing.T) {
	body := binary.LittleEndian.AppendUint64(nil, 34_800_123_000_000) // 09:40:00.123
	body = binary.LittleEndian.AppendUint32(body, 2461102)            // 2 March 2026
	f := open(t, oneColumn(t, format.SchemaElement{Name: "at", Type: thrift.New(format.Int96), RepetitionType: thrift.New(format.Required)}, dataPage(1, format.Plain), string(body), 1, 1))
	if err := f.NextRow(); err != nil {
		t.Fatal(err)
	}
	if got, err := f.RowJSON(); err != nil || string(got) != `{"at":"2026-03-02T09:40:00.123Z"}` {
		t.Errorf("%s, %v", got, err)
	}
}

// A row above the limit is passed over, and the next is read.
func TestLargeRow(t *testing.T) {
	type row struct {
		A []string `parquet:"a,list"`
		B []string `parquet:"b,list"`
		C string   `parquet:"c"`
	}
	chunk := strings.Repeat("x", 1<<14) // it stands in the page's header, as the largest value
	large := row{C: "large"}
	for range MaxRow>>15 + 1 { // two pages that are just not too large themselves
		large.A = append(large.A, chunk)
	}
	large.B = large.A
	f := open(t, written(t, []row{{C: "first"}, large, {A: []string{"y"}, C: "last"}}, 1, parquet.PageBufferSize(1<<20), parquet.Compression(&parquet.Zstd)))
	var got []string
	for f.NextRow() == nil {
		raw, err := f.RowJSON()
		if r, ok := errors.AsType[*Rejection](err); ok && r.Reason == decode.ReasonTooLarge {
			got = append(got, "too large")
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(raw))
	}
	if diff := cmp.Diff([]string{`{"a":[],"b":[],"c":"first"}`, "too large", `{"a":["y"],"b":[],"c":"last"}`}, got); diff != "" {
		t.Error(diff)
	}
}

// oneColumn is a file of one column in one page.
func oneColumn(t testing.TB, e format.SchemaElement, header format.PageHeader, body string, rows, values int64) []byte {
	t.Helper()
	header.UncompressedPageSize, header.CompressedPageSize = int32(len(body)), int32(len(body))
	h, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	if err != nil {
		t.Fatal(err)
	}
	page := string(h) + body
	meta := format.FileMetaData{Version: 1, NumRows: rows, Schema: []format.SchemaElement{{Name: "root", NumChildren: thrift.New[int32](1)}, e},
		RowGroups: []format.RowGroup{{NumRows: rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{Type: e.Type.V, Encoding: []format.Encoding{format.Plain},
			PathInSchema: []string{e.Name}, NumValues: values, TotalUncompressedSize: int64(len(page)), TotalCompressedSize: int64(len(page)), DataPageOffset: int64(len(magic))}}}}}}
	return assemble(t, page, meta)
}

func assemble(t testing.TB, data string, meta format.FileMetaData) []byte {
	t.Helper()
	b, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append([]byte(magic+data), b...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), magic...)
}

func dataPage(values int32, encoding format.Encoding) format.PageHeader {
	return format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues: values, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
}

// Pages of lists that are not what they say are rejected, and take no memory.
func TestBrokenLists(t *testing.T) {
	e := format.SchemaElement{Name: "n", Type: thrift.New(format.Int32), RepetitionType: thrift.New(format.Repeated)}
	f := func(name, body string, values int32, rows, claimed int64, want string) {
		t.Helper()
		file := open(t, oneColumn(t, e, dataPage(values, format.Plain), body, rows, claimed))
		var got string
		for range 5 {
			err := file.NextRow()
			if err == io.EOF {
				break
			}
			raw := []byte("-")
			if err == nil {
				raw, err = file.RowJSON()
			}
			got += fmt.Sprintf("%s %v|", raw, err)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
	four := "\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00"
	levels := func(b string) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))) + b }
	// Rows [1,2], [] and [3]: repetition 0 1 0 0, definition 1 1 0 1.
	good := levels("\x03\x02") + levels("\x03\x0b") + four
	f("a good one", good, 4, 3, 4, `{"n":[1,2]} <nil>|{} <nil>|{"n":[3]} <nil>|`)
	f("more rows than lists", good, 4, 4, 4, "fewer values than the row group has rows; 1 rows of row group 0")
	f("fewer values than the footer says", good, 4, 3, 9, `{"n":[3]} <nil>|`)
	f("more values than the footer says", good, 4, 3, 3, "more values than the footer says")
	f("a list before its row", levels("\x03\x03")+levels("\x03\x0b")+four, 4, 3, 4, "its lists do not end where others do")
	f("a billion levels", levels("\x80\x80\x80\x80\x08\x01")+levels("\x03\x0b")+four, 4, 3, 4, errRuns.Error())
	f("a level of many bits", levels("\x03\x02")+levels("\x80\x80\x80\x80\x08\x01")+four, 4, 3, 4, errRuns.Error())
	f("no levels", "", 4, 3, 4, errRuns.Error())
	f("levels longer than the page", "\xff\xff\xff\x7f", 4, 3, 4, errRuns.Error())
	f("one level too few", levels("\x03\x02"), 4, 3, 4, errRuns.Error())
}

// Schemas that make no sense are rejected when the file is opened.
func TestSchemas(t *testing.T) {
	leafOf := func(name string, children int32) format.SchemaElement {
		e := format.SchemaElement{Name: name, Type: thrift.New(format.Int32), RepetitionType: thrift.New(format.Required)}
		if children > 0 {
			e.NumChildren = thrift.New(children)
		}
		return e
	}
	groupOf := func(name string, children int32, rep format.FieldRepetitionType) format.SchemaElement {
		return format.SchemaElement{Name: name, NumChildren: thrift.New(children), RepetitionType: thrift.New(rep)}
	}
	f := func(name string, want decode.Reason, schema ...format.SchemaElement) {
		t.Helper()
		in := assemble(t, "", format.FileMetaData{Version: 1, Schema: schema})
		file, err := Open(bytes.NewReader(in), int64(len(in)), nested)
		if file != nil {
			file.Close()
		}
		if r, ok := errors.AsType[*Rejection](err); want == "" && err != nil || want != "" && (!ok || r.Reason != want || r.Detail == "") {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	root := groupOf("root", 1, format.Required)
	f("a column", "", root, leafOf("a", 0))
	f("a group", "", root, groupOf("g", 2, format.Optional), leafOf("a", 0), leafOf("b", 0))
	f("nothing", "other", root)
	f("a leaf at the root", "broken", leafOf("a", 0), leafOf("b", 0))
	f("more columns than there are", "broken", groupOf("root", 2, format.Required), leafOf("a", 0))
	f("fewer columns than there are", "broken", root, leafOf("a", 0), leafOf("b", 0))
	f("a group without columns", "broken", root, groupOf("g", 0, format.Optional))
	f("a group with -1", "broken", root, groupOf("g", -1, format.Optional))
	f("a group with too many", "broken", root, groupOf("g", 1<<30, format.Optional), leafOf("a", 0))
	f("a leaf with columns", "broken", root, leafOf("a", 1), leafOf("b", 0))
	f("an unknown repetition", "broken", root, groupOf("g", 1, 7), leafOf("b", 0))
	deep := []format.SchemaElement{root}
	for range maxDepth {
		deep = append(deep, groupOf("g", 1, format.Repeated))
	}
	f("too deep", decode.ReasonTooLarge, append(deep, leafOf("a", 0))...)
	wide := []format.SchemaElement{groupOf("root", maxLeaves+1, format.Required)}
	for range maxLeaves + 1 {
		wide = append(wide, leafOf("a", 0))
	}
	f("too wide", "other", wide...)
}

// Lists as writers of all ages have them.
func TestListForms(t *testing.T) {
	leaf := &node{name: "element"}
	f := func(name string, n *node, want *node) {
		t.Helper()
		n.simplify()
		switch {
		case want == nil && n.shape == list:
			t.Errorf("%s: a list", name)
		case want != nil && (n.shape != list || n.element() != want):
			t.Errorf("%s: shape %d", name, n.shape)
		}
	}
	three := &node{name: "list", repeated: true, shape: group, children: []*node{leaf}}
	f("three levels", &node{name: "a", shape: list, children: []*node{three}}, leaf)
	two := &node{name: "element", repeated: true}
	f("two levels", &node{name: "a", shape: list, children: []*node{two}}, two)
	array := &node{name: "array", repeated: true, shape: group, children: []*node{leaf}}
	f("old writers' array", &node{name: "a", shape: list, children: []*node{array}}, array)
	tuple := &node{name: "a_tuple", repeated: true, shape: group, children: []*node{leaf}}
	f("old writers' tuple", &node{name: "a", shape: list, children: []*node{tuple}}, tuple)
	f("not repeated", &node{name: "a", shape: list, children: []*node{leaf}}, nil)
	f("two columns", &node{name: "a", shape: list, children: []*node{three, three}}, nil)
}

// FuzzRows: whatever the file, nothing panics and rows are JSON.
func FuzzRows(f *testing.F) {
	for version := 1; version <= 2; version++ {
		f.Add(written(f, trees(20), 2, parquet.DataPageVersion(version), parquet.PageBufferSize(100)), uint16(0), byte(0))
		f.Add(written(f, trees(9), 1, parquet.DataPageVersion(version), parquet.Compression(&parquet.Snappy)), uint16(500), byte(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint16, flip byte) {
		if len(in) > 1<<18 {
			return
		}
		if len(in) > 0 {
			// Most mutations break the footer's length: this keeps it.
			in = bytes.Clone(in)
			in[int(at)%len(in)] ^= flip
		}
		file, err := Open(bytes.NewReader(in), int64(len(in)), nested)
		if err != nil {
			if r, ok := errors.AsType[*Rejection](err); !ok || r.Reason == reasonMalformed || r.Reason == reasonForeign {
				t.Fatal(err)
			}
			return
		}
		defer file.Close()
		for range 10_000 {
			err := file.NextRow()
			if err == io.EOF {
				return
			}
			var raw []byte
			if err == nil {
				raw, err = file.RowJSON()
			}
			if _, ok := errors.AsType[*Rejection](err); !ok && (err != nil || !json.Valid(raw)) {
				t.Fatalf("%q: %v", raw, err)
			}
		}
	})
}

func BenchmarkRowJSON(b *testing.B) {
	in := written(b, trees(5000), 1, parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(64<<10))
	b.ReportAllocs()
	rows, size := 0, 0
	for b.Loop() {
		f, err := Open(bytes.NewReader(in), int64(len(in)), nested)
		if err != nil {
			b.Fatal(err)
		}
		for f.NextRow() == nil {
			raw, err := f.RowJSON()
			if err != nil {
				b.Fatal(err)
			}
			rows++
			size += len(raw)
		}
		f.Close()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/1e6/b.Elapsed().Seconds(), "MB/s")
}
