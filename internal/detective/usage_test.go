package detective

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestUsageOf(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 3, 2, 1, 999_999_999, time.UTC)
	day := func(n int) warehouse.Day { return warehouse.Day(20_000 + n) }
	volume := func(account, kind string, n int, bytes int64) warehouse.Volume {
		return warehouse.Volume{Account: account, Kind: kind, Day: day(n), Bytes: bytes, Records: 1}
	}
	got := UsageOf([]warehouse.Volume{
		// Two kinds of one package on one day are one active day.
		volume("111122223333", "cloudtrail", 100, 1000),
		volume("111122223333", "vpcflow", 100, 500),
		volume("111122223333", "cloudtrail", 71, 501),       // the 30th day
		volume("111122223333", "cloudtrail", 70, 1_000_000), // the 31st
		volume("111122223333", "eksaudit", 99, 7),
		volume("111122223333", "asff", 99, 3),
		// Another account's last day is long before.
		volume("444455556666", "cloudtrail", -30_000, 10),
		volume("444455556666", "cloudtrail", -30_001, 20),
	}, now)
	at := time.Date(2026, 5, 4, 3, 2, 1, 999_000_000, time.UTC)
	want := []control.Usage{
		{AccountID: "111122223333", Package: control.SecurityHubFindings, BytesPerDay: 3, Updated: at},
		{AccountID: "111122223333", Package: control.DetectiveCore, BytesPerDay: 1000, Updated: at}, // (1500 + 501) / 2
		{AccountID: "111122223333", Package: control.EKSAudit, BytesPerDay: 7, Updated: at},
		{AccountID: "444455556666", Package: control.DetectiveCore, BytesPerDay: 15, Updated: at},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("UsageOf (-want +got):\n%s", diff)
	}
	if got := UsageOf(nil, now); got != nil {
		t.Errorf("UsageOf(nil) = %v", got)
	}
}
