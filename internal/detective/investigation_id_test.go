package detective

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNextInvestigationID(t *testing.T) {
	t.Parallel()
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	f := func(last string, now time.Time, want string) {
		t.Helper()
		got, err := nextInvestigationID(last, now)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("nextInvestigationID(%q, %d) = %q, %v; want %q", last, now.UnixMilli(), got, err, want)
		}
	}
	f("", at(1777896000123), "177789600012300000000")
	f("177789600012300000000", at(1777896000124), "177789600012400000000")
	f("177789600012300000000", at(1777896000123), "177789600012300000001")
	f("177789600012300000007", at(0), "177789600012300000008") // the clock went back
	f("177789600012399999999", at(1777896000123), "177789600012400000000")
	f("", at(-5), "000000000000000000000")
	f("999999999999999999999", at(0), "")
	f("17", at(0), "")
	f("17778960001230000000x", at(0), "")
	f("x7778960001230000000x", at(0), "")
}

func TestInvestigationIDsGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		last := ""
		for _, ms := range rapid.SliceOfN(rapid.Int64Range(0, 9_000_000_000_000), 1, 50).Draw(t, "clock") {
			id, err := nextInvestigationID(last, time.UnixMilli(ms))
			if err != nil || len(id) != 21 || id <= last {
				t.Fatalf("after %q at %d comes %q, %v", last, ms, id, err)
			}
			last = id
		}
	})
}
