package crash

import (
	"bytes"
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
	log := ""
	for name := range left {
		if strings.HasSuffix(name, "graph.duckdb.wal") {
			log = name
		}
	}
	if len(left[log]) == 0 {
		t.Fatal("the killed server left no log")
	}
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

// serveAndKill reads a part into a server, kills the server and returns what
// it left.
func serveAndKill(t *testing.T, part string) powerloss.Files {
	t.Helper()
	data := filepath.Join(folder(t), dataFolder)
	gumshoe(t, "graph", "create", "--data", data, "--account", "000000000000")
	server := serve(t, program, "serve", "--data", data, "--listen", "127.0.0.1:0")
	ingest(t, data, part)
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.wait() // killed
	return contents(t, data)
}
