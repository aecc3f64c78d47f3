package warehouse_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestFlowPeerMerge(t *testing.T) {
	t.Parallel()
	key := warehouse.FlowPeerKey{Day: 1, Peer: 2}
	f := warehouse.FlowPeer{FlowPeerKey: key, Hours: 1 << 23, Traffic: warehouse.Traffic{Records: 1, Packets: 10, Bytes: math.MaxUint64 - 5}}
	f.Merge(warehouse.FlowPeer{FlowPeerKey: key, Hours: 1<<23 | 1, Traffic: warehouse.Traffic{Records: 2, Packets: 5, Bytes: 5}})
	want := warehouse.FlowPeer{FlowPeerKey: key, Hours: 1<<23 | 1, Traffic: warehouse.Traffic{Records: 3, Packets: 15, Bytes: math.MaxUint64}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	f.Merge(warehouse.FlowPeer{FlowPeerKey: key, Hours: 2, Traffic: warehouse.Traffic{Records: 1, Packets: math.MaxUint64, Bytes: 1}})
	want = warehouse.FlowPeer{FlowPeerKey: key, Hours: 1<<23 | 3, Traffic: warehouse.Traffic{Records: 4, Packets: math.MaxUint64, Bytes: math.MaxUint64}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("what 64 bits cannot hold (-want +got):\n%s", diff)
	}
}

// TestInDay: the hours of a day are the 24 lowest bits, before 1970 too.
func TestInDay(t *testing.T) {
	t.Parallel()
	for _, day := range []warehouse.Day{-2, -1, 0, 20_000} {
		for n := range warehouse.Hour(24) {
			if got, want := (warehouse.Hour(day)*24 + n).InDay(), warehouse.HourSet(1)<<n; got != want {
				t.Errorf("hour %d of day %d: %b; want %b", n, day, got, want)
			}
		}
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
