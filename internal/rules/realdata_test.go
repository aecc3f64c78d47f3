package rules

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// realData returns the folder of real logs, which are no part of the
// repository, and skips the test without it.
func realData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("skipped: real logs are not at %s (set GUMSHOE_REALDATA)", dir)
	}
	return dir
}

// label is a case of labels.json.
type label struct {
	Case       string   `json:"case"`
	File       string   `json:"file"`
	Kind       string   `json:"kind"`
	Expected   *bool    `json:"expected"`
	Tactics    []string `json:"mitre_tactic"`
	Techniques []string `json:"mitre_technique"`
}

func readLabels(t testing.TB, dir string) []label {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	var ls []label
	if err := json.Unmarshal(b, &ls); err != nil {
		t.Fatal(err)
	}
	return ls
}

// records returns the CloudTrail records of a file: Records, an array, one
// object or JSON lines, gzipped or not; EventBridge envelopes are opened.
func records(t testing.TB, path string) []json.RawMessage {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	var out []json.RawMessage
	dec := json.NewDecoder(bufio.NewReader(bytes.NewReader(b)))
	for {
		var v json.RawMessage
		if dec.Decode(&v) != nil {
			return out
		}
		var array []json.RawMessage
		var object struct {
			Records []json.RawMessage `json:"Records"`
			Detail  json.RawMessage   `json:"detail"`
		}
		switch {
		case json.Unmarshal(v, &array) == nil:
			out = append(out, array...)
		case json.Unmarshal(v, &object) == nil && object.Records != nil:
			out = append(out, object.Records...)
		case len(object.Detail) > 0:
			out = append(out, object.Detail)
		default:
			out = append(out, v)
		}
	}
}

func matchAll(t testing.TB, p *Pack, recs []json.RawMessage) []*Rule {
	t.Helper()
	found := map[*Rule]bool{}
	for _, r := range recs {
		ev, err := ParseEvent(r)
		if err != nil {
			continue
		}
		for _, m := range p.Match(ev, nil) {
			found[m] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b *Rule) int { return strings.Compare(a.Path, b.Path) })
}

func paths(rs []*Rule) string {
	var s []string
	for _, r := range rs {
		s = append(s, strings.TrimSuffix(r.Path, ".yml"))
	}
	return strings.Join(s, " ")
}

