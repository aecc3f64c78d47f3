package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// monthlyLogs writes a file with one event for each of n months from the
// first, and returns them.
func monthlyLogs(t *testing.T, first time.Time, n int) []string {
	t.Helper()
	dir := t.TempDir()
	files := make([]string, n)
	for i := range files {
		at := first.AddDate(0, i, 14)
		files[i] = filepath.Join(dir, fmt.Sprintf("%02d.json", i))
		record := fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":"ListBuckets",
			"awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111122223333","sourceIPAddress":"198.51.100.7",
			"userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"ana","arn":"arn:aws:iam::111122223333:user/ana"}}]}`,
			at.Format(time.RFC3339), i)
		if err := os.WriteFile(files[i], []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// A graph of two years: a month goes when it is old both by the newest hour
// and by its import, so that old logs that were read lately stay.
func TestDropOld(t *testing.T) {
	t.Parallel()
	h, err := openHouse(shortDir(t), config{Regions: []string{defaultRegion}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	g, err := h.makeGraph(t.Context(), "111122223333")
	if err != nil {
		t.Fatal(err)
	}
	options, err := h.ingestOptions(t.Context(), g, ingestFlags{})
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	files := monthlyLogs(t, first, 24)
	read := func(file string, at time.Time, copies int) {
		t.Helper()
		options.Now = func() time.Time { return at }
		if s, err := ingest.Run(t.Context(), source.NewFiles(file), options); err != nil || s.Totals.Stored != int64(copies) {
			t.Fatalf("%s: %+v, %v", file, s, err)
		}
	}
	for i, file := range files {
		read(file, first.AddDate(0, i, 20), 1) // each month is read when it is
	}
	objects := int64(24)
	f := func(now time.Time, days int, want string, left int64) {
		t.Helper()
		months, err := dropOld(t.Context(), options.Store, now, days)
		if got := monthNames(months); err != nil || got != want {
			t.Errorf("%v: dropped %q, %v; want %q", now, got, err, want)
		}
		st, err := options.Store.Status(t.Context())
		if err != nil || st.Events != left || st.Objects != objects {
			t.Errorf("%v: %d events and %d objects are left, %v; want %d and %d", now, st.Events, st.Objects, err, left, objects)
		}
	}
	end := time.Date(2025, 12, 21, 0, 0, 0, 0, time.UTC)
	f(end, 3650, "", 24)
	// November 2024 ends 380 days before the newest event, but December's end
	// is 349 before it.
	f(end, 365, "2024-01 2024-02 2024-03 2024-04 2024-05 2024-06 2024-07 2024-08 2024-09 2024-10 2024-11", 13)
	f(end, 365, "", 13)
	// The graph's own time counts, not the clock: it has stood still since.
	f(end.AddDate(5, 0, 0), 365, "", 13)
	// Old logs that were read lately stay, those around them go.
	late := monthlyLogs(t, time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), 1)[0]
	read(late, end, 1)
	objects++
	f(end, 180, "2024-12 2025-01 2025-03 2025-04 2025-05", 9)
	f(end.AddDate(0, 0, 179), 180, "", 9)
	f(end.AddDate(0, 0, 180), 180, "2025-02", 7)
}

// Nothing is dropped of an empty graph, nor where the store cannot answer.
func TestDropOldNothing(t *testing.T) {
	t.Parallel()
	f := func(s fixedStore, want error) {
		t.Helper()
		if months, err := dropOld(t.Context(), s, time.Unix(1e9, 0), 1); len(months) > 0 || !errors.Is(err, want) {
			t.Errorf("%+v: dropped %v, %v; want %v", s, months, err, want)
		}
	}
	data := map[warehouse.Month]time.Time{0: {}}
	f(fixedStore{}, nil)
	f(fixedStore{imported: data}, nil) // no event says what the newest hour is
	f(fixedStore{imported: data, err: errFull}, errFull)
	f(fixedStore{importErr: errFull}, errFull)
}

// fixedStore always says the same, and must drop nothing.
type fixedStore struct {
	imported       map[warehouse.Month]time.Time
	err, importErr error
}

func (s fixedStore) Status(context.Context) (warehouse.Status, error) {
	return warehouse.Status{}, s.err
}

func (s fixedStore) Imported(context.Context) (map[warehouse.Month]time.Time, error) {
	return s.imported, s.importErr
}

func (fixedStore) Drop(context.Context, []warehouse.Month) error { return errors.New("it dropped") }

// When the disk is full is told from what was read lately.
func TestGrowth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
	ago := func(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	object := func(at time.Time, size, stored, seen int64) warehouse.Object {
		return warehouse.Object{At: at, Size: size, Stored: stored, Seen: seen}
	}
	f := func(want string, bytes int64, since time.Time, objects ...warehouse.Object) {
		t.Helper()
		g := growth{now: now, since: since}
		for _, o := range objects {
			g.add(o)
		}
		got := "unknown"
		if daily, ok := g.daily(bytes); ok {
			got = fmt.Sprintf("%.1f", daily)
		}
		if got != want {
			t.Errorf("%v: %s bytes a day, want %s", objects, got, want)
		}
	}
	f("unknown", 1000, ago(30))
	f("unknown", 1000, ago(30), object(ago(0.9), 500, 1, 1))
	f("500.0", 1000, ago(30), object(ago(2), 500, 1, 1))
	f("0.0", 1000, ago(30), object(ago(8), 500, 1, 1))
	// A tenth came in the last week; records that were not stored count not.
	f("14.3", 1000, ago(60), object(ago(30), 900, 1, 1), object(ago(1), 400, 25, 100), object(ago(1), 4000, 0, 9))
	// What was dropped since is not on the disk.
	f("142.9", 1000, ago(7), object(ago(300), 900, 1, 1), object(ago(6), 100, 1, 1))

	daily, left := 1e6, 12.4
	for want, e := range map[string]diskEntry{
		"5.0 GB free, full in an unknown time: there is less than a day of history": {FreeBytes: 5e9},
		"5.0 GB free, nothing was read in the last 7 days":                          {FreeBytes: 5e9, DailyBytes: new(float64)},
		"5.0 GB free, full in 12 days at the 1.0 MB a day of the last 7 days":       {FreeBytes: 5e9, DailyBytes: &daily, DaysLeft: &left},
	} {
		if diff := cmp.Diff(want, e.String()); diff != "" {
			t.Error(diff)
		}
	}
}

// The state of a graph tells how much room is left.
func TestStatusDisk(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	s := collect(t, shortDir(t), m.Accounts[0].ID, config{Sources: []sourceConfig{{Folder: logs, Interval: minInterval, Enroll: true}}})
	s.lines.with(t, "read logs")
	if e := s.status(t); e.Disk.FreeBytes <= 0 || e.Disk.DailyBytes != nil || e.Bytes <= 0 || e.FirstHour == nil {
		t.Errorf("status: %+v", e)
	}
	if _, out, _ := s.gumshoe(t.Context(), "graph", "status"); !strings.Contains(out, " free, full in an unknown time") {
		t.Errorf("status:\n%s", out)
	}
}
