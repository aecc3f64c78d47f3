package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/test/crash/powerloss"
)

// pushed is a graph that logs are pushed into: part of a corpus is in, so that
// the accounts are members, and the others are bodies of pushes.
type pushed struct {
	left   powerloss.Files // the data folder that each try begins with
	bodies [][]byte
}

// senders push at the same time, so that a commit has more than one body.
const senders = 32

// TestKilledServer kills a server that is pushed to. What it answered with 200
// is there when it is started again; what it did not answer is pushed again,
// with some that it did answer, and counts once.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	need(t, "strace")
	p := newPushed(t)
	want, took := p.undisturbed(t)
	rnd := rand.New(rand.NewPCG(1, 4))
	n := count(2, 60)
	kills, answered, again := 0, 0, 0
	for graph := 0; kills < n; graph++ {
		data := p.start(t)
		there := map[string]bool{} // objects that were answered for
		todo := p.bodies
		for range min(1+rnd.IntN(3), n-kills) {
			result := p.kill(t, data, took, todo, rnd)
			for _, object := range result.answered {
				there[object] = true
			}
			todo = result.failed
			kills++
			checkPushed(t, data, there)
			for _, body := range p.bodies {
				if rnd.IntN(8) == 0 {
					todo, again = append(todo, body), again+1
				}
			}
		}
		answered += len(there)
		s := serve(t, program, p.serve(data)...)
		if rest := push(t, s.url, todo); len(rest.failed) > 0 {
			t.Errorf("%d bodies cannot be pushed after a restart", len(rest.failed))
		}
		p.end(t, s, data)
		checkState(t, data, want)
		if t.Failed() {
			keep(t, data)
			t.Fatalf("graph %d, after %d kills in all", graph, kills)
		}
		_ = os.RemoveAll(filepath.Dir(data))
	}
	if answered == 0 {
		t.Error("no push was answered before a kill")
	}
	t.Logf("%d kills, %d pushes answered before them, %d pushed again at random", kills, answered, again)
}

// newPushed reads one part of a corpus; the files of the other are the bodies.
func newPushed(t *testing.T) *pushed {
	t.Helper()
	c := newCorpus(t, 0, 1500, 2)
	data := filepath.Join(folder(t), dataFolder)
	ingest(t, data, c.parts[0])
	p := &pushed{left: contents(t, data)}
	for _, path := range files(t, c.parts[1]) {
		if strings.Contains(path, "/GuardDuty/") {
			continue // Security Hub has them too, and which came first would show
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p.bodies = append(p.bodies, b)
	}
	return p
}

// start returns a new data folder to push into.
func (p *pushed) start(t *testing.T) string {
	t.Helper()
	data := filepath.Join(folder(t), dataFolder)
	if err := p.left.Write(data); err != nil {
		t.Fatal(err)
	}
	return data
}

func (p *pushed) serve(data string) []string {
	return []string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--dev"}
}

// undisturbed pushes all bodies and returns the state that this ends in, and
// how long it took.
func (p *pushed) undisturbed(t *testing.T) (state, time.Duration) {
	t.Helper()
	data := p.start(t)
	began := time.Now()
	s := serve(t, program, p.serve(data)...)
	if result := push(t, s.url, p.bodies); len(result.failed) > 0 {
		t.Fatalf("%d of %d bodies cannot be pushed", len(result.failed), len(p.bodies))
	}
	took := time.Since(began)
	p.end(t, s, data)
	return stateOf(t, data), took
}

// end ends a server by SIGTERM.
func (p *pushed) end(t *testing.T, s *server, data string) {
	t.Helper()
	signal(t, data, syscall.SIGTERM)
	if err := s.wait(); err != nil {
		t.Errorf("a server that was pushed to ends with: %v", err)
	}
}

// kill pushes bodies at a server that is killed: after a random time, or in a
// system call that changes a file, or at last when all are answered.
func (p *pushed) kill(t *testing.T, data string, took time.Duration, bodies [][]byte, rnd *rand.Rand) pushResult {
	t.Helper()
	line := append([]string{program}, p.serve(data)...)
	inCall := rnd.IntN(2) == 0
	if inCall {
		call := []string{"fsync", "pwrite64", "write"}[rnd.IntN(3)]
		line = traced("/dev/null", call, []string{"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, 1+rnd.IntN(60))}, p.serve(data)...)
	}
	after := time.Duration(rnd.Int64N(int64(took)))
	s, _ := tryServe(t, line[0], line[1:]...)
	if s == nil {
		return pushResult{failed: slices.Clone(bodies)}
	}
	if !inCall {
		timer := time.AfterFunc(after, func() { _ = s.cmd.Process.Kill() })
		defer timer.Stop()
	}
	result := push(t, s.url, bodies)
	if len(result.failed) == 0 {
		signal(t, data, syscall.SIGKILL) // what is answered is there without a proper end, too
	}
	_ = s.wait() // killed
	return result
}

// checkPushed opens what a killed server left and checks that it is whole and
// has the objects that were answered for.
func checkPushed(t *testing.T, data string, there map[string]bool) {
	t.Helper()
	gumshoe(t, "graph", "status", "--data", data)
	g := openGraph(t, data)
	defer g.close(t)
	g.checkWhole(t)
	rows := g.rows(t, "SELECT DISTINCT uri FROM ledger WHERE done")
	for _, object := range slices.Sorted(maps.Keys(there)) {
		if !slices.Contains(rows, object) {
			t.Errorf("%s was answered with 200 and is lost", object)
		}
	}
}

// pushResult says what became of bodies.
type pushResult struct {
	answered []string // objects
	failed   [][]byte // without an answer
}

// push pushes bodies from several senders until all are answered or the
// server is gone. An answer other than 200 is a failure of the test.
func push(t *testing.T, url string, bodies [][]byte) (result pushResult) {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: senders}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(senders)
	for _, body := range bodies {
		g.Go(func() error {
			object, status, err := pushOne(t.Context(), client, url, body)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				result.failed = append(result.failed, body)
			case status != http.StatusOK:
				t.Errorf("a push is answered with %d: %s", status, object)
			default:
				result.answered = append(result.answered, object)
			}
			return nil
		})
	}
	_ = g.Wait() // none fails
	return result
}

// pushOne returns the name of the object that a body became, or the whole
// answer when it is not 200.
func pushOne(ctx context.Context, client *http.Client, url string, body []byte) (object string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/ingest/v1/auto", bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Authorization", "Bearer "+account+":any")
	answer, err := client.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return string(b), answer.StatusCode, err
	}
	var said struct {
		Object                            string
		Seen, Stored, Duplicate, Rejected int64
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return "", 0, err
	}
	if said.Rejected > 0 || said.Seen != said.Stored+said.Duplicate {
		return string(b), http.StatusTeapot, nil
	}
	return said.Object, answer.StatusCode, nil
}

// account is the administrator account of the graph that ingest makes when
// nobody names one.
const account = "000000000000"
