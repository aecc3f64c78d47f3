package powerloss

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The shorthands of ops, numbered by their place in a list.
func create(path string) Op     { return Op{Kind: Create, Path: path} }
func mkdir(path string) Op      { return Op{Kind: MakeDir, Path: path} }
func remove(path string) Op     { return Op{Kind: Remove, Path: path} }
func rename(from, to string) Op { return Op{Kind: Rename, Path: from, To: to} }
func write(path string, at int, s string) Op {
	return Op{Kind: Write, Path: path, Offset: int64(at), Data: []byte(s)}
}
func resize(path string, size int) Op     { return Op{Kind: Resize, Path: path, Size: int64(size)} }
func syncSince(path string, since int) Op { return Op{Kind: Sync, Path: path, Since: since} }
func applied(t *testing.T, rules Rules, ops ...Op) *Disk {
	t.Helper()
	d := NewDisk(rules)
	for i, o := range ops {
		if (o.Kind == Sync || o.Kind == SyncAll) && o.Since == 0 {
			o.Since = i
		}
		if err := d.Apply(o); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// tree lists files with their contents, and empty folders.
func tree(files Files) string {
	var list []string
	names := slices.Sorted(maps.Keys(files))
	for i, name := range names {
		if b := files[name]; b != nil {
			list = append(list, name+"="+strings.ReplaceAll(string(b), "\x00", "."))
		} else if name != "." && (i+1 == len(names) || !strings.HasPrefix(names[i+1], name+"/")) {
			list = append(list, name+"/")
		}
	}
	return strings.Join(list, " ")
}

// outcomes returns what hundreds of crashes leave, sorted.
func outcomes(d *Disk) []string {
	found := map[string]bool{}
	for seed := range uint64(500) {
		found[tree(d.Crash(rand.New(rand.NewPCG(seed, 1))))] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestCrash(t *testing.T) {
	t.Parallel()
	whole := []Op{create("a"), write("a", 0, "1"), syncSince("a", 0), syncSince(".", 0)}
	for _, c := range []struct {
		name              string
		ops               []Op
		strict, journaled []string
	}{
		{"nothing is durable", []Op{create("a"), write("a", 0, "1")}, []string{"", "a=", "a=1"}, nil},
		{"a file without its name", []Op{create("a"), write("a", 0, "1"), syncSince("a", 0)}, []string{"", "a=1"}, []string{"a=1"}},
		{"a name without its file", []Op{create("a"), write("a", 0, "1"), syncSince(".", 0)}, []string{"a=", "a=1"}, nil},
		{"all is durable", whole, []string{"a=1"}, nil},
		{"everything at once", []Op{mkdir("d"), create("d/a"), write("d/a", 0, "1"), {Kind: SyncAll}}, []string{"d/a=1"}, nil},
		{"a write that began before the sync ended", []Op{create("a"), write("a", 0, "1"), syncSince("a", 1), syncSince(".", 0)}, []string{"a=", "a=1"}, nil},
		{"in any order", slices.Concat(whole, []Op{write("a", 1, "2"), write("a", 2, "3")}), []string{"a=1", "a=1.3", "a=12", "a=123"}, nil},
		{"sizes", slices.Concat(whole, []Op{resize("a", 3)}), []string{"a=1", "a=1.."}, nil},
		{"folders lose their files", []Op{mkdir("d"), create("d/a"), syncSince("d/a", 0), syncSince("d", 0)}, []string{"", "d/a="}, []string{"d/a="}},
		{"names of folders each for itself", []Op{mkdir("d"), mkdir("e"), syncSince(".", 0), create("d/a"), create("e/b")},
			[]string{"d/ e/", "d/ e/b=", "d/a= e/", "d/a= e/b="}, []string{"d/ e/", "d/a= e/", "d/a= e/b="}},
		{"names in their order", slices.Concat(whole, []Op{create("b"), create("c")}), []string{"a=1", "a=1 b=", "a=1 b= c="}, nil},
		{"one name or the other", slices.Concat(whole, []Op{rename("a", "b")}), []string{"a=1", "b=1"}, nil},
		{"the old file or the new", slices.Concat(whole, []Op{create("b"), write("b", 0, "2"), syncSince("b", 0), rename("b", "a")}),
			[]string{"a=1", "a=1 b=2", "a=2"}, []string{"a=1 b=2", "a=2"}},
		{"a removed file comes back", slices.Concat(whole, []Op{remove("a")}), []string{"", "a=1"}, nil},
		{"and is another one", slices.Concat(whole, []Op{remove("a"), create("a")}), []string{"", "a=", "a=1"}, nil},
		{"two names", slices.Concat(whole, []Op{{Kind: Link, Path: "a", To: "b"}, syncSince(".", 0), write("b", 0, "2")}), []string{"a=1 b=1", "a=2 b=2"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.journaled == nil {
				c.journaled = c.strict
			}
			for rules, want := range map[Rules][]string{Strict: c.strict, Journaled: c.journaled} {
				if diff := cmp.Diff(want, outcomes(applied(t, rules, c.ops...))); diff != "" {
					t.Errorf("%s: -want +got:\n%s", rules, diff)
				}
			}
		})
	}
}

// A write of three blocks may lose any of them.
func TestTorn(t *testing.T) {
	t.Parallel()
	d := applied(t, Strict, create("a"), write("a", 500, strings.Repeat("x", 12+512+1)), Op{Kind: Sync, Path: ".", Since: 1})
	shapes := map[string]bool{}
	for _, s := range outcomes(d) {
		var shape strings.Builder
		content := strings.TrimPrefix(s, "a=")
		for _, i := range []int{499, 511, 512, 1023, 1024} {
			if i < len(content) {
				shape.WriteByte(content[i])
			}
		}
		shapes[shape.String()] = true
	}
	for _, want := range []string{"", ".x", ".xxx", ".xxxx", "..xxx", "....x", ".x..x", "..xx"} {
		if !shapes[want] {
			t.Errorf("no crash leaves %q of the blocks; there are %v", want, shapes)
		}
		delete(shapes, want)
	}
	if len(shapes) > 0 {
		t.Errorf("blocks came out as %v", shapes)
	}
}

func TestNow(t *testing.T) {
	t.Parallel()
	d := applied(t, Strict, mkdir("d"), create("d/a"), write("d/a", 1, "12"), Op{Kind: Reserve, Path: "d/a", Size: 4}, resize("d/a", 5), write("d/a", 0, "0"), rename("d/a", "d/b"))
	dir := filepath.Join(t.TempDir(), "new")
	if err := d.Now().Write(dir); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "d", "b")); err != nil || string(b) != "012\x00\x00" {
		t.Errorf("%q, %v", b, err)
	}
	if got, want := tree(d.Now()), "d/b=012.."; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Op{write("a", 0, "1"), rename("a", "b"), syncSince("a", 0), create("d/a"), write(".", 0, "1")} {
		if err := NewDisk(Strict).Apply(o); err == nil {
			t.Errorf("%s %s of nothing is applied", o.Kind, o.Path)
		}
	}
	if err := applied(t, Strict, create("a"), mkdir("d")).Apply(rename("a", "d/a")); err == nil {
		t.Error("a move is applied")
	}
}
