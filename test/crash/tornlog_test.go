package crash

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/test/crash/powerloss"
)

// TestTornLog puts behind the log of a killed server what a file system may
// have put there when the power failed in the midst of the next commit: the
// log had grown, but what was to be written had not reached the disk.
func TestTornLog(t *testing.T) {
	t.Parallel()
	c := newCorpus(t, 500, 0, 2)
	want, _, _ := undisturbed(t, c)
	left := serveAndKill(t, c.parts[0])
	log := logOf(t, left)
	for _, zeros := range []int{16, 4096, 0, 1, 300_000}[:count(2, 5)] {
		t.Run(fmt.Sprint(zeros, " zeros"), func(t *testing.T) {
			data := filepath.Join(folder(t), dataFolder)
			torn := maps.Clone(left)
			torn[log] = append(bytes.Clone(left[log]), make([]byte, zeros)...)
			if err := torn.Write(data); err != nil {
				t.Fatal(err)
			}
			if out, err := attempt(t, "graph", "status", "--data", data); err != nil {
				t.Fatalf("behind a log of %d bytes: %v\n%s", len(left[log]), err, out)
			}
			checkThere(t, data, c.parts[:1])
			ingest(t, data, c.dir)
			checkState(t, data, want)
		})
	}
}

// TestDamagedLog damages an early entry of a log that holds several batches. To
// cut it there would lose what was acknowledged, so the graph is refused, each
// time that it is opened, and what it holds stays for a repair.
func TestDamagedLog(t *testing.T) {
	t.Parallel()
	c := newCorpus(t, 500, 0, 4)
	left := serveAndKill(t, c.parts...)
	log := logOf(t, left)
	left[log][largeEntry(t, left[log])] ^= 0xff
	data := filepath.Join(folder(t), dataFolder)
	if err := left.Write(data); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		out, err := attempt(t, "graph", "status", "--data", data)
		if err == nil || !strings.Contains(err.Error(), "batches that were committed") || !strings.Contains(err.Error(), tornLog) {
			t.Fatalf("a graph that lost batches with its log is not refused, try %d: %v\n%s", i, err, out)
		}
	}
	there := contents(t, data)
	for name, b := range left {
		if strings.HasSuffix(name, ".parquet") && !bytes.Equal(there[name], b) {
			t.Errorf("%s of a graph that is refused is gone", name)
		}
	}
	if !bytes.Equal(there[filepath.Join(filepath.Dir(log), tornLog)], left[log]) {
		t.Error("the copy of the damaged log is another one")
	}
}

// largeEntry returns the place of a byte within the first large entry of a log.
// An entry has 8 bytes of length and 8 of a checksum before it; how long the
// log's own header is, is tried.
func largeEntry(t *testing.T, log []byte) int {
	t.Helper()
	const head, large = 16, 1024
	for start := range 256 {
		found, at := 0, start
		for at+head <= len(log) {
			size := binary.LittleEndian.Uint64(log[at:])
			if size == 0 || size > uint64(len(log)-at-head) {
				break
			}
			if found == 0 && size > large {
				found = at + head + large/2
			}
			at += head + int(size)
		}
		if at == len(log) && found > 0 {
			return found
		}
	}
	t.Fatal("the log does not consist of entries")
	return 0
}

// logOf returns the path of the database's log, which must not be empty.
func logOf(t *testing.T, left powerloss.Files) string {
	t.Helper()
	for name, b := range left {
		if strings.HasSuffix(name, "graph.duckdb.wal") && len(b) > 0 {
			return name
		}
	}
	t.Fatal("the killed server left no log")
	return ""
}

// serveAndKill reads parts one after the other into a server, kills the server
// and returns what it left.
func serveAndKill(t *testing.T, parts ...string) powerloss.Files {
	t.Helper()
	data := filepath.Join(folder(t), dataFolder)
	gumshoe(t, "graph", "create", "--data", data, "--account", "000000000000")
	server := serve(t, program, "serve", "--data", data, "--listen", "127.0.0.1:0")
	for _, part := range parts {
		ingest(t, data, part)
	}
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.wait() // killed
	return contents(t, data)
}
