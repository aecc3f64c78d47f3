package simulate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 7, Events: 4000, EventsPerFile: 200, Days: 2, Story: StoryStolenKey, Flows: 6000, AuditEvents: 600, Findings: true, Digests: true, Shapes: true}
	write := func(cfg Config) map[string]string {
		t.Helper()
		dir := t.TempDir()
		if _, err := Write(t.Context(), dir, cfg); err != nil {
			t.Fatal(err)
		}
		return hashes(t, dir)
	}
	first := write(cfg)
	if diff := cmp.Diff(first, write(cfg)); diff != "" {
		t.Errorf("a second run gave other bytes (-first +second):\n%s", diff)
	}
	cfg.Seed++
	other := write(cfg)
	for name, sum := range other {
		if name != GeoFile && first[name] == sum {
			t.Errorf("seed %d gave the same %s as seed %d", cfg.Seed, name, cfg.Seed-1)
		}
	}
}

// A story must not disturb ordinary work, so that a corpus with and one
// without the attack can be compared.
func TestStoryLeavesTheBackgroundAlone(t *testing.T) {
	t.Parallel()
	records := func(story string) map[string]bool {
		out := map[string]bool{}
		for _, r := range simulate(t, Config{Seed: 3, Days: 2, EventsPerFile: 2000, Story: story}).distinct {
			out[r.raw] = true
		}
		return out
	}
	calm, attacked := records(StoryNone), records(StoryStolenKey)
	for r := range calm {
		if !attacked[r] {
			t.Fatalf("with the story this record is missing or other: %s", r)
		}
	}
	if len(attacked) <= len(calm)+100 {
		t.Errorf("%d records with the story, %d without", len(attacked), len(calm))
	}
}

func TestManifestCountsTheFiles(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"small files": {Seed: 1, Events: 2000, Days: 3, Story: StoryStolenKey},
		"large files": {Seed: 2, Events: 4000, Days: 5, Story: StoryStolenKey, EventsPerFile: 500},
		"one account": {Seed: 3, Events: 3000, Days: 2, Accounts: 1, Principals: 12},
		"many":        {Seed: 4, Events: 5000, Days: 2, Accounts: 20, Principals: 900, EventsPerFile: 300},
		"all sources": {Seed: 9, Events: 4000, Days: 3, Story: StoryStolenKey, EventsPerFile: 300, Flows: 5000, AuditEvents: 500,
			Findings: true, Digests: true, Shapes: true},
		"stress":         {Seed: 5, Events: 2000, Days: 1, StressKeys: true},
		"almost nothing": {Seed: 6, Events: 1, Days: 1, Principals: 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := simulate(t, cfg)
			m := c.manifest
			byID, events := map[string][]*record{}, map[string]int{}
			var first, last time.Time
			for i := range c.all {
				r := &c.all[i]
				byID[r.EventID] = append(byID[r.EventID], r)
				if first.IsZero() || r.EventTime.Before(first) {
					first = r.EventTime
				}
				if r.EventTime.After(last) {
					last = r.EventTime
				}
			}
			for _, r := range c.distinct {
				events[r.principal()]++
			}
			for id, copies := range byID {
				for _, r := range copies[1:] {
					if r.raw != copies[0].raw || r.file == copies[0].file {
						t.Errorf("event %s: copies must be equal and in two files:\n%s %s\n%s %s", id, copies[0].file, copies[0].raw, r.file, r.raw)
					}
				}
			}
			got := []any{c.files, len(byID), len(c.all) - len(byID), first, last, c.bytes}
			want := []any{m.Files, m.Events, m.Duplicates, m.FirstEvent, m.LastEvent, m.Bytes}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("files, events, duplicates, first, last, bytes (-manifest +files):\n%s", diff)
			}
			for _, p := range m.Principals {
				if p.Events != events[p.ARN] {
					t.Errorf("%s: manifest has %d events, files %d", p.ARN, p.Events, events[p.ARN])
				}
				delete(events, p.ARN)
			}
			if len(events) > 1 { // "": callers without an ARN
				t.Errorf("principals that the manifest does not name: %v", events)
			}
			if len(m.Accounts) != max(cfg.Accounts, 3) && cfg.Accounts != 1 {
				t.Errorf("manifest has %d accounts", len(m.Accounts))
			}
			if m.QuietUser == "" || (m.Story == nil) != (cfg.Story == "") {
				t.Errorf("quiet user %q, story %v", m.QuietUser, m.Story)
			}
		})
	}
}

