package simulate

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGeoCoversEveryPublicAddress(t *testing.T) {
	t.Parallel()
	for _, stress := range []bool{false, true} {
		c := simulate(t, Config{Seed: 4, Events: 5_000, Days: 30, EventsPerFile: 1000, Accounts: 5, Principals: 200, Story: StoryStolenKey, StressKeys: stress})
		f, err := os.Open(filepath.Join(c.dir, GeoFile))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bufio.NewReader(f)).ReadAll()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err != nil || strings.Join(rows[0], ",") != "cidr,country,region,city,latitude,longitude,asn,aso" {
			t.Fatalf("geo.csv: %v, header %v", err, rows[0])
		}
		var prefixes []netip.Prefix
		for _, row := range rows[1:] {
			p := netip.MustParsePrefix(row[0])
			for _, q := range prefixes {
				if p.Overlaps(q) {
					t.Errorf("%v overlaps %v", p, q)
				}
			}
			prefixes = append(prefixes, p)
		}
		attackers, homes, families := map[string]bool{}, map[string]bool{}, map[bool]bool{}
		for _, r := range c.distinct {
			a, err := netip.ParseAddr(r.SourceIPAddress)
			if err != nil {
				if r.SourceIPAddress != awsInternal && !strings.HasSuffix(r.SourceIPAddress, ".amazonaws.com") {
					t.Errorf("address %q", r.SourceIPAddress)
				}
				continue
			}
			families[a.Is4()] = true
			i := slices.IndexFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
			switch {
			case i < 0 && !a.IsPrivate():
				t.Errorf("geo.csv does not cover %v", a)
			case i >= 0 && slices.Contains(c.manifest.Story.Addresses, r.SourceIPAddress):
				attackers[rows[i+1][7]] = true
			case i >= 0:
				homes[rows[i+1][7]] = true
			}
		}
		for owner := range attackers {
			if homes[owner] {
				t.Errorf("%s hosts the attacker and ordinary people", owner)
			}
		}
		if len(attackers) != 2 || !stress && (len(homes) < 8 || len(families) != 2) {
			t.Errorf("attacker's providers %v, others %v, IPv4 and IPv6: %v", attackers, homes, families)
		}
	}
}

// eachEvent generates cfg without writing it.
func eachEvent(t *testing.T, cfg Config, see func(*event)) {
	t.Helper()
	cfg, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	org, err := newOrganization(cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = newGenerator(cfg, org, 0).run(t.Context(), nil,
		func(e *event) error { see(e); return nil }, func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func TestPeopleKeepBusinessHours(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 6, Days: 28}
	filled, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	org, err := newOrganization(filled)
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string]int{}
	for _, a := range org.actors {
		if a.person() && a.beginning == byKey {
			zones[a.principal.arn] = a.zone
		}
	}
	people, working, weekend := 0, 0, 0
	machine := map[int]int{}
	eachEvent(t, cfg, func(e *event) {
		if e.who.principal == nil {
			return
		}
		at := time.Unix(e.at, 0).UTC()
		if e.who.principal.kind == kindNode {
			machine[at.Hour()]++
		}
		zone, known := zones[e.who.principal.arn]
		if !known {
			return
		}
		people++
		local := at.Add(time.Duration(zone) * time.Minute)
		if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
			weekend++
		} else if h := local.Hour(); h >= 8 && h < 18 {
			working++
		}
	})
	if people < 5000 || working*100 < people*75 || weekend*100 > people*8 {
		t.Errorf("of %d events of people %d are in working hours and %d on weekends", people, working, weekend)
	}
	counts := slices.Sorted(maps.Values(machine))
	if len(counts) != 24 || counts[23] > 3*counts[0] {
		t.Errorf("a node's events an hour of day: %v, want 24 much alike", counts)
	}
}

