package crash

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/test/crash/powerloss"
)

// recording is the journal of a data folder from nothing to the end of its
// logs, with what the program acknowledged on the way.
type recording struct {
	journal powerloss.Journal
	acks    []ack
	corpus  *corpus
}

// ack says that a part of the corpus was acknowledged as read at a time.
type ack struct {
	at   time.Time
	part string
}

// dataFolder is the data folder's name below the journal's root, so that its
// own name is part of the journal.
const dataFolder = "d"

// record reads a corpus under strace: two parts by a command each, which make
// the folder and open it again, the others into a running server, which
// writes many batches before it closes the graph.
func record(t *testing.T, c *corpus) *recording {
	t.Helper()
	need(t, "strace")
	root := filepath.Join(folder(t), "disk")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, dataFolder)
	r := &recording{journal: powerloss.Journal{Root: root}, corpus: c}
	traces := folder(t)
	command := func(args ...string) (line []string, trace string) {
		trace = filepath.Join(traces, fmt.Sprint(len(r.journal.Ops)))
		return powerloss.Strace(trace, program, args...), trace
	}
	for _, part := range c.parts[:2] {
		line, trace := command("ingest", "--data", data, "--enroll", part)
		if out, err := exec.CommandContext(t.Context(), line[0], line[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("ingest under strace: %v\n%s", err, out)
		}
		r.acks = append(r.acks, ack{time.Now(), part})
		r.read(t, trace)
	}
	line, trace := command("serve", "--data", data, "--listen", "127.0.0.1:0")
	server := serve(t, line[0], line[1:]...)
	for _, part := range c.parts[2:] {
		ingest(t, data, part)
		r.acks = append(r.acks, ack{time.Now(), part})
	}
	signal(t, data, syscall.SIGTERM)
	if err := server.wait(); err != nil {
		t.Fatalf("the server under strace: %v", err)
	}
	r.read(t, trace)
	r.check(t)
	return r
}

// read appends a trace to the journal and removes it.
func (r *recording) read(t *testing.T, trace string) {
	t.Helper()
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := r.journal.Read(f); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(trace); err != nil {
		t.Fatal(err)
	}
}

// check compares the journal's files with those that are really there: a call
// that it missed or misread would make another file.
func (r *recording) check(t *testing.T) {
	t.Helper()
	want, got := contents(t, r.journal.Root), r.disk(t, powerloss.Strict, len(r.journal.Ops)).Now()
	for name := range want {
		if !bytes.Equal(want[name], got[name]) {
			t.Errorf("the journal misses something of %s: %d bytes, should be %d", name, len(got[name]), len(want[name]))
		}
		delete(got, name)
	}
	for name, b := range got {
		if b != nil && !strings.HasSuffix(name, sharedMemory) {
			t.Errorf("only the journal has %s, with %d bytes", name, len(b))
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// sharedMemory ends the names of files by which SQLite's processes share
// memory; their content means nothing after a crash.
const sharedMemory = "-shm"

// contents returns the regular files below a folder.
func contents(t *testing.T, dir string) powerloss.Files {
	t.Helper()
	found := powerloss.Files{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, sharedMemory) {
			return err
		}
		b, err := os.ReadFile(path)
		name, rel := filepath.Rel(dir, path)
		found[filepath.Dir(name)] = nil
		found[name] = b
		return firstError(err, rel)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// disk returns the disk after the first n ops.
func (r *recording) disk(t *testing.T, rules powerloss.Rules, n int) *powerloss.Disk {
	t.Helper()
	d := powerloss.NewDisk(rules)
	for _, o := range r.journal.Ops[:n] {
		if err := d.Apply(o); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// acknowledged returns the parts that were acknowledged before op n returned.
func (r *recording) acknowledged(n int) (parts []string) {
	for _, a := range r.acks {
		if n == len(r.journal.Ops) || a.at.Before(r.journal.Ops[n].At) {
			parts = append(parts, a.part)
		}
	}
	return parts
}