func TestRecordsHaveTheirFields(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 11, Days: 20, Events: 5_000, EventsPerFile: 3000, Story: StoryStolenKey})
	keys := regexp.MustCompile(`\b(AKIA|ASIA|AIDA|AROA)[A-Z2-7]*\b`)
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, r := range c.distinct {
		for name, v := range map[string]string{
			"eventVersion": r.EventVersion, "userIdentity.type": r.UserIdentity.Type, "eventSource": r.EventSource, "eventName": r.EventName,
			"awsRegion": r.AWSRegion, "sourceIPAddress": r.SourceIPAddress, "userAgent": r.UserAgent, "eventType": r.EventType,
			"eventCategory": r.EventCategory, "recipientAccountId": r.RecipientAccountID, "requestParameters": string(r.RequestParameters),
			"responseElements": string(r.ResponseElements),
		} {
			if v == "" {
				t.Errorf("no %s in %s", name, r.raw)
			}
		}
		if r.ReadOnly == nil || r.ManagementEvent == nil || *r.ManagementEvent == (r.EventCategory == "Data") {
			t.Errorf("readOnly, managementEvent or eventCategory missing or at odds: %s", r.raw)
		}
		if !uuid.MatchString(r.EventID) || (r.RequestID == "") != (r.EventSource == "signin.amazonaws.com") {
			t.Errorf("eventID %q, requestID %q", r.EventID, r.RequestID)
		}
		if r.ErrorCode != "" && string(r.ResponseElements) != "null" {
			t.Errorf("a failed call with a response: %s", r.raw)
		}
		for _, k := range keys.FindAllString(r.raw, -1) {
			if !strings.HasSuffix(k, "EXAMPLE") || len(k) < 20 {
				t.Errorf("identifier %s could be real: %s", k, r.raw)
			}
		}
		if strings.Contains(r.raw, "<") || strings.Contains(r.raw, `""`) && !emptyAllowed(r.raw) {
			t.Errorf("an unfilled slot: %s", r.raw)
		}
		if t.Failed() {
			return
		}
	}
}

// emptyAllowed: S3 sub-resources, some EC2 requests and root's key at
// sign-in are empty strings in real records too.
func emptyAllowed(raw string) bool {
	return strings.Contains(raw, "s3.amazonaws.com") || strings.Contains(raw, "Request\":\"\"") ||
		strings.Contains(raw, `"unsuccessful":""`) || strings.Contains(raw, `"accessKeyId":""`)
}

func TestFilesLieAsInS3(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 5, Days: 2})
	name := regexp.MustCompile(`^AWSLogs/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4}/\d\d/\d\d)/(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4})Z_[A-Za-z0-9]{16}\.json\.gz$`)
	stray, sizes, unordered := 0, map[string]int{}, map[string]bool{}
	var before record
	var lags []time.Duration
	for _, r := range c.all {
		m := name.FindStringSubmatch(r.file)
		if m == nil {
			t.Fatalf("file name %s", r.file)
		}
		stamp, err := time.Parse("20060102T1504", m[6])
		if err != nil {
			t.Fatal(err)
		}
		if m[1] != m[4] || m[2] != m[5] || m[3] != stamp.Format("2006/01/02") || m[1] != r.RecipientAccountID {
			t.Errorf("%s holds a record of %s, or contradicts itself", r.file, r.RecipientAccountID)
		}
		if m[2] != r.AWSRegion {
			stray++
		}
		sizes[r.file]++
		if before.file == r.file && r.EventTime.Before(before.EventTime) {
			unordered[r.file] = true
		}
		before = r
		lags = append(lags, stamp.Sub(r.EventTime))
	}
	slices.Sort(lags)
	if least, most := lags[0], lags[len(lags)-1]; least < -time.Minute || most > 11*time.Minute {
		t.Errorf("files are delivered %v to %v after their events, want within 11 minutes", least, most)
	}
	counts := slices.Sorted(maps.Values(sizes))
	if p50, p99 := counts[len(counts)/2], counts[len(counts)*99/100]; p50 < 2 || p50 > 7 || p99 > 60 {
		t.Errorf("events a file: p50 %d, p99 %d", p50, p99)
	}
	if share := float64(len(unordered)) / float64(len(sizes)); share < 0.1 || share > 0.4 {
		t.Errorf("%.2f of the files are out of order", share)
	}
	if stray == 0 || stray > len(c.all)/500 {
		t.Errorf("%d of %d records lie in another Region's file", stray, len(c.all))
	}
	if d := c.manifest.Duplicates; d == 0 || d > len(c.all)/50 {
		t.Errorf("%d duplicates in %d records", d, len(c.all))
	}
}

