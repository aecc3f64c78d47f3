package warehouse_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	var c warehouse.Counts
	c.Add(warehouse.Failure, -5, 2)
	c.Add(warehouse.Success, 10, 1)
	c.Add(warehouse.Denied, -7, 4)
	c.Add(warehouse.Outcome(9), 3, 1) // unknown outcomes are failures
	want := warehouse.Counts{Success: 1, Failure: 3, Denied: 4, First: -7, Last: 10}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if c.Total() != 8 || c.Failed() != 7 {
		t.Errorf("Total %d, Failed %d; want 8 and 7", c.Total(), c.Failed())
	}
	if got := c.FirstTime().String(); got != "1969-12-31 23:59:53 +0000 UTC" {
		t.Errorf("FirstTime = %s", got)
	}
	d := c
	d.Merge(warehouse.Counts{Denied: 1, First: 0, Last: 20})
	if want := (warehouse.Counts{Success: 1, Failure: 3, Denied: 5, First: -7, Last: 20}); d != want {
		t.Errorf("Merge = %+v; want %+v", d, want)
	}
	// Nothing counted has no first time.
	var e warehouse.Counts
	e.Merge(c)
	if e != c {
		t.Errorf("Merge into nothing = %+v; want %+v", e, c)
	}
}
