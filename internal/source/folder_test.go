package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

func TestFolderConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
		dir := t.TempDir()
		for name, content := range objects {
			write(t, filepath.Join(dir, name), string(content))
		}
		f := source.NewFolder(dir)
		if got := names(t, f, dir); len(got) != 0 {
			t.Errorf("the first listing has %v", got)
		}
		return sourcetest.World{
			Source: f,
			Remove: func(name string) error { return os.Remove(filepath.Join(dir, name)) },
		}
	})
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	folder := source.NewFolder(dir, "*.json").Without(at("own"))
	f := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, names(t, folder, dir)); diff != "" {
			t.Errorf("%s (-want)\n%s", what, diff)
		}
	}
	acknowledge := func(name string) {
		t.Helper()
		if err := folder.Acknowledge(t.Context(), source.Object{URI: at(name)}); err != nil {
			t.Fatal(err)
		}
	}
	touch := func(name string, when time.Time) {
		t.Helper()
		if err := os.Chtimes(at(name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

	write(t, at("a.json"), "{}")
	write(t, at("b.json"), "{}")
	write(t, at("c.txt"), "{}")
	write(t, at("own/d.json"), "{}")
	f("first")
	f("quiet", "a.json", "b.json")
	f("not acknowledged", "a.json", "b.json")
	acknowledge("a.json")
	f("one acknowledged", "b.json")
	acknowledge("b.json")
	acknowledge("b.json")
	f("all acknowledged")

	write(t, at("a.json"), "{}{}")
	f("grows")
	write(t, at("a.json"), "{}{}{}")
	f("still grows")
	f("grown", "a.json")
	acknowledge("a.json")
	touch("b.json", then)
	f("touched")
	f("touched and quiet", "b.json")

	// What was read is not what is there now.
	write(t, at("b.json"), "{}{}{}{}")
	acknowledge("b.json")
	f("changed before it was acknowledged")
	f("changed and quiet", "b.json")
	acknowledge("b.json")

	if err := os.Remove(at("a.json")); err != nil {
		t.Fatal(err)
	}
	f("removed")
	acknowledge("a.json")
	write(t, at("a.json"), "{}{}{}")
	f("there again")
	f("there again and quiet", "a.json")
	acknowledge("a.json")

	// A listed file that cannot be read is acknowledged, too.
	if err := os.Symlink("nowhere", at("z.json")); err != nil {
		t.Fatal(err)
	}
	f("a dangling link")
	f("a dangling link", "z.json: no such file or directory")
	acknowledge("z.json")
	f("an acknowledged dangling link")
	f("nothing more")
}

// A file that has not changed for long is looked at less often, and its change
// is seen all the same; a new one beside it is seen at once.
func TestFolderOfOldFiles(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	old, fresh := filepath.Join(dir, "old"), filepath.Join(dir, "new")
	folder := source.NewFolder(dir)
	reads := func(most int, want ...string) {
		t.Helper()
		for n := 1; ; n++ {
			got := names(t, folder, dir)
			if len(got) == 0 && n < most {
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after %d listings (-want)\n%s", n, diff)
			}
			for _, name := range got {
				if err := folder.Acknowledge(t.Context(), source.Object{URI: filepath.Join(dir, name)}); err != nil {
					t.Fatal(err)
				}
			}
			return
		}
	}
	write(t, old, "{}")
	reads(2, "old")
	reads(1000)
	write(t, fresh, "{}")
	reads(2, "new")
	write(t, old, "{}{}")
	reads(17, "old")
	reads(1000)
	if err := os.Remove(old); err != nil {
		t.Fatal(err)
	}
	reads(1)
	write(t, old, "{}{}")
	reads(2, "old")
}

func TestFolderThatIsMissing(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := source.NewFolder(filepath.Join(dir, "in"))
	f := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, names(t, folder, dir)); diff != "" {
			t.Errorf("(-want)\n%s", diff)
		}
	}
	f()
	f("in: no such file or directory")
	if err := folder.Acknowledge(t.Context(), source.Object{URI: filepath.Join(dir, "in")}); err != nil {
		t.Fatal(err)
	}
	f()
	write(t, filepath.Join(dir, "in", "a"), "{}")
	f()
	f("in/a")
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, "in"))); err != nil {
		t.Fatal(err)
	}
	f()
	f("in: no such file or directory")
}
