package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// read opens s3://logs/a and reads it to its end.
func read(t *testing.T, s *Source) ([]byte, error) {
	t.Helper()
	c, err := s.Open(t.Context(), source.Object{URI: "s3://logs/a"})
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(c)
	if sum := sha256.Sum256(got); err != nil || sum != c.SHA256 || c.Size != int64(len(got)) {
		t.Errorf("read %d bytes, %v; the content said %d, hash right: %t", len(got), err, c.Size, sum == c.SHA256)
	}
	return got, c.Close()
}

// Each case is run in memory and in files.
func eachWay(t *testing.T, f func(t *testing.T, small int)) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) { f(t, smallObject) })
	t.Run("in files", func(t *testing.T) { f(t, 16) })
}

func worldOf(t *testing.T, small int, content []byte) (*fakeS3, *Source) {
	fake := newFakeS3(map[string][]byte{"a": content})
	s := New(fake, "logs", "", Options{TempDir: t.TempDir()})
	s.small = small
	return fake, s
}

func TestReadsGoOn(t *testing.T) {
	old, changed := bytes.Repeat([]byte("old."), 1000), bytes.Repeat([]byte("new!"), 900)
	f := func(what string, arrange func(f *fakeS3), want []byte, asked ...string) {
		t.Helper()
		eachWay(t, func(t *testing.T, small int) {
			t.Helper()
			fake, s := worldOf(t, small, old)
			arrange(fake)
			got, err := read(t, s)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes %.8q…, %v; want %d bytes %.8q…", what, len(got), got, err, len(want), want)
			}
			if diff := cmp.Diff(asked, fake.asked); diff != "" {
				t.Errorf("%s: asked for (-want)\n%s", what, diff)
			}
		})
	}
	f("nothing wrong", func(*fakeS3) {}, old, "a")
	f("breaks off twice", func(f *fakeS3) {
		f.body = func(read int, whole io.Reader) io.Reader {
			if read < 3 {
				return breaksAfter(1001, whole)
			}
			return whole
		}
	}, old, "a", "a from 1001", "a from 2002")
	f("ends too early", func(f *fakeS3) {
		f.body = func(read int, whole io.Reader) io.Reader {
			if read == 1 {
				return io.LimitReader(whole, 5)
			}
			return whole
		}
	}, old, "a", "a from 5")
	f("breaks off before the first byte", func(f *fakeS3) {
		f.body = func(read int, whole io.Reader) io.Reader {
			if read == 1 {
				return breaksAfter(0, whole)
			}
			return whole
		}
	}, old, "a", "a")
	f("overwritten meanwhile", func(f *fakeS3) {
		f.before = func(read int) error {
			if read == 2 {
				f.put("a", changed)
			}
			return nil
		}
		f.body = func(read int, whole io.Reader) io.Reader {
			if read == 1 {
				return breaksAfter(3700, whole)
			}
			return whole
		}
	}, changed, "a", "a from 3700", "a")
	f("wrong checksum", func(f *fakeS3) {
		f.body = func(read int, whole io.Reader) io.Reader {
			if read == 1 {
				return breaksAfter(4000, readerFunc(func(p []byte) (int, error) { clear(p); return len(p), nil }))
			}
			return whole
		}
	}, old, "a", "a")
	f("no ETag", func(f *fakeS3) {
		f.objects["a"].etag = ""
		f.body = func(read int, whole io.Reader) io.Reader {
			if read == 1 {
				return breaksAfter(7, whole)
			}
			return whole
		}
	}, old, "a", "a")
}