func TestEventsAndFileSizesAreAboutAsAsked(t *testing.T) {
	t.Parallel()
	for i, want := range []int{5_000, 5_000, 15_000} {
		m, err := Write(t.Context(), t.TempDir(), Config{Seed: int64(i), Events: want, Days: 30 - 10*i, EventsPerFile: 400, Story: StoryStolenKey})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Events; got < want*95/100 || got > want*105/100 {
			t.Errorf("asked for %d events, got %d", want, got)
		}
	}
	// A story has its events, however few are asked for.
	c := simulate(t, Config{Seed: 8, Events: 10, Days: 2, Story: StoryStolenKey})
	if least, got := c.manifest.Story.Events, c.manifest.Events; got < least || got > 2*least {
		t.Errorf("asked for 10 events with a story of %d, got %d", least, got)
	}
	c = simulate(t, Config{Seed: 8, Events: 5_000, Days: 1, EventsPerFile: 1000})
	var sizes []int
	in := map[string]int{}
	for _, r := range c.all {
		in[r.file]++
	}
	sizes = slices.Sorted(maps.Values(in))
	if most := sizes[len(sizes)-1]; most < 900 || most > 1100 {
		t.Errorf("the largest file has %d events, want about 1000", most)
	}
}

func TestStressKeysAreUnique(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 2, Events: 3_000, Days: 2, EventsPerFile: 1000, StressKeys: true})
	seen := map[string]string{}
	for _, r := range c.distinct {
		if other, twice := seen[r.SourceIPAddress]; twice {
			t.Fatalf("address %s in events %s and %s", r.SourceIPAddress, other, r.EventID)
		}
		seen[r.SourceIPAddress] = r.EventID
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	used := t.TempDir()
	if err := os.MkdirAll(filepath.Join(used, LogFolder, "111122223333"), 0o755); err != nil {
		t.Fatal(err)
	}
	hub := t.TempDir()
	if err := os.MkdirAll(filepath.Join(hub, SecurityHubFolder, "111122223333"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		dir  string
		cfg  Config
		want string
	}{
		"logs there":         {used, Config{}, "logs already"},
		"a file":             {file, Config{}, "not a directory"},
		"no such story":      {t.TempDir(), Config{Story: "heist"}, `no story "heist", there are: none, stolen-key`},
		"story, one account": {t.TempDir(), Config{Story: StoryStolenKey, Accounts: 1}, "needs two accounts"},
		"story, one day":     {t.TempDir(), Config{Story: StoryStolenKey, Days: 1}, "two days"},
		"few principals":     {t.TempDir(), Config{Principals: 3}, "principals is 3, want 12 to"},
		"negative events":    {t.TempDir(), Config{Events: -1}, "events is -1"},
		"endless":            {t.TempDir(), Config{Days: 10000}, "days is 10000, want 1 to 3650"},
		"before AWS":         {t.TempDir(), Config{End: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)}, "outside 2007"},
		"huge files":         {t.TempDir(), Config{EventsPerFile: 1 << 20}, "events a file"},
		"negative flows":     {t.TempDir(), Config{Flows: -1}, "flows is -1, want 0 to"},
		"negative audit":     {t.TempDir(), Config{AuditEvents: -1}, "audit events is -1"},
		"flow version":       {t.TempDir(), Config{FlowVersion: 3}, "flow version is 3, want 2 or 5"},
		"flow window":        {t.TempDir(), Config{FlowWindow: 30}, "flow window is 30 seconds, want 60 or 600"},
		"findings there":     {hub, Config{Findings: true}, "logs already in securityhub"},
	} {
		_, err := Write(t.Context(), test.dir, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, test.want)
		}
	}
}

func TestWriteStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	cancel(reason)
	dir := t.TempDir()
	if _, err := Write(ctx, dir, Config{}); !errors.Is(err, reason) && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the cancellation", err)
	}
	if _, err := os.Stat(filepath.Join(dir, ManifestFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a stopped simulation has a manifest (%v)", err)
	}
}

func TestWriteReturnsTheManifestItWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, err := Write(t.Context(), dir, Config{Seed: 1, Events: 3000, Days: 3, Story: StoryStolenKey})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stored, got); diff != "" {
		t.Errorf("(-stored +returned):\n%s", diff)
	}
	if _, err := ReadManifest(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty folder's manifest: error %v, want %v", err, os.ErrNotExist)
	}
	if err := os.WriteFile(filepath.Join(dir, ManifestFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadManifest(dir); err == nil {
		t.Errorf("half a manifest reads as %+v", m)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, perFile := range []int{0, 1000} {
		b.Run(fmt.Sprintf("perfile=%d", perFile), func(b *testing.B) {
			b.ReportAllocs()
			events := 0
			for b.Loop() {
				m, err := Write(b.Context(), b.TempDir(), Config{Seed: 1, Events: 100_000, Days: 10, EventsPerFile: perFile})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(m.Bytes)
				events += m.Events
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
