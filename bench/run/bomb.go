package main

import (
	"bytes"
	"compress/gzip" // whose best compression comes nearest to what deflate can do
	"errors"
	"os"
	"path/filepath"
)

// bomb is a small file that unpacks to a huge one.
type bomb struct {
	name       string
	rejected   bool   // it should be
	head, unit []byte // the unit repeats
	tail       []byte // behind the last one; it has one more, if there is any

	// Of the file that was written: its bytes, and the units in it.
	packed, units int64
}

func (b *bomb) what() string { return "gzip bomb of " + b.name }

// bombBlock is how much is compressed once and then repeated, each time as a
// gzip member: unpacked that is what one member with all of it would be.
const bombBlock = 100 << 20 // bytes

// write makes the file, of about so many bytes unpacked.
func (b *bomb) write(path string, bytes int64) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	block, units, err := b.member()
	if err != nil {
		return err
	}
	blocks := max(1, bytes/(units*int64(len(b.unit))))
	b.packed, b.units = 0, blocks*units
	if b.tail != nil {
		b.units++
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	put := func(p []byte) {
		if err == nil {
			var n int
			n, err = f.Write(p)
			b.packed += int64(n)
		}
	}
	put(pack(b.head))
	for range blocks {
		put(block)
	}
	put(pack(b.tail))
	return err
}

// unpacked is about the size of what was written, unpacked.
func (b *bomb) unpacked() int64 { return int64(len(b.head)) + b.units*int64(len(b.unit)) }

// member packs a block of whole units.
func (b *bomb) member() (packed []byte, units int64, err error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, 0, err
	}
	some := bytes.Repeat(b.unit, max(1, 1<<20/len(b.unit)))
	for n := 0; n < bombBlock; n += len(some) {
		if _, err := w.Write(some); err != nil {
			return nil, 0, err
		}
		units += int64(len(some) / len(b.unit))
	}
	if err := w.Close(); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), units, nil
}

// pack gzips a few bytes, none to none.
func pack(p []byte) []byte {
	if len(p) == 0 {
		return nil
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(p) // a Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