func TestReadsThatFail(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 4000)
	f := func(what string, arrange func(f *fakeS3), wrapped error, text string, reads int) {
		t.Helper()
		eachWay(t, func(t *testing.T, small int) {
			t.Helper()
			fake, s := worldOf(t, small, content)
			arrange(fake)
			got, err := read(t, s)
			if err == nil || wrapped != nil && !errors.Is(err, wrapped) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "s3://logs/a") {
				t.Errorf("%s: %d bytes, %v; want %v, %q", what, len(got), err, wrapped, text)
			}
			if len(fake.asked) != reads {
				t.Errorf("%s: asked %d times; want %d: %v", what, len(fake.asked), reads, fake.asked)
			}
			// What failed does not spoil the next.
			fake.before, fake.body = nil, nil
			fake.put("a", []byte("good"))
			if got, err := read(t, s); string(got) != "good" || err != nil {
				t.Errorf("%s: then %q, %v", what, got, err)
			}
		})
	}
	f("always breaks", func(f *fakeS3) {
		f.body = func(_ int, whole io.Reader) io.Reader { return breaksAfter(10, whole) }
	}, errReset, "", maxReads)
	f("throttled for longer than the SDK tries", func(f *fakeS3) {
		f.before = func(int) error {
			return refusal(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.", nil)
		}
	}, nil, "SlowDown", 1)
	f("denied", func(f *fakeS3) {
		f.before = func(int) error { return refusal(http.StatusForbidden, "AccessDenied", "Access Denied", nil) }
	}, nil, "AccessDenied", 1)
	f("no bucket", func(f *fakeS3) {
		f.before = func(int) error { return refusal(http.StatusNotFound, "NoSuchBucket", "", nil) }
	}, nil, "NoSuchBucket", 1)
	f("gone meanwhile", func(f *fakeS3) {
		f.body = func(_ int, whole io.Reader) io.Reader { return breaksAfter(10, whole) }
		f.before = func(read int) error {
			if read == 2 {
				delete(f.objects, "a")
			}
			return nil
		}
	}, source.ErrGone, "", 2)
}

func TestTooLarge(t *testing.T) {
	eachWay(t, func(t *testing.T, small int) {
		fake, s := worldOf(t, small, make([]byte, 101))
		s.maxBytes = 100
		if _, err := read(t, s); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "101 bytes") {
			t.Errorf("101 bytes: %v", err)
		}
		// The answer may lie.
		fake.put("a", make([]byte, 90))
		fake.body = func(_ int, whole io.Reader) io.Reader {
			return io.MultiReader(whole, bytes.NewReader(make([]byte, 20)))
		}
		if _, err := read(t, s); !errors.Is(err, ErrTooLarge) {
			t.Errorf("110 bytes that say they are 90: %v", err)
		}
		if len(fake.asked) != 2 {
			t.Errorf("asked for %v", fake.asked)
		}
	})
}

func TestTemporaryFiles(t *testing.T) {
	t.Parallel()
	fake, s := worldOf(t, 16, make([]byte, 100))
	s.tempDir = t.TempDir()
	c, err := s.Open(t.Context(), source.Object{URI: "s3://logs/a"})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.tempDir); err != nil || len(left) != 0 {
		t.Errorf("the temporary file has a name: %v, %v", left, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.tempDir); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("no folder for temporary files: %v", err)
	}
	if len(fake.asked) != 2 {
		t.Errorf("asked %d times", len(fake.asked))
	}
}

// A disk that is full is no reason to ask again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	_, s := worldOf(t, 16, nil)
	sp := newSpool(s.reader)
	sp.file, sp.chunk = full, make([]byte, 10)
	defer sp.reset()
	err = sp.fill(bytes.NewReader(make([]byte, 100)))
	if _, ours := errors.AsType[*spoolError](err); !ours || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "temporary file") {
		t.Errorf("a full disk: %v", err)
	}
}

// A body that never ends and brings nothing is given up, and asked for again.
func TestStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeS3(map[string][]byte{"a": []byte("content")})
		s := New(&stalls{fake, 2}, "logs", "", Options{})
		if got, err := read(t, s); string(got) != "content" || err != nil {
			t.Errorf("after two stalls: %q, %v", got, err)
		}
		s = New(&stalls{fake, maxReads}, "logs", "", Options{})
		if _, err := read(t, s); err == nil || !strings.Contains(err.Error(), "nothing came for 1m0s") {
			t.Errorf("always stalled: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s = New(&stalls{fake, 1}, "logs", "", Options{})
		go func() { synctest.Wait(); cancel() }()
		if _, err := s.Open(ctx, source.Object{URI: "s3://logs/a"}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while stalled: %v", err)
		}
	})
}
