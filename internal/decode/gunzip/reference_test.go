package gunzip

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

// outcome is what came out of a file, and how it ended.
type outcome struct {
	content []byte
	end     string // in one word
}

// unpacker is what this package and the references have in common.
type unpacker interface {
	io.Reader
	Reset(r *bufio.Reader) error
}

type klauspost struct{ gzip.Reader }

func (k *klauspost) Reset(r *bufio.Reader) error { return k.Reader.Reset(r) }

type standard struct{ stdgzip.Reader }

func (s *standard) Reset(r *bufio.Reader) error { return s.Reader.Reset(r) }

// errSource is what a source fails with.
var errSource = errors.New("disk on fire")

// outcomeOf unpacks the first megabyte of a file.
func outcomeOf(u unpacker, source io.Reader) outcome { return read(u, bufio.NewReader(source)) }

func read(u unpacker, r *bufio.Reader) outcome {
	if err := u.Reset(r); err != nil {
		return outcome{nil, word(err)}
	}
	content, err := io.ReadAll(io.LimitReader(u, 1<<20))
	return outcome{content, word(err)}
}

// word is the kind of an error: the same for all unpackers.
func word(err error) string {
	switch {
	case err == nil, err == io.EOF:
		return "complete"
	case err == io.ErrUnexpectedEOF:
		return "truncated"
	case err == stdgzip.ErrHeader:
		return "header"
	case err == stdgzip.ErrChecksum:
		return "checksum"
	case err == errSource:
		return "source"
	default:
		return "corrupt"
	}
}

// references unpack what this package unpacks.
type references struct {
	klauspost klauspost
	standard  standard
}

// compare unpacks a file and reports where that differs from the references.
// Klauspost's answer counts, but where it is known to be wrong; then it is
// that of the standard library.
func (r *references) compare(t testing.TB, z *Reader, file []byte) outcome {
	t.Helper()
	got := outcomeOf(z, bytes.NewReader(file))
	want := outcomeOf(&r.klauspost, bytes.NewReader(file))
	if got.end != want.end || !bytes.Equal(got.content, want.content) {
		second := outcomeOf(&r.standard, bytes.NewReader(file))
		if got.end != second.end || !bytes.Equal(got.content, second.content) {
			t.Fatalf("%x\ngot       %s after %d bytes\nklauspost %s after %d bytes\nstandard  %s after %d bytes", file,
				got.end, len(got.content), want.end, len(want.content), second.end, len(second.content))
		}
	}
	return got
}

// FuzzReader compares with the references, however the file is read.
func FuzzReader(f *testing.F) {
	for _, c := range files(f) {
		f.Add(c.file, uint16(7))
	}
	var z Reader
	var refs references
	f.Fuzz(func(t *testing.T, file []byte, piece uint16) {
		want := refs.compare(t, &z, file)
		f := func(name string, source io.Reader) {
			t.Helper()
			got := outcomeOf(&z, source)
			if got.end != want.end || !bytes.Equal(got.content, want.content) {
				t.Fatalf("%s: %s after %d bytes; want %s after %d", name, got.end, len(got.content), want.end, len(want.content))
			}
		}
		if len(want.content) < 1<<16 { // else it takes long
			f("byte by byte", iotest.OneByteReader(bytes.NewReader(file)))
		}
		f("in pieces", &pieces{file, int(piece) + 1})
		f("with the last bytes' error", iotest.DataErrReader(bytes.NewReader(file)))

		// A source that fails in the middle of a file that is read to its end.
		cut := file[:len(file)-min(len(file), int(piece))]
		failing := func() io.Reader { return io.MultiReader(bytes.NewReader(cut), iotest.ErrReader(errSource)) }
		got, std := outcomeOf(&z, failing()), outcomeOf(&refs.standard, failing())
		kp := outcomeOf(&refs.klauspost, failing())
		if same := func(o outcome) bool { return got.end == o.end && bytes.Equal(got.content, o.content) }; !same(std) && !same(kp) {
			t.Fatalf("failing: %s after %d bytes; klauspost %s after %d, standard %s after %d", got.end, len(got.content), kp.end, len(kp.content), std.end, len(std.content))
		}
	})
}

// pieces hands out n bytes at a time.
type pieces struct {
	left []byte
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.left[:min(p.n, len(p.left))])
	p.left = p.left[n:]
	return n, nil
}
