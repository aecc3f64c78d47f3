package source_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// Around 4 MiB a file is read in another way.
func TestSizes(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 4<<20 - 1, 4 << 20, 4<<20 + 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			want := bytes.Repeat([]byte("gumshoe"), size/7+1)[:size]
			path := filepath.Join(t.TempDir(), "file")
			write(t, path, string(want))
			// Twice: the second time memory of the first is used again.
			files := source.NewFiles(path)
			for range 2 {
				c, err := files.Open(t.Context(), source.Object{URI: path})
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(c)
				if err := errors.Join(err, c.Close()); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) || c.Size != int64(size) || c.SHA256 != sha256.Sum256(want) {
					t.Errorf("got %d bytes, size %d, SHA-256 %x", len(got), c.Size, c.SHA256)
				}
			}
		})
	}
}

// The kernel's own files say that they are empty.
func TestSizeThatLies(t *testing.T) {
	path := "/proc/self/status"
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Skipf("no %s of size 0 here", path)
	}
	c, err := source.NewFiles(path).Open(t.Context(), source.Object{URI: path})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 || c.Size != int64(len(got)) {
		t.Errorf("got %d bytes, size %d", len(got), c.Size)
	}
}

// What was a file when it was listed may be something else when it is opened.
func TestOpenNotRegular(t *testing.T) {
	dir := t.TempDir()
	pipe, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, path := range []string{dir, pipe, socket, os.DevNull} {
		if _, err := source.NewFiles(dir).Open(t.Context(), source.Object{URI: path}); !errors.Is(err, source.ErrNotRegular) {
			t.Errorf("Open %s: %v, want %v", path, err, source.ErrNotRegular)
		}
	}
}

// Sizes and times are asked for by blocks of files.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	const n = 4096*2 + 3
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d", i)), make([]byte, i%5), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	i := 0
	for o, err := range source.NewFiles(dir).Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%05d", i); filepath.Base(o.URI) != want || o.Size != int64(i%5) {
			t.Fatalf("object %d is %s of %d bytes", i, o.URI, o.Size)
		}
		i++
	}
	if i != n {
		t.Errorf("%d objects, want %d", i, n)
	}
}
