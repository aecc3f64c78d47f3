package s3

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

func TestConformance(t *testing.T) {
	for name, small := range map[string]int{"in memory": smallObject, "in files": 1 << 10} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
				fake := newFakeS3(objects)
				s := New(fake, "logs", "", Options{TempDir: t.TempDir()})
				s.small = small
				return sourcetest.World{Source: s, Remove: fake.remove}
			})
		})
	}
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	fake := newFakeS3(map[string][]byte{
		"in/folder/":                  nil,
		"in/folder/empty":             nil,
		"in/not-only-a-folder/":       []byte("x"),
		"in/x_20240102T0305Z_y.gz":    []byte("x"),
		"in/a/x_20240102T0305Z_z.gz":  []byte("x"),
		"in/z/x_20240102T0300Z_y.gz":  []byte("x"),
		"in/50% +&?#\n\x01é.json":     []byte("x"),
		"in/a/../b//c":                []byte("x"),
		"in/big":                      make([]byte, 11),
		"in/glacier":                  nil,
		"in/instant":                  nil,
		"in/restored":                 nil,
		"in/being-restored":           nil,
		"in-other/not in the prefix/": []byte("x"),
	})
	fake.objects["in/glacier"].class = types.ObjectStorageClassDeepArchive
	fake.objects["in/instant"].class = types.ObjectStorageClassGlacierIr
	fake.objects["in/restored"].class = types.ObjectStorageClassGlacier
	fake.objects["in/restored"].restore = &types.RestoreStatus{IsRestoreInProgress: aws.Bool(false), RestoreExpiryDate: aws.Time(time.Unix(2e9, 0))}
	fake.objects["in/being-restored"].class = types.ObjectStorageClassGlacier
	fake.objects["in/being-restored"].restore = &types.RestoreStatus{IsRestoreInProgress: aws.Bool(true)}
	f := func(prefix string, include []string, want ...string) {
		t.Helper()
		s := New(fake, "logs", prefix, Options{MaxBytes: 10, Include: include})
		if diff := cmp.Diff(want, names(t, s, "s3://logs/")); diff != "" {
			t.Errorf("%q %v (-want)\n%s", prefix, include, diff)
		}
	}
	f("in/", nil,
		"in/z/x_20240102T0300Z_y.gz",
		"in/x_20240102T0305Z_y.gz",
		"in/a/x_20240102T0305Z_z.gz",
		"in/50%25 +&?#%0A%01é.json",
		"in/being-restored: GLACIER: "+ErrArchived.Error(),
		"in/big: 11 bytes: larger than the limit of 10",
		"in/glacier: DEEP_ARCHIVE: "+ErrArchived.Error(),
		"in/instant",
		"in/restored",
		"in/a/../b//c",
		"in/folder/empty",
		"in/not-only-a-folder/",
	)
	f("in/", []string{"a/*", "res*"}, "in/a/x_20240102T0305Z_z.gz", "in/restored")
	f("in/a", []string{"a/*.gz"}, "in/a/x_20240102T0305Z_z.gz")
	f("in/x_2", []string{"*.gz"}, "in/x_20240102T0305Z_y.gz")
	f("in/instant", []string{"*.gz"}, "in/instant")
	f("in/none", nil)
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	f := func(bucket string, include []string, text string) {
		t.Helper()
		n, last := 0, error(nil)
		for _, err := range New(newFakeS3(nil), bucket, "", Options{Include: include}).Objects(t.Context()) {
			n, last = n+1, err
		}
		if n != 1 || last == nil || !strings.Contains(last.Error(), text) {
			t.Errorf("bucket %q, patterns %q: %d yields, the last with %v; want %q", bucket, include, n, last, text)
		}
	}
	f("", nil, "1 to 255 characters")
	f("arn:aws:s3:eu-west-1:111122223333:accesspoint/x", nil, "consists of letters")
	f("logs", []string{"*.gz", "["}, "bad include pattern")
}

func TestParseURI(t *testing.T) {
	t.Parallel()
	f := func(uri, bucket, key string) {
		t.Helper()
		b, k, err := ParseURI(uri)
		if err != nil || b != bucket || k != key {
			t.Errorf("%s: %q, %q, %v; want %q, %q", uri, b, k, err, bucket, key)
		}
	}
	f("s3://logs", "logs", "")
	f("s3://logs/", "logs", "")
	f("s3://logs/AWSLogs/1/", "logs", "AWSLogs/1/")
	f("s3://logs//a", "logs", "/a")
	f("s3://logs/50%25%0A", "logs", "50%\n")
	for _, uri := range []string{"", "logs/a", "/logs/a", "s3:/logs", "s3:///a", "s3://a:b/c", "s3://logs/%", "https://logs/a"} {
		if b, k, err := ParseURI(uri); err == nil {
			t.Errorf("%s: %q, %q; want an error", uri, b, k)
		}
	}
}

func FuzzURI(f *testing.F) {
	for _, key := range []string{"a/b.json", "caf\xe9", "50%", "%41", "/", "a\nb", "é\u202e", "../../x"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		uri := source.EscapeName(nameOf("logs", key))
		if bucket, back, err := ParseURI(uri); err != nil || bucket != "logs" || back != key {
			t.Fatalf("%q: URI %q leads to %q, %q, %v", key, uri, bucket, back, err)
		}
	})
}

// A list of keys as CloudTrail names them takes about the memory that Listing
// says.
func TestMemoryOfAList(t *testing.T) {
	const n = 300_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var l source.Listing
	for i := range n {
		l.AddTagged(nameOf("logs", fmt.Sprintf("AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2024/01/%02d/111122223333_CloudTrail_us-east-1_202401%02dT%02d%02dZ_%016x.json.gz",
			1+i%28, 1+i%28, i%24, i%60, i)), 1234, fmt.Sprintf("%032x", i), nil)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := float64(after.HeapAlloc-before.HeapAlloc) / n
	t.Logf("%.0f bytes a key", each)
	if each > 250 {
		t.Errorf("%.0f bytes a key; want 250 at most", each)
	}
	if l.Len() != n {
		t.Errorf("%d entries", l.Len())
	}
}

func TestTagOf(t *testing.T) {
	t.Parallel()
	for etag, want := range map[string]string{`"a1"`: "a1", "a1": "a1", `"a1-12"`: "a1-12", "": "", `W/"a1"`: "", `"`: ""} {
		if got := tagOf(etag); got != want {
			t.Errorf("%s: %q; want %q", etag, got, want)
		}
	}
}

func TestGoneAndArchived(t *testing.T) {
	t.Parallel()
	fake := newFakeS3(map[string][]byte{"a": []byte("x")})
	fake.objects["a"].class = types.ObjectStorageClassGlacier
	s := New(fake, "logs", "", Options{})
	if _, err := s.Open(t.Context(), source.Object{URI: "s3://logs/a"}); !errors.Is(err, ErrArchived) {
		t.Errorf("archived: %v", err)
	}
	if _, err := s.Open(t.Context(), source.Object{URI: "s3://logs/b"}); !errors.Is(err, source.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	if _, err := s.Open(t.Context(), source.Object{URI: "/etc/passwd"}); err == nil {
		t.Error("a path was opened")
	}
}
