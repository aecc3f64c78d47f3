package decode

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func gz(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	_, err := w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zst(t testing.TB, content []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(content, nil)
}

// text is n bytes that compress a little.
func text(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(random.IntN(16))
	}
	return b
}

func TestContainers(t *testing.T) {
	u := NewReader(strings.NewReader(""), Limits{})
	defer u.Close()
	f := func(name string, in []byte, want string, container Container) {
		t.Helper()
		for cut, r := range map[string]io.Reader{"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in))} {
			u.Reset(r)
			got, err := io.ReadAll(u)
			if err != nil || string(got) != want || u.Container() != container {
				t.Errorf("%s, %s: %d bytes in %q, %v; want %d in %q", name, cut, len(got), u.Container(), err, len(want), container)
			}
		}
	}
	content := text(200_000)
	half := content[:100_000]
	f("empty", nil, "", Plain)
	f("two bytes", []byte("[]"), "[]", Plain)
	f("plain", content, string(content), Plain)
	f("gzip", gz(t, content), string(content), Gzip)
	f("gzip of nothing", gz(t, nil), "", Gzip)
	f("gzip in parts", append(gz(t, half), gz(t, content)...), string(half)+string(content), Gzip)
	f("zstd", zst(t, content), string(content), Zstd)
	f("zstd in frames", append(zst(t, half), zst(t, content)...), string(half)+string(content), Zstd)
	f("zstd after a skippable frame", append([]byte{0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2}, zst(t, half)...), string(half), Zstd)
	f("plain again", content, string(content), Plain)
}

func TestBrokenContainers(t *testing.T) {
	content := text(200_000)
	packed, frames := gz(t, content), zst(t, content)
	flipped := bytes.Clone(packed)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	f := func(name string, in []byte, atLeast int, reason Reason) {
		t.Helper()
		u := NewReader(bytes.NewReader(in), Limits{})
		defer u.Close()
		got, err := io.ReadAll(u)
		var broken *ContainerError
		if !errors.As(err, &broken) || broken.Reason != reason {
			t.Errorf("%s: error %v; want %s", name, err, reason)
		}
		if len(got) < atLeast || !bytes.HasPrefix(append(content, content...), got) {
			t.Errorf("%s: %d bytes kept; want the first %d at least", name, len(got), atLeast)
		}
		if n, again := u.Read(make([]byte, 10)); n != 0 || again != err {
			t.Errorf("%s: then %d bytes, %v", name, n, again)
		}
	}
	f("gzip, magic only", packed[:2], 0, ReasonTruncated)
	f("gzip, half a header", packed[:7], 0, ReasonTruncated)
	f("gzip, cut", packed[:len(packed)/2], 50_000, ReasonTruncated)
	f("gzip without its checksum", packed[:len(packed)-8], len(content), ReasonTruncated)
	f("gzip with a wrong checksum", flipped, len(content), ReasonBadGzip)
	f("gzip of an unknown method", []byte{0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0}, 0, ReasonBadGzip)
	f("gzip and other data", append(bytes.Clone(packed), "more of it here"...), len(content), ReasonBadGzip)
	f("gzip and half a gzip", append(bytes.Clone(packed), packed[:len(packed)/2]...), len(content)+50_000, ReasonTruncated)
	f("zstd, cut", frames[:len(frames)/2], 0, ReasonTruncated)
	f("zstd, magic only", frames[:4], 0, ReasonTruncated)
	f("zstd, broken", append(bytes.Clone(frames[:6]), bytes.Repeat([]byte{0xff}, 100)...), 0, ReasonBadZstd)
	f("zstd, huge window", []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 0, 0, 0}, 0, ReasonTooLarge)
}

func TestBombs(t *testing.T) {
	zeros := make([]byte, 4<<20)
	f := func(name string, in []byte, l Limits, most int) {
		t.Helper()
		u := NewReader(bytes.NewReader(in), l)
		defer u.Close()
		n, err := io.Copy(io.Discard, u)
		var bomb *ContainerError
		if !errors.As(err, &bomb) || bomb.Reason != ReasonBomb || n > int64(most) {
			t.Errorf("%s: %d bytes, error %v; want a bomb after %d", name, n, err, most)
		}
	}
	f("size", gz(t, zeros), Limits{MaxBytes: 1 << 20}, 1<<20)
	f("size, zstd", zst(t, zeros), Limits{MaxBytes: 1 << 20}, 1<<20)
	f("ratio", gz(t, zeros), Limits{MaxRatio: 100, RatioFloor: 1 << 20}, 2<<20)
	f("ratio, zstd", zst(t, zeros), Limits{RatioFloor: 1 << 20}, 2<<20)

	u := NewReader(bytes.NewReader(gz(t, zeros)), Limits{MaxBytes: 4 << 20, MaxRatio: 100})
	defer u.Close()
	if n, err := io.Copy(io.Discard, u); n != 4<<20 || err != nil {
		t.Errorf("below the limits: %d bytes, %v", n, err)
	}
}

// A source that fails is not a broken object.
func TestSourceFails(t *testing.T) {
	failure := errors.New("disk on fire")
	content := text(100_000)
	for name, in := range map[string][]byte{"plain": content[:50_000], "gzip": gz(t, content)[:1000], "zstd": zst(t, content)[:1000], "at once": nil, "in the magic": {0x1f}} {
		u := NewReader(io.MultiReader(bytes.NewReader(in), iotest.ErrReader(failure)), Limits{})
		if _, err := io.Copy(io.Discard, u); err != failure {
			t.Errorf("%s: error %v; want the source's", name, err)
		}
		_ = u.Close()
	}
}

func TestParseKind(t *testing.T) {
	for _, k := range Kinds() {
		if got, err := ParseKind(string(k)); got != k || err != nil {
			t.Errorf("ParseKind(%q) = %q, %v", k, got, err)
		}
	}
	if _, err := ParseKind("CloudTrail"); err == nil || !strings.Contains(err.Error(), "cloudtrail") {
		t.Errorf("unknown kind: %v", err)
	}
}

func TestRejectionText(t *testing.T) {
	f := func(r Rejection, want string) {
		t.Helper()
		if got := r.Error(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f(Rejection{Record: 3, Records: 1, Offset: 99, Reason: ReasonTruncated}, "record 3 at byte 99: truncated")
	f(Rejection{Record: 3, Records: 4, Offset: 99, Reason: ReasonNotCloudTrail, Detail: "a plant"}, "records 3-6 at byte 99: not-cloudtrail: a plant")
}

// No input panics or passes the size limit; what gzip wrote is read back.
func FuzzReader(f *testing.F) {
	content := text(500)
	f.Add(content)
	f.Add(gz(f, content))
	f.Add(zst(f, content))
	f.Add(gz(f, content)[:100])
	f.Fuzz(func(t *testing.T, in []byte) {
		u := NewReader(bytes.NewReader(in), Limits{MaxBytes: 1 << 20})
		defer u.Close()
		n, err := io.Copy(io.Discard, u)
		var broken *ContainerError
		if u.Container() != Plain && n > 1<<20 || err != nil && !errors.As(err, &broken) {
			t.Fatalf("%d bytes, %v", n, err)
		}
		u.Reset(bytes.NewReader(gz(t, in)))
		if got, err := io.ReadAll(u); err != nil || !bytes.Equal(got, in) {
			t.Fatalf("packed and unpacked: %d bytes, %v; want %d", len(got), err, len(in))
		}
	})
}
