package crash

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ingest reads logs to the end.
func ingest(t *testing.T, data string, logs ...string) {
	t.Helper()
	gumshoe(t, append([]string{"ingest", "--data", data, "--enroll"}, logs...)...)
}

// undisturbed reads all of a corpus in one go and returns the state that
// every other way must end in, how long reading took and in how many batches.
func undisturbed(t *testing.T, c *corpus) (state, time.Duration, int) {
	t.Helper()
	data := filepath.Join(folder(t), "d")
	began := time.Now()
	ingest(t, data, c.dir)
	took := time.Since(began)
	s := stateOf(t, data)
	if s.Status.Totals["stored"] == 0 || s.Status.Totals["rejected"] != 0 || s.Status.Totals["duplicate"] == 0 {
		t.Fatalf("the corpus is not fit for these tests: %+v", s.Status)
	}
	g := openGraph(t, data)
	defer g.close(t)
	return s, took, len(g.rows(t, "SELECT id FROM batch"))
}

// What the tests compare does not depend on how the logs were divided.
func TestInParts(t *testing.T) {
	t.Parallel()
	c := newCorpus(t, 500, 1000, 2)
	want, _, _ := undisturbed(t, c)
	data := filepath.Join(folder(t), "d")
	for i, part := range c.parts {
		ingest(t, data, part)
		if s := stateOf(t, data); cmp.Equal(want, s) != (i == len(c.parts)-1) {
			t.Errorf("after part %d:\n%.4000s", i, cmp.Diff(want, s))
		}
	}
	ingest(t, data, c.dir)
	checkState(t, data, want)
}
