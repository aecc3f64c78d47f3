package audit

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// After a crash between any two steps each record is there once.
func TestCrashPoints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, Options{})
	write(t, l, "a", "b")
	if err := l.Rotate(); err != nil {
		t.Fatal(err)
	}
	write(t, l, "c", "d")

	states := map[string]string{} // folders by what has happened in them
	keep := func(after string) {
		t.Helper()
		states[after] = t.TempDir()
		if err := os.CopyFS(states[after], os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	keep("0 write")
	if done, err := l.setAside(); !done || err != nil {
		t.Fatal(done, err)
	}
	keep("1 rename")
	n, err := list(dir)
	if err != nil || len(n.pending) != 1 {
		t.Fatal(n, err)
	}
	f := finisher{dir: dir, pending: n.pending[0]}
	for i, step := range f.steps() {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		keep(fmt.Sprintf("step %d", i))
	}
	// Packing was interrupted.
	states["half"] = t.TempDir()
	if err := os.CopyFS(states["half"], os.DirFS(states["step 0"])); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(states["half"], asideName(f.pending)), 40); err != nil {
		t.Fatal(err)
	}
	// Two more steps each: the calls that came while the file was packed, and
	// a second crash right after the first.
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := Open(state, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want(t, []string{"a", "b", "c", "d"}, onlyFinished(t, state))
			write(t, l, "e")
			// This process ends here; the next one begins.
			l = open(t, state, Options{})
			want(t, []string{"a", "b", "c", "d", "e"}, onlyFinished(t, state))
			closeLog(t, l)
			want(t, []string{"a", "b", "c", "d", "e"}, onlyFinished(t, state))
		})
		if name == "0 write" {
			continue
		}
		meanwhile := t.TempDir()
		if err := os.CopyFS(meanwhile, os.DirFS(state)); err != nil {
			t.Fatal(err)
		}
		t.Run(name+" and a new current file", func(t *testing.T) {
			t.Parallel()
			line, err := encode(call("e"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(meanwhile, currentName), line, 0o600); err != nil {
				t.Fatal(err)
			}
			closeLog(t, open(t, meanwhile, Options{}))
			want(t, []string{"a", "b", "c", "d", "e"}, onlyFinished(t, meanwhile))
		})
	}
}

// What power loss leaves at the end of a file costs no other record.
func TestTornLines(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, id := range []string{"a", "b", "c"} {
		line, err := encode(call(id))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	whole := strings.Join(lines, "")
	f := func(name, content string, ids ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, currentName), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			closeLog(t, open(t, dir, Options{}))
			want(t, ids, onlyFinished(t, dir))
		})
	}
	last := len(whole) - len(lines[2])
	for _, cut := range []int{0, 1, 100, len(lines[2]) - 2} {
		f(fmt.Sprintf("cut after %d bytes", cut), whole[:last+cut], "a", "b")
	}
	f("no line end", whole[:len(whole)-1], "a", "b", "c")
	f("zeros", whole+strings.Repeat("\x00", 4096), "a", "b", "c")
	f("a whole block of zeros in the middle", lines[0]+strings.Repeat("\x00", 4096)+"\n"+lines[2], "a", "c")
	f("an endless line", lines[0]+strings.Repeat("x", 3*maxRecord)+"\n"+lines[2], "a", "c")
	f("an endless last line", lines[0]+"{"+strings.Repeat(" ", 3*maxRecord), "a")
	f("not an object", lines[0]+"[]\nnull\n\n"+lines[2], "a", "c")
	f("nothing whole", lines[0][:50])
}

// kill is set for the process that TestKill starts.
const kill = "GUMSHOE_TEST_AUDIT_KILL"