// TestRealAttackTechniques replays the logs of single attack techniques: each
// must be seen by a rule of at least weight 5.
func TestRealAttackTechniques(t *testing.T) {
	dir := realData(t)
	p := builtin(t)
	files, err := filepath.Glob(filepath.Join(dir, "cloudtrail", "stratus", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skipf("skipped: no logs of attack techniques in %s", dir)
	}
	for _, f := range files {
		rs := matchAll(t, p, records(t, f))
		t.Logf("%-60s %s", strings.TrimSuffix(filepath.Base(f), ".json"), paths(rs))
		if !slices.ContainsFunc(rs, func(r *Rule) bool { return r.Weight >= 5 }) {
			t.Errorf("%s: no rule of weight 5 or more matches", filepath.Base(f))
		}
	}
}

// TestRealLabels reports how many labelled cases raise a rule, and how many
// raise one with the technique or tactic of the label. Sets of single events
// hold a floor on recall, so that a change that loses rules is noticed.
func TestRealLabels(t *testing.T) {
	dir := realData(t)
	p := builtin(t)
	type tally struct{ cases, hit, named, agree int }
	sums := map[string]*tally{}
	cache := map[string][]json.RawMessage{}
	for _, l := range readLabels(t, dir) {
		file, line, one := strings.Cut(l.File, "#")
		if !strings.HasPrefix(l.Kind, "cloudtrail") || l.Expected == nil || strings.HasPrefix(l.Case, "sans504/") {
			continue
		}
		path := filepath.Join(dir, file)
		if info, err := os.Stat(path); err != nil || info.IsDir() || strings.HasSuffix(file, ".csv") {
			continue
		}
		if _, ok := cache[path]; !ok {
			cache[path] = records(t, path)
		}
		recs := cache[path]
		if n, err := strconv.Atoi(line); one && err == nil && n <= len(recs) {
			recs = recs[n-1 : n]
		}
		set, _, _ := strings.Cut(l.Case, "/")
		key := fmt.Sprintf("%s expected %t", set, *l.Expected)
		if sums[key] == nil {
			sums[key] = &tally{}
		}
		s := sums[key]
		s.cases++
		rs := matchAll(t, p, recs)
		if len(rs) > 0 {
			s.hit++
		}
		agree := slices.ContainsFunc(rs, func(r *Rule) bool { return agrees(r, l) })
		if len(l.Techniques)+len(l.Tactics) > 0 {
			s.named++
			if agree {
				s.agree++
			}
		}
		if (len(rs) == 0) == *l.Expected || *l.Expected && !agree {
			t.Logf("%t %-70s %v %v %s", *l.Expected, l.Case, l.Techniques, l.Tactics, paths(rs))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(sums)) {
		s := sums[k]
		t.Logf("%-28s cases %3d, with a rule %3d; naming ATT&CK %3d, agreeing %3d", k, s.cases, s.hit, s.named, s.agree)
		if floor := recallFloors[k]; float64(s.hit) < floor*float64(s.cases) {
			t.Errorf("%s: %d of %d cases raise a rule; want at least %.0f %%", k, s.hit, s.cases, 100*floor)
		}
	}
}

// recallFloors are shares of cases, a little below what was measured.
var recallFloors = map[string]float64{
	"stratus expected true": 1, "panther expected true": 0.88, "panther-scenario expected true": 1, "streamalert expected true": 0.7,
}

// agrees compares a rule with a label by technique, base techniques alike.
func agrees(r *Rule, l label) bool {
	base := func(id string) string { b, _, _ := strings.Cut(id, "."); return b }
	for _, t := range r.Techniques {
		for _, want := range l.Techniques {
			if base(t.ID) == base(want) {
				return true
			}
		}
	}
	return len(l.Techniques) == 0 && slices.ContainsFunc(r.Tactics, func(x Tactic) bool { return slices.Contains(l.Tactics, x.ID) })
}

// TestRealHitRate holds the pack to a hit rate of 1 % for each rule over the
// events of a whole account. The attacker's own copying of buckets is not
// everyday traffic: principals that the labels call attackers do not count.
func TestRealHitRate(t *testing.T) {
	dir := realData(t)
	p := builtin(t)
	root := filepath.Join(dir, "cloudtrail", "env-sans504-s3-2021")
	attackers := []string{"jmerckle", "FalsimentisRoot"} // labels.json, sans504/*
	all, everyday := map[*Rule]int{}, map[*Rule]int{}
	events, benign, service := 0, 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		for _, rec := range records(t, path) {
			ev, err := ParseEvent(rec)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			events++
			hostile := slices.Contains(attackers, ev.UserName)
			if !hostile {
				benign++
			}
			for _, r := range p.Match(ev, nil) {
				all[r]++
				if !hostile {
					everyday[r]++
				}
				if ev.IdentityType == "AWSService" {
					service++
				}
			}
		}
		return nil
	})
	if err != nil || events == 0 {
		t.Skipf("skipped: no account of logs at %s: %v", root, err)
	}
	if service > 0 {
		t.Errorf("%d matches on calls of AWS services", service)
	}
	t.Logf("%d events, %d not of an attacker", events, benign)
	for _, r := range slices.SortedFunc(maps.Keys(all), func(a, b *Rule) int { return all[b] - all[a] }) {
		rate := 100 * float64(everyday[r]) / float64(benign)
		t.Logf("%-60s all %5d (%.3f %%), everyday %4d (%.3f %%)", strings.TrimSuffix(r.Path, ".yml"), all[r], 100*float64(all[r])/float64(events), everyday[r], rate)
		if rate > 1 {
			t.Errorf("%s fires on %.2f %% of everyday events", r.Path, rate)
		}
	}
}
