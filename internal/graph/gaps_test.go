package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// at is a time on a day of March 2026, which begins on a Sunday.
func at(day, hour, minute, second int) time.Time {
	return time.Date(2026, 3, day, hour, minute, second, 0, time.UTC)
}

func TestGapString(t *testing.T) {
	t.Parallel()
	f := func(g Gap, want string) {
		t.Helper()
		if got := g.String(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	f(Gap{Account: "111122223333", From: at(4, 10, 0, 0), To: at(4, 13, 0, 0), Detail: "no records"},
		"2026-03-04 10:00 to 13:00 UTC 111122223333: no records")
	f(Gap{Account: "111122223333", Region: "us-east-2", From: at(4, 10, 1, 31), To: at(6, 13, 0, 0), Detail: "x"},
		"2026-03-04 10:01:31 to 2026-03-06 13:00:00 UTC 111122223333 in us-east-2: x")
	f(Gap{From: at(4, 10, 0, 0), To: at(4, 10, 0, 0), Detail: "and 1 more gap"},
		"2026-03-04 10:00 to 10:00 UTC and 1 more gap")
	f(Gap{Account: "1", Region: "a\x1b[31m\nb", From: at(4, 0, 0, 0), To: at(5, 0, 0, 0), Detail: "é\u202e\xff"},
		"2026-03-04 00:00 to 2026-03-05 00:00 UTC 1 in a\ufffd[31m\ufffdb: é\ufffd\ufffd")
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 hours", 1: "1 hour", 999: "999 hours", 1000: "1,000 hours", 123456: "123,456 hours", 1234567: "1,234,567 hours"} {
		if got := count(n, "hour"); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// Of too many gaps those that say most are kept, and the rest is counted.
func TestTooManyGaps(t *testing.T) {
	t.Parallel()
	gap := func(kind GapKind, day, hours int) Gap {
		return Gap{Account: "1", Kind: kind, From: at(day, 0, 0, 0), To: at(day, hours, 0, 0)}
	}
	gaps := []Gap{
		gap(FilesMissing, 9, 40), gap(DigestMissing, 2, 1), gap(SilentHours, 8, 5), gap(SilentHours, 1, 4), gap(SilentHours, 5, 3),
		gap(ChainBroken, 7, 1), gap(LoggingStopped, 6, 1),
	}
	got := bound(slices.Clone(gaps), 4)
	want := []Gap{gap(SilentHours, 1, 4), gap(LoggingStopped, 6, 1), gap(ChainBroken, 7, 1), gap(SilentHours, 8, 5),
		{Kind: MoreGaps, From: at(2, 0, 0, 0), To: at(10, 16, 0, 0), Left: 3, Detail: "and 3 more gaps"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := bound(slices.Clone(gaps), len(gaps)); len(got) != len(gaps) || !slices.IsSortedFunc(got, func(a, b Gap) int { return a.From.Compare(b.From) }) {
		t.Error(got)
	}
}

func TestDefaultMost(t *testing.T) {
	t.Parallel()
	in := Input{Ingested: func(string) bool { return false }}
	for i := range int64(DefaultMost + 5) { // every other hour
		in.Digests = append(in.Digests, warehouse.Digest{Account: "1", From: i * 7200, To: i*7200 + 3600, Object: fmt.Sprint(i), Previous: fmt.Sprint(i - 1), Files: []string{"x"}})
	}
	got := FindGaps(in)
	if n := len(got); n != DefaultMost+1 || got[n-1].Left != DefaultMost+9 {
		t.Errorf("%d gaps, then %+v", n, got[n-1])
	}
	if got := FindGaps(Input{}); len(got) != 0 {
		t.Error(got)
	}
}

// lines renders gaps for comparison.
func lines(gaps []Gap) string {
	var b strings.Builder
	for _, g := range gaps {
		fmt.Fprintf(&b, "%s %s", g.Kind, g)
		if g.Files > 0 {
			fmt.Fprintf(&b, " [%d]", g.Files)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