// Every call whose Record has returned is in the log after kill -9, once.
func TestKill(t *testing.T) {
	if dir := os.Getenv(kill); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var promised []string
	for round := range 5 {
		cmd := exec.Command(self, "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), kill+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Somewhere between two lines; where exactly is left to chance.
		in, left := bufio.NewScanner(out), 100+97*round
		for in.Scan() {
			if id, ok := strings.CutPrefix(in.Text(), "recorded "); ok {
				promised = append(promised, fmt.Sprintf("%d-%s", cmd.Process.Pid, id))
			} else {
				t.Error(in.Text())
			}
			if left--; left == 0 {
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
	}
	if len(promised) < 1000 {
		t.Fatalf("only %d records were promised", len(promised))
	}
	closeLog(t, open(t, dir, Options{}))
	got := onlyFinished(t, dir)
	if unique := slices.Compact(slices.Clone(got)); len(unique) != len(got) {
		t.Errorf("%d records are doubled", len(got)-len(unique))
	}
	for _, id := range promised {
		if _, ok := slices.BinarySearch(got, id); !ok {
			t.Errorf("%s is lost", id)
		}
	}
	// At most one of each process was written and not promised.
	if len(got) > len(promised)+5 {
		t.Errorf("%d records of %d promised ones", len(got), len(promised))
	}
}

func writeUntilKilled(t *testing.T, dir string) {
	l, err := Open(dir, Options{MaxFileBytes: 10 << 10})
	for n := 0; err == nil; n++ {
		id := fmt.Sprint(n)
		if err = l.Record(call(fmt.Sprintf("%d-%s", os.Getpid(), id))); err == nil {
			_, err = fmt.Println("recorded " + id)
		}
	}
	t.Fatal(err)
}

// A disk that is full is told of, and what was half written then costs no
// record that comes later.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no full disk to test with: %v", err)
	}
	dir := t.TempDir()
	l := open(t, dir, Options{})
	write(t, l, "a")
	healthy := l.file
	l.file = full
	if err := l.Record(call("b")); !errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrUnfinished) {
		t.Errorf("got the error %v", err)
	}
	// The disk had room for a part.
	line, err := encode(call("b"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := healthy.Write(line[:100]); err != nil {
		t.Fatal(err)
	}
	full.Close()
	l.file, l.torn = healthy, true
	write(t, l, "c", "d")
	closeLog(t, l)
	want(t, []string{"a", "c", "d"}, onlyFinished(t, dir))
}

// A write that fails in the middle of a line leaves a torn file.
func TestShortWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, Options{})
	write(t, l, "a")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// A pipe takes 64 KiB; then its reader goes away.
	big := call("b")
	big.Parameters = []byte(`"` + strings.Repeat("x", 200<<10) + `"`)
	healthy := l.file
	l.file = w
	go func() {
		_, _ = r.Read(make([]byte, 1))
		r.Close()
	}()
	if err := l.Record(big); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got the error %v", err)
	}
	w.Close()
	if !l.torn {
		t.Error("the file is not taken for torn")
	}
	l.file = healthy
	write(t, l, "c")
	if l.torn {
		t.Error("the file is still taken for torn")
	}
	closeLog(t, l)
	want(t, []string{"a", "c"}, onlyFinished(t, dir))
}

// A file that cannot be finished hinders neither the records nor the other
// files, and is not forgotten.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &clock{at}
	l := open(t, dir, Options{MaxFileBytes: 1, Now: c.Now})
	broken := filepath.Join(dir, pendingName(at)) // a folder cannot be read
	if err := os.Mkdir(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, l, "a")
	if err := l.Record(call("b")); !errors.Is(err, ErrUnfinished) || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("Record: %v", err)
	}
	if err := l.Rotate(); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("Rotate: %v", err)
	}
	if err := l.Close(); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("Close: %v", err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("Open: %v", err)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	closeLog(t, open(t, dir, Options{}))
	want(t, []string{"a", "b"}, onlyFinished(t, dir))
}

// A folder that is gone is told of.
func TestFolderGone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "audit")
	l := open(t, dir, Options{MaxFileBytes: 1})
	write(t, l, "a")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := l.Record(call("b")); !errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrUnfinished) {
		t.Errorf("Record: %v", err)
	}
	if err := l.Close(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Close: %v", err)
	}
}
