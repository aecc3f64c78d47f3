package audit

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var at = time.Date(2026, 11, 23, 15, 7, 1, 999, time.UTC)

// clock is a clock that tests set.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// call is a call like any other, with the event id id.
func call(id string) Call {
	return Call{
		Time: at, EventID: id, RequestID: "request-" + id, Operation: "GetMembers", Region: "eu-west-1",
		AccountID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccessKeyID: "AKIAIOSFODNN7EXAMPLE",
		RecipientAccountID: "111122223333", SourceIP: "192.0.2.7", UserAgent: "aws-cli/2.17.32", ReadOnly: true,
		Parameters: []byte(`{"AccountIds":["444455556666"],"GraphArn":"arn:aws:detective:eu-west-1:111122223333:graph:0123456789abcdef0123456789abcdef"}`),
	}
}

func open(t *testing.T, dir string, o Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func write(t *testing.T, l *Log, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := l.Record(call(id)); err != nil {
			t.Fatal(err)
		}
	}
}

func closeLog(t *testing.T, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// finished returns the event ids in the finished files of dir, a list a file,
// files by name. It fails the test for a file that is not whole.
func finished(t *testing.T, dir string) [][]string {
	t.Helper()
	n, err := list(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, name := range n.finished {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f.Close()
		var doc struct {
			Records []struct{ EventID string }
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var ids []string
		for _, r := range doc.Records {
			ids = append(ids, r.EventID)
		}
		all = append(all, ids)
	}
	return all
}

// onlyFinished fails the test when anything but finished files lies in dir,
// and returns their event ids, sorted.
func onlyFinished(t *testing.T, dir string) []string {
	t.Helper()
	for _, name := range ls(t, dir) {
		if !finalForm.MatchString(name) {
			t.Errorf("there is %s", name)
		}
	}
	ids := slices.Concat(finished(t, dir)...)
	slices.Sort(ids)
	return ids
}

func ls(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func want[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "audit")
	c := &clock{at}
	l := open(t, dir, Options{Now: c.Now})
	write(t, l, "a", "b")
	want(t, []string{currentName}, ls(t, dir))
	text, err := os.ReadFile(filepath.Join(dir, currentName))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != 2 || !strings.HasSuffix(string(text), "\n") {
		t.Errorf("current.jsonl has %d lines:\n%s", n, text)
	}
	closeLog(t, l)
	closeLog(t, l)
	want(t, []string{"a", "b"}, onlyFinished(t, dir))
	if name := ls(t, dir)[0]; !strings.HasPrefix(name, "gumshoe_CloudTrail_all-regions_20261123T150701Z_") || len(name) != len("gumshoe_CloudTrail_all-regions_20261123T150701Z_0123456789ABCDEF.json.gz") {
		t.Errorf("the file is called %s", name)
	}
	for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, ls(t, dir)[0]): 0o600} {
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, %v", path, fi.Mode(), err)
		}
	}
	for name, err := range map[string]error{"Record": l.Record(call("c")), "Rotate": l.Rotate()} {
		if err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}

// Files are not made of nothing.
func TestNoEmptyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		l := open(t, dir, Options{})
		if err := l.Rotate(); err != nil {
			t.Error(err)
		}
		closeLog(t, l)
		want(t, nil, ls(t, dir))
		// What a crash right after the first Record's open leaves.
		if err := os.WriteFile(filepath.Join(dir, currentName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, open(t, dir, Options{}))
	want(t, nil, ls(t, dir))
}

func TestRotation(t *testing.T) {
	t.Parallel()
	line, err := encode(call("a"))
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, o Options, act func(t *testing.T, l *Log, c *clock), files [][]string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c := &clock{at}
			o.Now = c.Now
			l := open(t, dir, o)
			act(t, l, c)
			closeLog(t, l)
			onlyFinished(t, dir)
			want(t, files, finished(t, dir))
		})
	}
	// Names sort by second, so each record has its own.
	each := func(t *testing.T, l *Log, c *clock, ids ...string) {
		for _, id := range ids {
			write(t, l, id)
			c.now = c.now.Add(time.Second)
		}
	}
	size := int64(len(line))
	f("by size", Options{MaxFileBytes: 2 * size}, func(t *testing.T, l *Log, c *clock) { each(t, l, c, "a", "b", "c", "d", "e") },
		[][]string{{"a", "b"}, {"c", "d"}, {"e"}})
	f("one byte too small", Options{MaxFileBytes: 2*size - 1}, func(t *testing.T, l *Log, c *clock) { each(t, l, c, "a", "b", "c") },
		[][]string{{"a"}, {"b"}, {"c"}})
	f("smaller than a record", Options{MaxFileBytes: 1}, func(t *testing.T, l *Log, c *clock) { each(t, l, c, "a", "b") },
		[][]string{{"a"}, {"b"}})
	f("by age", Options{MaxFileAge: 10 * time.Second}, func(t *testing.T, l *Log, c *clock) {
		each(t, l, c, "a")
		c.now = at.Add(10*time.Second - 1)
		write(t, l, "b")
		c.now = at.Add(10 * time.Second)
		write(t, l, "c") // begins a file of its own age
		c.now = at.Add(20*time.Second - 1)
		write(t, l, "d")
	}, [][]string{{"a", "b"}, {"c", "d"}})
	f("by Rotate", Options{}, func(t *testing.T, l *Log, c *clock) {
		each(t, l, c, "a", "b")
		for range 2 {
			if err := l.Rotate(); err != nil {
				t.Error(err)
			}
			c.now = c.now.Add(time.Second)
		}
		write(t, l, "c")
	}, [][]string{{"a", "b"}, {"c"}})
}

func TestKeepBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &clock{at}
	run := func(keep int64, ids ...string) {
		t.Helper()
		l := open(t, dir, Options{KeepBytes: keep, MaxFileBytes: 1, Now: c.Now})
		for _, id := range ids {
			write(t, l, id)
			c.now = c.now.Add(time.Second)
		}
		closeLog(t, l)
	}
	run(0, "a", "b", "c", "d")
	want(t, [][]string{{"a"}, {"b"}, {"c"}, {"d"}}, finished(t, dir))
	// Files that are not ours neither count nor go.
	other := filepath.Join(dir, "0_CloudTrail.json.gz")
	if err := os.WriteFile(other, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, name := range ls(t, dir)[1:] {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		size = max(size, fi.Size())
	}
	run(2*size+size/2, "e")
	want(t, [][]string{{"d"}, {"e"}}, finished(t, dir))
	run(1, "f") // less than a file
	want(t, [][]string{{"f"}}, finished(t, dir))
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file: %v", err)
	}
	for _, o := range []Options{{MaxFileBytes: -1}, {MaxFileAge: -1}, {KeepBytes: -1}} {
		if _, err := Open(t.TempDir(), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// Nothing of what many write at once is lost, doubled or mixed up.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, Options{MaxFileBytes: 20 << 10})
	const writers, each = 8, 250
	errs := make(chan error, writers)
	var all []string
	for w := range writers {
		var ids []string
		for n := range each {
			ids = append(ids, fmt.Sprintf("%d-%03d", w, n))
		}
		all = append(all, ids...)
		go func() {
			for n, id := range ids {
				err := l.Record(call(id))
				if n%100 == 99 && err == nil {
					err = l.Rotate()
				}
				if err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	closeLog(t, l)
	want(t, all, onlyFinished(t, dir))
	if n := len(ls(t, dir)); n < 50 {
		t.Errorf("%d files: it was hardly rotated", n)
	}
}
