package graph

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/digest"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// organization is what the graph would have of a simulation.
type organization struct {
	Input
	keys  map[entity.ID]string
	files map[string]bool // log files by key
}

// read reads the logs and digests below dir.
func read(t *testing.T, dir string) *organization {
	t.Helper()
	o := &organization{keys: map[entity.ID]string{}, files: map[string]bool{}}
	o.Name = func(id entity.ID) string { return o.keys[id] }
	o.Ingested = func(key string) bool { return o.files[key] }
	type cell struct {
		hour            warehouse.Hour
		account, region entity.ID
	}
	cells := map[cell]*warehouse.Coverage{}
	var hasher entity.Hasher
	id := func(key string) entity.ID {
		id := hasher.ID(1, key)
		o.keys[id] = key
		return id
	}
	u := decode.NewReader(strings.NewReader(""), decode.Limits{})
	defer u.Close()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, "CloudTrail") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		u.Reset(f)
		raw, err := io.ReadAll(u)
		if err != nil {
			return err
		}
		if strings.Contains(path, "CloudTrail-Digest") {
			d, err := digest.Parse(raw)
			o.Digests = append(o.Digests, warehouse.Digest{Account: d.Account, Region: d.Region, Trail: d.Trail.String(), From: d.From.Unix(), To: d.To.Unix(),
				Object: d.Object, Hash: d.Hash, Previous: d.Previous, PreviousHash: d.PreviousHash, Files: d.Keys()})
			return err
		}
		key, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		o.files[filepath.ToSlash(key)] = true
		var log struct {
			Records []struct {
				EventTime                     time.Time
				AWSRegion, RecipientAccountID string
			}
		}
		if err := json.Unmarshal(raw, &log); err != nil {
			return err
		}
		for _, r := range log.Records {
			c := cell{warehouse.HourOf(r.EventTime), id(r.RecipientAccountID), id(r.AWSRegion)}
			if cells[c] == nil {
				cells[c] = &warehouse.Coverage{Hour: c.hour, Account: c.account, Region: c.region, Origin: warehouse.FromCloudTrail}
			}
			cells[c].Add(warehouse.Success, r.EventTime.Unix(), 1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		o.Coverage = append(o.Coverage, *c)
	}
	slices.SortFunc(o.Coverage, func(a, b warehouse.Coverage) int { return int(a.Hour) - int(b.Hour) })
	return o
}

// An organization's logs, with nights, weekends and bursts, have no gaps;
// what is taken out of them is found.
func TestSimulatedOrganization(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 11, Days: 21, Events: 25000, EventsPerFile: 200, Accounts: 2, Digests: true})
	if err != nil {
		t.Fatal(err)
	}
	o := read(t, dir)
	var records uint64
	for _, line := range CalendarOf(o.Coverage, o.Name) {
		t.Logf("%+v", line)
		records += line.Records
	}
	if records != uint64(m.Events+m.Duplicates) {
		t.Errorf("the calendar has %d records of %d", records, m.Events+m.Duplicates)
	}
	if got := FindGaps(o.Input); len(got) > 0 {
		t.Fatalf("gaps where there are none:\n%s", lines(got))
	}

	// A day and a half without one account's logs, and a
	// digest changed, one gone and a log file not read.
	account := m.Accounts[0].ID
	from := m.FirstEvent.Truncate(24 * time.Hour).Add(11*24*time.Hour + 7*time.Hour)
	quiet := warehouse.RangeOf(from, from.Add(36*time.Hour))
	o.Coverage = slices.DeleteFunc(o.Coverage, func(c warehouse.Coverage) bool {
		return o.keys[c.Account] == account && c.Hour >= quiet.From && c.Hour < quiet.To
	})
	chain := slices.DeleteFunc(slices.Clone(o.Digests), func(d warehouse.Digest) bool { return d.Account != account || d.Region != o.Digests[0].Region })
	gone, changed := chain[100], chain[200]
	lost := o.Digests[slices.IndexFunc(o.Digests, func(d warehouse.Digest) bool {
		return d.Account == account && len(d.Files) > 0 && d.From > changed.To
	})]
	delete(o.files, lost.Files[0])
	o.Digests = slices.DeleteFunc(o.Digests, func(d warehouse.Digest) bool { return d.Object == gone.Object })
	for i := range o.Digests {
		if d := &o.Digests[i]; d.Object == changed.Object {
			d.Hash = strings.Repeat("0", 64)
		}
	}
	type gap struct {
		Kind            GapKind
		Account, Region string
		From, To        time.Time
		Files           int
	}
	unix := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	want := []gap{
		{SilentHours, account, "", from, from.Add(36 * time.Hour), 0},
		{DigestMissing, account, gone.Region, unix(gone.From), unix(gone.To), 1},
		{ChainBroken, account, changed.Region, unix(changed.From), unix(changed.To), 0},
		{FilesMissing, account, lost.Region, unix(lost.From), unix(lost.To), 1},
	}
	var got []gap
	for _, g := range FindGaps(o.Input) {
		got = append(got, gap{g.Kind, g.Account, g.Region, g.From, g.To, g.Files})
	}
	byTime := func(a, b gap) int { return a.From.Compare(b.From) }
	slices.SortFunc(want, byTime)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
