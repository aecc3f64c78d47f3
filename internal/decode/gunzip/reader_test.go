package gunzip

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// gz packs content with the standard library.
func gz(t testing.TB, level int, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := stdgzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header is a member's header with these flags, followed by a stream of
// nothing. With flagSum, sum is added to the right checksum.
func header(flags byte, fields string, sum uint16) []byte {
	b := append([]byte{0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3}, fields...)
	if flags&flagSum != 0 {
		b = binary.LittleEndian.AppendUint16(b, uint16(crc32.ChecksumIEEE(b))+sum)
	}
	return append(b, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

// A named file with what must come of it.
type namedFile struct {
	name    string
	file    []byte
	content string
	end     string
}

// dynamicCode has codes for a to d, the end and the lengths 3, 4 and 258, of
// three bits each.
func dynamicCode() (lits, dist []uint8) {
	lits, dist = make([]uint8, 286), make([]uint8, 30)
	for _, i := range []int{'a', 'b', 'c', 'd', 256, 257, 258, 285} {
		lits[i] = 3
	}
	dist[0], dist[3], dist[29], dist[4] = 2, 2, 2, 2
	return lits, dist
}

func files(t testing.TB) []namedFile {
	hello := gz(t, 6, []byte("hello, hello, hello, hello"))
	const hellos = "hello, hello, hello, hello"
	with := func(file []byte, at int, b ...byte) []byte {
		file = bytes.Clone(file)
		if at < 0 {
			at += len(file)
		}
		copy(file[at:], b)
		return file
	}
	cut := func(file []byte, n int) []byte { return file[:len(file)-n] }
	stream := func(d *deflater) []byte { return member(d.bytes()) }
	lits, dist := dynamicCode()
	change := func(lengths []uint8, at int, n uint8) []uint8 {
		lengths = slices.Clone(lengths)
		lengths[at] = n
		return lengths
	}
	begin := func() *deflater { return new(deflater).dynamic(true, lits, dist) }
	none := make([]uint8, 30)
	lone := func(n uint8) []uint8 { return change(none, 0, n) }
	fourBits := func(int) uint64 { return 4 }
	ab := func(s string, n int) string { return strings.Repeat(s, n) }

	return []namedFile{
		{"empty file", nil, "", "complete"},
		{"one member", hello, hellos, "complete"},
		{"two members", slices.Concat(hello, hello), hellos + hellos, "complete"},
		{"empty member", gz(t, 6, nil), "", "complete"},
		{"empty second member", slices.Concat(hello, gz(t, 6, nil)), hellos, "complete"},
		{"empty members first", slices.Concat(gz(t, 6, nil), gz(t, 0, nil), hello), hellos, "complete"},

		{"no magic", []byte("0123456789"), "", "header"},
		{"unknown method", with(hello, 2, 9), "", "header"},
		{"text flag", header(1, "", 0), "", "complete"},
		{"extra", header(flagExtra, "\x03\x00abc", 0), "", "complete"},
		{"extra of nothing", header(flagExtra, "\x00\x00", 0), "", "complete"},
		{"extra of 65,535 bytes", header(flagExtra, "\xff\xff"+ab("e", 65535), 0), "", "complete"},
		{"extra, cut", header(flagExtra, "\xff\xff"+ab("e", 65535), 0)[:60_000], "", "truncated"},
		{"name", header(flagName, "n\xfcme\x00", 0), "", "complete"},
		{"name of 511 bytes", header(flagName, ab("n", 511)+"\x00", 0), "", "complete"},
		{"name of 512 bytes", header(flagName, ab("n", 512)+"\x00", 0), "", "header"},
		{"comment", header(flagComment, "c\x00", 0), "", "complete"},
		{"comment of 512 bytes", header(flagComment, ab("c", 512)+"\x00", 0), "", "header"},
		{"all fields", header(0x1f, "\x02\x00abname\x00comment\x00", 0), "", "complete"},
		{"all fields, wrong checksum", header(0x1f, "\x02\x00abname\x00comment\x00", 1), "", "header"},
		{"header's checksum", header(flagSum, "", 0), "", "complete"},
		{"header's checksum, wrong", header(flagSum, "", 1), "", "header"},
		{"reserved flag", header(0x20, "", 0), "", "header"},
		{"last reserved flag", header(0x80, "", 0), "", "header"},
		// Here klauspost/compress says that the file is complete.
		{"name, cut", header(flagName, "name", 0)[:12], "", "truncated"},
		{"name not begun", header(flagName, "", 0)[:10], "", "truncated"},
		{"comment, cut", header(flagComment, "comment", 0)[:12], "", "truncated"},

		{"wrong checksum", with(hello, -8, hello[len(hello)-8]^1), hellos, "checksum"},
		{"wrong size", with(hello, -1, 1), hellos, "checksum"},
		{"wrong checksum, second member", slices.Concat(hello, with(hello, -8, 0, 0, 0, 0)), hellos + hellos, "checksum"},
		{"a zero behind", slices.Concat(hello, []byte{0}), hellos, "truncated"},
		{"nine zeros behind", slices.Concat(hello, make([]byte, 9)), hellos, "truncated"},
		{"ten zeros behind", slices.Concat(hello, make([]byte, 10)), hellos, "header"},
		{"text behind", slices.Concat(hello, []byte("and so on and so on")), hellos, "header"},

		{"reserved kind of block", stream(new(deflater).block(true, 3)), "", "corrupt"},
		{"stored", stream(new(deflater).stored(true, []byte("abc"))), "abc", "complete"},
		{"stored nothing", stream(new(deflater).stored(false, nil).stored(true, nil)), "", "complete"},
		{"stored behind half a byte", stream(new(deflater).fixed(false).text("x").end().stored(false, []byte("abc")).fixed(true).text("y").end()), "xabcy", "complete"},
		{"stored, a match reaches back", stream(new(deflater).stored(false, []byte("abc")).fixed(true).match(258, 0, 2, 0).end()), "abcabca", "complete"},
		{"stored, wrong complement", stream(new(deflater).block(true, 0).align().put(3, 16).put(3, 16)), "", "corrupt"},
		{"fixed", stream(new(deflater).fixed(true).text("a\xff").match(257, 0, 0, 0).end()), "a\xff\xff\xff\xff", "complete"},
		{"fixed, longest match", stream(new(deflater).fixed(true).text("a").match(285, 0, 0, 0).end()), ab("a", 259), "complete"},
		{"fixed, 258 by extra bits", stream(new(deflater).fixed(true).text("ab").match(284, 31, 1, 0).end()), ab("ab", 130), "complete"},
		{"fixed, symbol 286", stream(new(deflater).fixed(true).text("a").lit(286).put(0, 60)), "a", "corrupt"},
		{"fixed, symbol 287", stream(new(deflater).fixed(true).text("a").lit(287).put(0, 300)), "a", "corrupt"},
		{"fixed, distance 30", stream(new(deflater).fixed(true).text("a").lit(257).symbol(codeOf(slices.Repeat([]uint8{5}, 32)), 30).put(0, 300)), "a", "corrupt"},
		{"distance before the file", stream(new(deflater).fixed(true).text("a").match(257, 0, 1, 0).end()), "a", "corrupt"},
		{"distance at once", stream(new(deflater).fixed(true).match(257, 0, 0, 0).put(0, 300)), "", "corrupt"},
		{"distance into the member before", slices.Concat(hello, stream(new(deflater).fixed(true).match(257, 0, 0, 0).put(0, 300))), hellos, "corrupt"},

		{"dynamic", stream(begin().text("abcd").match(257, 0, 3, 0).end()), "abcdabc", "complete"},
		{"dynamic, only its end", stream(begin().end()), "", "complete"},
		{"dynamic, blocks", stream(new(deflater).dynamic(false, lits, dist).text("abcd").end().dynamic(true, lits, dist).match(285, 0, 3, 0).end()), ab("abcd", 66)[:262], "complete"},
		{"287 literals", stream(new(deflater).head(true, 287, 1, fourBits).put(0, 300)), "", "corrupt"},
		{"31 distances", stream(new(deflater).head(true, 257, 31, fourBits).put(0, 300)), "", "corrupt"},
		{"lengths, code over-subscribed", stream(new(deflater).head(true, 257, 1, func(int) uint64 { return 4 }).put(0, 300)), "", "corrupt"},
		{"lengths, code incomplete", stream(new(deflater).head(true, 257, 1, func(i int) uint64 { return uint64(i / 18 * 2) }).put(0, 300)), "", "corrupt"},
		{"lengths, no code", stream(new(deflater).head(true, 257, 1, func(int) uint64 { return 0 }).put(0, 300)), "", "corrupt"},
		{"lengths, one code", stream(new(deflater).head(true, 257, 1, func(i int) uint64 { return uint64(i / 18) }).put(0x7f<<1, 8).put(0x7f<<1, 8).put(0, 300)), "", "corrupt"},
		{"lengths, the unused half of one code", stream(new(deflater).head(true, 257, 1, func(i int) uint64 { return uint64(i / 18) }).put(1, 300)), "", "corrupt"},
		{"lengths, repeat of none", stream(new(deflater).head(true, 257, 1, func(i int) uint64 { return uint64(i / 15 % 2) }).put(2, 300)), "", "corrupt"},
		{"lengths, repeat past the last", stream(new(deflater).head(true, 257, 1, func(i int) uint64 { return uint64(i / 17) }).put(0xff<<56|0xff, 64).put(^uint64(0), 60)), "", "corrupt"},
		{"literals over-subscribed", stream(new(deflater).dynamic(true, change(lits, 'e', 3), dist).put(0, 300)), "", "corrupt"},
		{"literals incomplete", stream(new(deflater).dynamic(true, change(lits, 'd', 0), dist).put(0, 300)), "", "corrupt"},
		{"no literals", stream(new(deflater).dynamic(true, make([]uint8, 257), dist).put(0, 300)), "", "corrupt"},
		{"no end of the block", cut(stream(new(deflater).dynamic(true, change(change(lits, 256, 0), 'e', 3), dist).text("abcde")), 8), "abcdeaa", "truncated"},
		{"only the end of the block", stream(new(deflater).dynamic(true, change(make([]uint8, 257), 256, 1), lone(0)).end()), "", "complete"},
		{"only the end of the block, the other half", stream(new(deflater).dynamic(true, change(make([]uint8, 257), 256, 1), lone(0)).put(1, 300)), "", "corrupt"},
		{"distances over-subscribed", stream(new(deflater).dynamic(true, lits, change(dist, 9, 2)).put(0, 300)), "", "corrupt"},
		{"distances incomplete", stream(new(deflater).dynamic(true, lits, change(dist, 0, 0)).put(0, 300)), "", "corrupt"},
		{"one distance of one bit", stream(new(deflater).dynamic(true, lits, lone(1)).text("ab").match(258, 0, 0, 0).end()), "abbbbb", "complete"},
		{"one distance, the other half", stream(new(deflater).dynamic(true, lits, lone(1)).text("ab").lit(257).put(1, 300)), "ab", "corrupt"},
		{"one distance of two bits", stream(new(deflater).dynamic(true, lits, lone(2)).text("ab").end()), "", "corrupt"},
		{"no distances, no match", stream(new(deflater).dynamic(true, lits, none).text("dcba").end()), "dcba", "complete"},
		{"no distances, a match", stream(new(deflater).dynamic(true, lits, none).text("dcba").lit(257).put(0, 300)), "dcba", "corrupt"},
		// Here klauspost/compress takes the distances of the block before.
		{"no distances, a match, some in the block before", stream(new(deflater).dynamic(false, lits, dist).text("ab").match(257, 0, 0, 0).end().
			dynamic(true, lits, none).text("dcba").lit(257).put(0, 300)), "abbbbdcba", "corrupt"},
	}
}

func TestFiles(t *testing.T) {
	var z Reader
	var refs references
	for _, c := range files(t) {
		t.Run(c.name, func(t *testing.T) {
			got := refs.compare(t, &z, c.file)
			if got.end != c.end || string(got.content) != c.content {
				t.Errorf("%s, %q; want %s, %q", got.end, got.content, c.end, c.content)
			}
			// The same by the careful way alone, and byte by byte.
			for name, r := range map[string]io.Reader{"small buffer": bytes.NewReader(c.file), "byte by byte": iotest.OneByteReader(bytes.NewReader(c.file))} {
				if got := read(&z, bufio.NewReaderSize(r, 16)); got.end != c.end || string(got.content) != c.content {
					t.Errorf("%s: %s, %q; want %s, %q", name, got.end, got.content, c.end, c.content)
				}
			}
		})
	}
}

// A file that ends early is truncated, wherever that is, and all before it is
// handed out.
func TestTruncated(t *testing.T) {
	var z Reader
	var refs references
	random := rand.New(rand.NewPCG(1, 2))
	for name, file := range map[string][]byte{
		"fixed":   gz(t, 1, []byte("hello, hello, hello")),
		"dynamic": gz(t, 6, delivery(random, 2)),
		"huffman": gz(t, stdgzip.HuffmanOnly, delivery(random, 2)),
		"stored":  gz(t, 0, delivery(random, 1)),
		"members": slices.Concat(header(0x1f, "\x02\x00abname\x00comment\x00", 0), gz(t, 9, []byte("hello, hello, hello"))),
		"strange": member(anyStream(rand.New(rand.NewPCG(2, 2)))),
	} {
		whole := refs.compare(t, &z, file)
		if whole.end != "complete" {
			t.Errorf("%s: %s", name, whole.end)
		}
		for n := range file {
			got := refs.compare(t, &z, file[:n])
			want := "truncated"
			if n == 0 || name == "members" && n == len(header(0x1f, "\x02\x00abname\x00comment\x00", 0)) {
				want = "complete"
			}
			if got.end != want || !bytes.HasPrefix(whole.content, got.content) {
				t.Errorf("%s, %d of %d bytes: %s after %d; want %s", name, n, len(file), got.end, len(got.content), want)
			}
		}
	}
}

// A source's error is handed through, behind what came before it.
func TestSourceFails(t *testing.T) {
	var z Reader
	content := delivery(rand.New(rand.NewPCG(1, 2)), 20)
	file := gz(t, 6, content)
	for _, n := range []int{0, 1, 9, 10, 11, 30, 1000, len(file) - 9, len(file) - 8, len(file) - 1, len(file)} {
		got := outcomeOf(&z, io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(errSource)))
		if got.end != "source" || !bytes.HasPrefix(content, got.content) || n >= len(file)-8 && len(got.content) != len(content) {
			t.Errorf("after %d of %d bytes: %s after %d", n, len(file), got.end, len(got.content))
		}
	}
	if _, err := z.Read(make([]byte, 1)); err != errSource {
		t.Errorf("read again: %v", err)
	}
	if err := z.Reset(bufio.NewReader(bytes.NewReader(file))); err != nil {
		t.Errorf("another file: %v", err)
	}
}

// What lies ahead stays in the source's buffer, so that a caller sees how
// much was used.
func TestConsumed(t *testing.T) {
	file := gz(t, 6, make([]byte, 4<<20))
	r := bufio.NewReaderSize(bytes.NewReader(file), 64<<10)
	z, err := NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, z, 2<<20); err != nil {
		t.Fatal(err)
	}
	if used, half := len(file)-r.Buffered(), len(file)/2; used < half-100 || used > half+200 {
		t.Errorf("%d of %d bytes used for half of the content", used, len(file))
	}
}

func TestSmallFilesDoNotAllocate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	fixed := gz(t, 6, []byte("hello, hello"))
	file := slices.Concat(header(0x1f, "\x02\x00abname\x00comment\x00", 0), gz(t, 6, delivery(random, 5)), fixed)
	var z Reader
	src := bytes.NewReader(nil)
	r, p := bufio.NewReader(src), make([]byte, 1000)
	n := testing.AllocsPerRun(10, func() {
		src.Reset(file)
		r.Reset(src)
		if err := z.Reset(r); err != nil {
			t.Error(err)
		}
		var err error
		for err == nil {
			_, err = z.Read(p)
		}
		if err != io.EOF {
			t.Error(err)
		}
	})
	if n > 0 {
		t.Errorf("%v allocations a file", n)
	}
}
