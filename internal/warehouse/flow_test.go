package warehouse_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestFlowMerge(t *testing.T) {
	t.Parallel()
	key := warehouse.FlowKey{Hour: 1, Peer: 2}
	f := warehouse.Flow{FlowKey: key, Records: 1, Packets: 10, Bytes: math.MaxUint64 - 5, First: 100, Last: 200}
	f.Merge(warehouse.Flow{FlowKey: key, Records: 2, Packets: 5, Bytes: 5, First: 50, Last: 150})
	want := warehouse.Flow{FlowKey: key, Records: 3, Packets: 15, Bytes: math.MaxUint64, First: 50, Last: 200}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	f.Merge(warehouse.Flow{FlowKey: key, Records: 1, Packets: math.MaxUint64, Bytes: 1, First: 60, Last: 300})
	want = warehouse.Flow{FlowKey: key, Records: 4, Packets: math.MaxUint64, Bytes: math.MaxUint64, First: 50, Last: 300}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("what 64 bits cannot hold (-want +got):\n%s", diff)
	}
}

func TestOriginString(t *testing.T) {
	t.Parallel()
	f := func(o warehouse.Origin, want string) {
		t.Helper()
		if got := o.String(); got != want {
			t.Errorf("Origin(%d).String() = %q; want %q", o, got, want)
		}
	}
	f(1, "cloudtrail")
	f(2, "vpcflow")
	f(3, "guardduty")
	f(4, "eksaudit")
	f(5, "asff")
	f(0, "unknown")
	f(6, "unknown")
}
