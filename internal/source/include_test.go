package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// names is what a Source lists now, below dir and with reasons, in order.
func names(t *testing.T, s source.Source, dir string) (got []string) {
	t.Helper()
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimPrefix(strings.TrimPrefix(o.URI, dir), "/")
		if o.Err != nil {
			line += ": " + o.Err.Error()
		}
		got = append(got, line)
	}
	return got
}

func TestInclude(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"logs/a.json", "logs/b.txt", "logs/sub/c.json", "logs/sub/d.gz", "other/e.json"} {
		write(t, at(name), "{}")
	}
	if err := errors.Join(
		os.Symlink(at("other"), at("logs/elsewhere")),
		os.Symlink(at("other/e.json"), at("logs/out.json")),
		os.Symlink(at("other/e.json"), at("logs/out.txt")),
		os.Symlink("nowhere", at("logs/dangling.txt")),
		os.Symlink(at("logs"), at("link")),
	); err != nil {
		t.Fatal(err)
	}
	f := func(paths []string, patterns []string, want ...string) {
		t.Helper()
		for i := range paths {
			paths[i] = at(paths[i])
		}
		if diff := cmp.Diff(want, names(t, source.NewFiles(paths...).Include(patterns...), dir)); diff != "" {
			t.Errorf("%v of %v (-want)\n%s", patterns, paths, diff)
		}
	}
	out := "logs/elsewhere: " + source.ErrLinkOutside.Error()
	f([]string{"logs"}, []string{"*.json"}, "logs/a.json", out, "logs/out.json: "+source.ErrLinkOutside.Error(), "logs/sub/c.json")
	f([]string{"logs"}, []string{"sub/*"}, out, "logs/sub/c.json", "logs/sub/d.gz")
	f([]string{"logs"}, []string{"**/d.*", "b.txt"}, "logs/b.txt", out, "logs/sub/d.gz")
	f([]string{"link"}, []string{"sub/*.gz"}, "link/elsewhere: "+source.ErrLinkOutside.Error(), "link/sub/d.gz")
	f([]string{"logs/b.txt", "logs/sub", "missing"}, []string{"*.json"}, "missing: no such file or directory", "logs/b.txt", "logs/sub/c.json")
}

func TestBadInclude(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "{}")
	for _, s := range []source.Source{source.NewFiles(dir).Include("["), source.NewFolder(dir, "[")} {
		n, last := 0, error(nil)
		for _, err := range s.Objects(t.Context()) {
			n, last = n+1, err
		}
		if n != 1 || !errors.Is(last, source.ErrBadPattern) {
			t.Errorf("%T: %d yields, the last with %v; want one with ErrBadPattern", s, n, last)
		}
	}
}