// The bounds are wide: they hold the shape, not a value.
func TestShapesFollowTheMeasuredOnes(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 12, Days: 14, Events: 25_000, EventsPerFile: 3000})
	var n, reads, errors, data, size, quick, gaps int
	var sizes []int
	names, principals := map[string]int{}, map[string]int{}
	for _, r := range c.distinct {
		if r.UserIdentity.Type == "AWSService" {
			continue
		}
		n++
		size += len(r.raw)
		sizes = append(sizes, len(r.raw))
		names[r.EventName]++
		principals[r.principal()]++
		if *r.ReadOnly {
			reads++
		}
		if r.ErrorCode != "" {
			errors++
		}
		if r.EventCategory == "Data" {
			data++
		}
	}
	// Gaps of one person.
	var times []time.Time
	for _, r := range c.distinct {
		if r.principal() == c.manifest.QuietUser {
			times = append(times, r.EventTime)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := 1; i < len(times); i++ {
		gaps++
		if times[i].Equal(times[i-1]) {
			quick++
		}
	}
	top := slices.Sorted(maps.Values(principals))
	slices.Sort(sizes)
	within := func(what string, got, least, most float64) {
		t.Helper()
		t.Logf("%s: %.3f", what, got)
		if got < least || got > most {
			t.Errorf("%s is %.3f, want %.3f to %.3f", what, got, least, most)
		}
	}
	share := func(k int) float64 { return float64(k) / float64(n) }
	within("read-only share", share(reads), 0.85, 0.93)
	within("error rate", share(errors), 0.02, 0.10)
	within("data event share", share(data), 0.15, 0.55)
	within("share of the top principal", share(top[len(top)-1]), 0.2, 0.6)
	within("event names", float64(len(names)), 180, 320)
	within("mean bytes an event", share(size), 1200, 1600)
	within("p99 bytes an event", float64(sizes[len(sizes)*99/100]), 1700, 3000)
	within("share of gaps of 0 s of a person", float64(quick)/float64(gaps), 0.6, 0.8)
}

// Honest people make the calls that an intruder makes, with every kind of
// identity.
func TestSensitiveCallsAreAlsoBenign(t *testing.T) {
	t.Parallel()
	seen, sessions := map[string]int{}, map[*session]bool{}
	eachEvent(t, Config{Seed: 21, Days: 60}, func(e *event) {
		seen[e.call.name]++
		sessions[e.who] = true
	})
	identities := map[string]bool{}
	for s := range sessions {
		var identity struct{ Type string }
		if err := json.Unmarshal(s.identity, &identity); err != nil {
			t.Fatalf("%s: %v", s.identity, err)
		}
		identities[identity.Type] = true
	}
	want := []string{"AWSAccount", "AWSService", "AssumedRole", "IAMUser", "Root", "SAMLUser", "WebIdentityUser"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(identities))); diff != "" {
		t.Errorf("identity types (-want +got):\n%s", diff)
	}
	for _, name := range []string{
		"CreateUser", "CreateAccessKey", "AttachUserPolicy", "CreateLoginProfile", "UpdateAssumeRolePolicy", "GetSecretValue", "GetParameters",
		"ModifySnapshotAttribute", "PutEventSelectors", "UpdateDetector", "UpdateFunctionCode20150331v2", "CreateFunction20150331", "PutRolePolicy",
		"GetAccountAuthorizationDetails", "ConsoleLogin", "SwitchRole", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity",
	} {
		if seen[name] == 0 {
			t.Errorf("no %s in a calm organization", name)
		}
	}
	for _, name := range []string{"CreateUser", "AttachUserPolicy", "PutEventSelectors"} {
		if seen[name] > 100 {
			t.Errorf("%d times %s in 60 days", seen[name], name)
		}
	}
}

// Field names come from real records.
func TestFieldsAreThoseOfRealRecords(t *testing.T) {
	t.Parallel()
	if os.Getenv("GUMSHOE_FULL") == "" {
		t.Skip("learning the members of all real logs takes a minute: `make test-full` does")
	}
	root := os.Getenv("GUMSHOE_REALDATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	root = filepath.Join(root, "cloudtrail")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real logs to compare with: %v (set GUMSHOE_REALDATA)", err)
	}
	known := map[string]bool{"vpcEndpointAccountId": true} // newer than the samples: CloudTrail record contents, 1.09
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json.gz") && !strings.HasSuffix(path, ".json") {
			return err
		}
		var b []byte
		if strings.HasSuffix(path, ".gz") {
			_, b = gunzip(t, path)
		} else if b, err = os.ReadFile(path); err != nil {
			return err
		}
		var file struct{ Records []json.RawMessage }
		if json.Unmarshal(b, &file) != nil || len(file.Records) == 0 {
			file.Records = []json.RawMessage{b}
		}
		for _, r := range file.Records {
			learn(r, known)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]string{}
	for _, r := range simulate(t, Config{Seed: 1, Days: 3, Events: 6_000, EventsPerFile: 3000, Story: StoryStolenKey}).distinct {
		mine := map[string]bool{}
		learn(json.RawMessage(r.raw), mine)
		for k := range mine {
			if !known[k] {
				missing[k] = r.raw
			}
		}
	}
	for k, example := range missing {
		t.Errorf("no real record has %s: %s", k, example)
	}
}

// learn adds the names of a record's fields and of those inside its
// userIdentity, sessionContext and tlsDetails.
func learn(raw json.RawMessage, names map[string]bool) {
	var top map[string]json.RawMessage
	if json.Unmarshal(raw, &top) != nil {
		return
	}
	for k, v := range top {
		names[k] = true
		if k == "userIdentity" || k == "sessionContext" || k == "tlsDetails" || k == "sessionIssuer" {
			inner := map[string]bool{}
			learn(v, inner)
			for i := range inner {
				names[k+"."+i] = true
			}
		}
	}
}
