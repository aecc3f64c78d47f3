package source_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
		dir := t.TempDir()
		for name, content := range objects {
			write(t, filepath.Join(dir, name), string(content))
		}
		return sourcetest.World{
			Source: source.NewFiles(dir),
			Remove: func(name string) error { return os.Remove(filepath.Join(dir, name)) },
		}
	})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// listed is what a Source of paths yields, below dir, with reasons.
func listed(t *testing.T, dir string, paths ...string) (got []string) {
	t.Helper()
	for o, err := range source.NewFiles(paths...).Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimPrefix(o.URI, dir+"/")
		if o.Err != nil {
			line += ": " + o.Err.Error()
		}
		got = append(got, line)
	}
	return got
}

func TestWhatIsListed(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("logs/b.json"), "{}")
	write(t, at("logs/empty"), "")
	write(t, at("logs/.hidden/manifest.json"), "{}")
	write(t, at("logs/sub/x_20200102T0304Z_y.json"), "{}")
	write(t, at("outside.json"), "{}")
	if err := errors.Join(
		os.MkdirAll(at("bare/sub"), 0o755),
		os.Symlink(at("outside.json"), at("logs/out")),
		os.Symlink("b.json", at("logs/inside")),
		os.Symlink("sub", at("logs/inside-dir")),
		os.Symlink("nowhere", at("logs/dangling")),
		os.Symlink("loop", at("logs/loop")),
		os.Symlink(at("logs"), at("link")),
	); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", at("logs/socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	f := func(want []string, paths ...string) {
		t.Helper()
		if diff := cmp.Diff(want, listed(t, dir, paths...)); diff != "" {
			t.Errorf("%v (-want)\n%s", paths, diff)
		}
	}
	f([]string{
		"logs/sub/x_20200102T0304Z_y.json",
		"logs/b.json",
		"logs/dangling: no such file or directory",
		"logs/empty",
		"logs/loop: EvalSymlinks: too many links",
		"logs/out: symbolic link out of the folder",
		"logs/socket: not a regular file",
		"logs/.hidden/manifest.json",
	}, at("logs"))
	f(nil, at("bare"))
	f([]string{"missing: no such file or directory"}, at("missing"))
	f([]string{"logs/out"}, at("logs/out"))
	f([]string{"logs/b.json", "logs/empty"}, at("logs/empty"), at("logs/b.json"), at("logs/./b.json"))
	f([]string{"link/sub/x_20200102T0304Z_y.json"}, at("link/sub"))
	if got := listed(t, dir, at("link")); len(got) != 8 || got[0] != "link/sub/x_20200102T0304Z_y.json" {
		t.Errorf("folder named by a link: %v", got)
	}
	if got := listed(t, dir, at("logs/loop")); len(got) != 1 || !strings.HasPrefix(got[0], "logs/loop: ") {
		t.Errorf("a link that loops: %v", got)
	}
}

func TestUnreadable(t *testing.T) {
	if !sourcetest.Unprivileged(t) {
		return
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "closed", "x"), "{}")
	write(t, filepath.Join(dir, "file"), "{}")
	if err := errors.Join(os.Chmod(filepath.Join(dir, "closed"), 0), os.Chmod(filepath.Join(dir, "file"), 0)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	if diff := cmp.Diff([]string{"closed: permission denied", "file"}, listed(t, dir, dir)); diff != "" {
		t.Error(diff)
	}
	files := source.NewFiles(dir)
	for o, err := range files.Objects(t.Context()) {
		if err != nil {
			continue // the folder, as above
		}
		if _, err := files.Open(t.Context(), o); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open %s: %v", o.URI, err)
		}
	}
}

// Names that are no text come through and are opened again.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	names := []string{"caf\xe9.json", "50%.json", "a\nb", "é😀", "rtl\u202ex", "%41", "\uFFFD"}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Skipf("the file system refuses %q: %v", name, err)
		}
	}
	files := source.NewFiles(dir)
	got := map[string]string{}
	for o, err := range files.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := files.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(c)
		if err := errors.Join(err, c.Close()); err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(o.URI)] = string(content)
	}
	want := map[string]string{"caf%E9.json": "caf\xe9.json", "50%25.json": "50%.json", "a%0Ab": "a\nb", "é😀": "é😀",
		"rtl%E2%80%AEx": "rtl\u202ex", "%2541": "%41", "\uFFFD": "\uFFFD"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A file that grows while it is open ends where it ended when it was hashed.
func TestGrowingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big")
	write(t, path, strings.Repeat("x", 5<<20))
	files := source.NewFiles(path)
	c, err := files.Open(t.Context(), source.Object{URI: path})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("more"); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(5<<20 + 2); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, c); n != 5<<20 || err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	c, err = files.Open(t.Context(), source.Object{URI: path})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := errors.Join(f.Truncate(100), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file cut after it was hashed: %v", err)
	}
}

func TestCancelWhileListing(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "")
	write(t, filepath.Join(dir, "b"), "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n := 0
	for _, err := range source.NewFiles(dir).Objects(ctx) {
		n++
		last = err
		cancel()
	}
	if n != 2 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d yields, the last with %v", n, last)
	}
}
