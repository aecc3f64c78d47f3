package gunzip

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/gzip"
	"pgregory.net/rapid"
)

// What the compressors pack is unpacked, whatever level they used.
func TestCompressors(t *testing.T) {
	var z Reader
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		var content []byte
		for range rapid.IntRange(1, 3).Draw(t, "members") {
			level := rapid.IntRange(stdgzip.HuffmanOnly, stdgzip.BestCompression).Draw(t, "level")
			var w io.WriteCloser
			var err error
			if rapid.Bool().Draw(t, "klauspost") {
				if rapid.IntRange(0, 9).Draw(t, "stateless") == 0 {
					level = gzip.StatelessCompression
				}
				w, err = gzip.NewWriterLevel(&file, level)
			} else {
				w, err = stdgzip.NewWriterLevel(&file, level)
			}
			if err != nil {
				t.Fatal(err)
			}
			seed := rapid.Uint64().Draw(t, "seed")
			part := compressible(rand.New(rand.NewPCG(seed, 0)), rapid.IntRange(0, 400_000).Draw(t, "size"))
			_, err = w.Write(part)
			if err := errors.Join(err, w.Close()); err != nil {
				t.Fatal(err)
			}
			content = append(content, part...)
		}
		source := &pieces{file.Bytes(), rapid.IntRange(1, 100_000).Draw(t, "read at once")}
		if err := z.Reset(bufio.NewReaderSize(source, rapid.IntRange(16, 70_000).Draw(t, "buffer"))); err != nil {
			t.Fatal(err)
		}
		p := make([]byte, rapid.IntRange(1, 100_000).Draw(t, "asked at once"))
		left := content
		for {
			n, err := z.Read(p)
			if !bytes.HasPrefix(left, p[:n]) {
				t.Fatalf("another content %d bytes before the end", len(left))
			}
			left = left[n:]
			if err == io.EOF && len(left) == 0 {
				return
			}
			if err != nil {
				t.Fatalf("%v %d bytes before the end", err, len(left))
			}
		}
	})
}

// compressible is n bytes of runs, repetitions near and far, a few letters,
// and noise.
func compressible(random *rand.Rand, n int) []byte {
	b := make([]byte, 0, n)
	for len(b) < n {
		k := min(n-len(b), 1+random.IntN(1<<random.IntN(14)))
		switch back := 1 + random.IntN(1<<random.IntN(16)); random.IntN(4) {
		case 0:
			b = append(b, bytes.Repeat([]byte{byte(random.Uint32())}, k)...)
		case 1:
			for range k {
				b = append(b, "etaoinsh"[random.IntN(8)])
			}
		case 2:
			for range k {
				b = append(b, byte(random.Uint32()))
			}
		default:
			if back > len(b) {
				continue
			}
			for range k {
				b = append(b, b[len(b)-back])
			}
		}
	}
	return b
}

// FuzzStrangeStreams compares on streams that no compressor writes, right
// and wrong ones.
func FuzzStrangeStreams(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, uint32(0), uint16(0))
		f.Add(seed, uint32(seed)*977, uint16(seed))
	}
	var z Reader
	var refs references
	f.Fuzz(func(t *testing.T, seed uint64, flip uint32, cut uint16) {
		file := member(anyStream(rand.New(rand.NewPCG(seed, 1))))
		if flip != 0 {
			bit := int(flip) % (8 * len(file))
			file[bit/8] ^= 1 << (bit % 8)
		}
		if int(cut) < len(file) {
			file = file[:len(file)-int(cut)]
		}
		want := refs.compare(t, &z, file)
		got := read(&z, bufio.NewReaderSize(bytes.NewReader(file), 16))
		if got.end != want.end || !bytes.Equal(got.content, want.content) {
			t.Errorf("small buffer: %s after %d bytes; want %s after %d", got.end, len(got.content), want.end, len(want.content))
		}
	})
}
