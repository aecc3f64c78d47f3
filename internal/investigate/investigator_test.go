package investigate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var update = flag.Bool("update", false, "rewrite golden files and the points table of the docs")

func newInvestigator() *Investigator {
	return New(Options{Rules: rules, Places: places, Now: func() time.Time { return created }})
}

func investigate(t *testing.T, calls []call, who string) *Report {
	t.Helper()
	r, err := newInvestigator().Investigate(context.Background(), newMemStore(calls, places), who, scopeStart, scopeEnd)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stories are the cases of the golden reports.
func stories() map[string][]call {
	alice := user("dev/alice")
	return map[string][]call{
		"attacked": slices.Concat(workdays(alice), attack(alice)),
		"quiet":    workdays(alice),
		"first-day": slices.Concat(workdays(user("bob")), []call{{at: scopeStart.Add(10 * time.Hour), who: alice,
			address: "2001:db8:4::9", api: "iam.amazonaws.com:ListUsers", agent: "\x1b[31mevil\u202e/1", rules: []string{"discovery-users"}}}),
		"idle": slices.Concat(workdays(user("bob")), workdays(alice)[:30]),
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	for name, calls := range stories() {
		t.Run(name, func(t *testing.T) {
			r := investigate(t, calls, user("dev/alice").Key)
			doc, err := r.JSON()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json", doc)
			var table strings.Builder
			if err := WriteTable(&table, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", []byte(table.String()))
			for _, line := range strings.Split(table.String(), "\n") {
				if n := len([]rune(line)); n > tableWidth {
					t.Errorf("%d columns: %s", n, line)
				}
				if strings.ContainsAny(line, "\x1b\u202e\r") {
					t.Errorf("unsafe for a terminal: %q", line)
				}
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "reports", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got)\n%s", path, d)
	}
}

func TestAttackedUser(t *testing.T) {
	t.Parallel()
	r := investigate(t, stories()["attacked"], user("dev/alice").Key)
	if r.Severity != indicators.Critical {
		t.Errorf("severity %s with %d points\n%+v", r.Severity, r.Points.Total, r.Points.Table)
	}
	type row struct {
		API, Address     string
		Success, Failure int64
		Events           int
	}
	var ttps []row
	var novel []string
	for _, i := range r.Indicators {
		if d := i.IndicatorDetail.TTPsObservedDetail; d != nil {
			ttps = append(ttps, row{d.APIName, d.IpAddress, d.APISuccessCount, d.APIFailureCount, len(i.Evidence.EventIDs)})
			continue
		}
		novel = append(novel, i.Subject())
		if len(i.Evidence.EventIDs) != indicators.MaxEventIDs || i.Evidence.EventIDs[0] != "event-0123" {
			t.Errorf("%s: sample events %v, want %d from the attack's first", i.Subject(), i.Evidence.EventIDs, indicators.MaxEventIDs)
		}
	}
	want := []row{
		{"StopLogging", strange, 1, 0, 1},
		{"AttachUserPolicy", strange, 0, 1, 1},
		{"GetSecretValue", strange, 20, 0, 10},
		{"CreateUser", strange, 0, 2, 2},
		{"ListUsers", strange, 1, 0, 1},
		{"ListRoles", strange, 0, 1, 1},
		{"ListBuckets", home, 1, 0, 1},
		{"ListBuckets", strange, 1, 0, 1},
	}
	if d := cmp.Diff(want, ttps); d != "" {
		t.Errorf("TTPs (-want +got)\n%s", d)
	}
	if d := cmp.Diff([]string{boto, "Reykjavik, Iceland", "Example Hosting"}, novel); d != "" {
		t.Errorf("novelties (-want +got)\n%s", d)
	}
}

func TestQuietUser(t *testing.T) {
	t.Parallel()
	r := investigate(t, stories()["quiet"], user("dev/alice").Key)
	if r.Severity != indicators.Informational {
		t.Errorf("severity %s with %d points", r.Severity, r.Points.Total)
	}
	for _, i := range r.Indicators {
		if !i.Evidence.Habitual {
			t.Errorf("%s is no habit after 40 days of it", i.Subject())
		}
	}
}

// TestOrderOfRowsDoesNotMatter gives the same rows in other orders.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	t.Parallel()
	var want string
	for seed := range uint64(8) {
		calls := stories()["attacked"]
		store := newMemStore(calls, places)
		store.seed = seed
		r, err := newInvestigator().Investigate(context.Background(), store, user("dev/alice").Key, scopeStart, scopeEnd)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if seed == 0 {
			want = string(doc)
		} else if d := cmp.Diff(want, string(doc)); d != "" {
			t.Fatalf("seed %d (-first +this)\n%s", seed, d)
		}
	}
}

// TestScopeInsideADay checks that the day in which the scope begins is split
// at the right call, although values are kept by day.
func TestScopeInsideADay(t *testing.T) {
	t.Parallel()
	alice := user("alice")
	calls := slices.Concat(workdays(alice), attack(alice))
	inv := newInvestigator()
	ctx := context.Background()
	agents := func(from, to time.Time) (out []string) {
		r, err := inv.Investigate(ctx, newMemStore(calls, places), alice.Key, from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range r.Indicators {
			if i.IndicatorType == indicators.NewUserAgent {
				out = append(out, i.Subject())
			}
		}
		return out
	}
	// The attack begins at 14:00:20.
	if got := agents(scopeStart.Add(14*time.Hour+30*time.Minute), scopeEnd); !cmp.Equal(got, []string{boto}) {
		t.Errorf("scope from 14:30, widened to 14:00: new agents %q, want the attacker's", got)
	}
	if got := agents(scopeStart.Add(15*time.Hour), scopeEnd); got != nil {
		t.Errorf("scope after the attack: new agents %q, want none", got)
	}
	calls = append(calls, call{at: scopeStart.Add(16 * time.Hour), who: alice, address: strange, agent: boto, api: "s3.amazonaws.com:GetObject"})
	if got := agents(scopeStart.Add(15*time.Hour), scopeEnd); got != nil {
		t.Errorf("agent seen earlier that day: new agents %q, want none", got)
	}
}

func TestWithoutData(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := newMemStore(stories()["attacked"], nil)
	reasons := func(o Options) map[indicators.Kind]string {
		r, err := New(o).Investigate(ctx, store, user("dev/alice").Key, scopeStart, scopeEnd)
		if err != nil {
			t.Fatal(err)
		}
		out := map[indicators.Kind]string{}
		for _, n := range r.NotEvaluated {
			out[n.IndicatorType] = n.Reason
		}
		for _, i := range r.Indicators {
			if _, ok := out[i.IndicatorType]; ok {
				t.Errorf("%s is not evaluated and has a row", i.IndicatorType)
			}
		}
		return out
	}
	if got := reasons(Options{}); len(got) != 7 || got[indicators.TTPObserved] == "" || got[indicators.NewGeolocation] == "" {
		t.Errorf("nothing loaded: not evaluated %v, want all but NEW_USER_AGENT", got)
	}
	if got := reasons(Options{Rules: rules, Places: countries{places}}); len(got) != 5 || got[indicators.NewASO] != "no ASN database is loaded" {
		t.Errorf("countries only: not evaluated %v", got)
	}
	if got := reasons(Options{Rules: rules, Places: places}); len(got) != 4 {
		t.Errorf("all loaded: not evaluated %v", got)
	}
}

// TestOnlyServices is a principal for whom only AWS services made calls.
func TestOnlyServices(t *testing.T) {
	t.Parallel()
	deploy := role("ci/deploy")
	calls := append(workdays(user("alice")),
		call{at: scopeStart, who: deploy, address: "AWS Internal", api: "kms.amazonaws.com:Decrypt", agent: "AWS Internal"},
		call{at: scopeStart, who: deploy, address: "cloudformation.amazonaws.com", api: "iam.amazonaws.com:CreateUser",
			agent: "cloudformation.amazonaws.com", rules: []string{"create-user"}},
		call{at: scopeStart, who: deploy, address: "not an address", api: "a:b"})
	r := investigate(t, calls, deploy.Key)
	if len(r.Indicators) != 1 || r.Indicators[0].Address() != "cloudformation.amazonaws.com" {
		t.Errorf("indicators %+v, want the rule's row alone", r.Indicators)
	}
	if !strings.Contains(r.Summary, "from no new or conspicuous public address") {
		t.Errorf("summary %q", r.Summary)
	}
}

func TestRulesThatAreGone(t *testing.T) {
	t.Parallel()
	calls := append(workdays(user("alice")), call{at: scopeStart, who: user("alice"), address: home, api: "a:b", agent: cli, rules: []string{"retired"}})
	r := investigate(t, calls, user("alice").Key)
	if !slices.Contains(r.Notices, `1 match of rule "retired" left out: the rule is not loaded.`) {
		t.Errorf("notices %q", r.Notices)
	}
}

func TestStoreErrors(t *testing.T) {
	t.Parallel()
	calls := stories()["attacked"]
	for _, q := range []string{"status", "entities", "activity", "values 2", "values 3", "values 4", "values 6", "rule hits", "events", "links"} {
		store := newMemStore(calls, places)
		store.fail = q
		if _, err := newInvestigator().Investigate(context.Background(), store, user("dev/alice").Key, scopeStart, scopeEnd); !errors.Is(err, errQuery) {
			t.Errorf("%s fails: got error %v", q, err)
		}
	}
}

// TestQueriesAreFew holds the number of queries, which is what an
// investigation costs.
func TestQueriesAreFew(t *testing.T) {
	t.Parallel()
	store := newMemStore(stories()["attacked"], places)
	if _, err := newInvestigator().Investigate(context.Background(), store, user("dev/alice").Key, scopeStart, scopeEnd); err != nil {
		t.Fatal(err)
	}
	want := []string{"entities", "status", "activity", "values 2", "values 6", "values 6", "values 3", "values 4", "rule hits", "entities", "events", "links"}
	if d := cmp.Diff(want, store.queries); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestScopeErrors(t *testing.T) {
	t.Parallel()
	store := newMemStore(stories()["quiet"], places)
	for _, to := range []time.Time{scopeStart, scopeStart.Add(-time.Hour)} {
		if _, err := newInvestigator().Investigate(context.Background(), store, user("dev/alice").Key, scopeStart, to); !errors.Is(err, ErrScope) {
			t.Errorf("scope to %s: got error %v, want ErrScope", to, err)
		}
	}
}

func TestSampleQueriesAreBounded(t *testing.T) {
	t.Parallel()
	alice := user("alice")
	calls := workdays(alice)
	for n := range 40 {
		calls = append(calls, call{at: scopeStart.Add(time.Duration(n) * 20 * time.Minute), who: alice, address: home,
			api: "a:b", agent: "tool-" + string(rune('a'+n%26)) + string(rune('a'+n/26)) + "/1"})
	}
	store := newMemStore(calls, places)
	r, err := newInvestigator().Investigate(context.Background(), store, alice.Key, scopeStart, scopeEnd)
	if err != nil {
		t.Fatal(err)
	}
	queries := 0
	for _, q := range store.queries {
		if q == "events" {
			queries++
		}
	}
	with, without := 0, 0
	for _, i := range r.Indicators {
		switch {
		case i.IndicatorType != indicators.NewUserAgent:
		case len(i.Evidence.EventIDs) > 0:
			with++
		case strings.Contains(i.Evidence.Note, "too many novelties"):
			without++
		}
	}
	if queries != sampleQueries || with != sampleQueries || with+without != 40 {
		t.Errorf("%d queries, %d rows with samples, %d with a note", queries, with, without)
	}
}

// A novelty that drowns in the same second's other calls has its sample, too.
func TestSampleInABusySecond(t *testing.T) {
	t.Parallel()
	alice := user("dev/alice")
	calls := workdays(alice)
	at := scopeStart.Add(3 * time.Hour)
	for range sampleLimit + 100 {
		calls = append(calls, call{at: at, who: alice, address: home, api: "s3.amazonaws.com:GetObject", agent: cli})
	}
	last := len(calls)
	calls = append(calls, call{at: at, who: alice, address: home, api: "s3.amazonaws.com:GetObject", agent: "strange/1"})
	r := investigate(t, calls, alice.Key)
	for _, i := range r.Indicators {
		if i.IndicatorType != indicators.NewUserAgent {
			continue
		}
		if want := fmt.Sprintf("event-%04d", last); !slices.Equal(i.Evidence.EventIDs, []string{want}) {
			t.Errorf("sample events %v (%s), want %s", i.Evidence.EventIDs, i.Evidence.Note, want)
		}
		return
	}
	t.Error("the strange agent is not reported")
}

func TestKnows(t *testing.T) {
	t.Parallel()
	deploy := role("ci/deploy")
	sso := role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123")
	calls := slices.Concat(workdays(user("dev/alice")), []call{
		{at: scopeStart, who: deploy, address: home, api: "a:b", agent: cli},
		{at: scopeStart, who: sso, address: home, api: "a:b", agent: cli},
		{at: scopeStart, who: entity.Ref{Type: entity.AwsUser, Key: entity.RootARN(account), Account: account}, address: home, api: "a:b", agent: cli},
	})
	store := newMemStore(calls, places)
	// A session of the role with its temporary key.
	session, key := store.id(entity.AwsRoleSession, "AROAEXAMPLE:build"), store.id(entity.AccessKey, "ASIAIOSFODNN7EXAMPLE")
	hour := warehouse.HourOf(scopeStart)
	store.links = append(store.links,
		warehouse.Link{Hour: hour, From: session, To: key, Kind: warehouse.HoldsKey},
		warehouse.Link{Hour: hour, From: session, To: store.id(deploy.Type, deploy.Key), Kind: warehouse.SessionOf})
	tests := []struct {
		entity string
		want   string // the ARN that is examined; empty when unknown
		kind   string
		bad    bool
	}{
		{user("dev/alice").Key, user("dev/alice").Key, IAMUser, false},
		{deploy.Key, deploy.Key, IAMRole, false},
		{"arn:aws:iam::" + account + ":root", "arn:aws:iam::" + account + ":root", IAMUser, false},
		{"arn:aws:sts::" + account + ":assumed-role/AWSReservedSSO_Admin_0123/me@example.com", sso.Key, IAMRole, false},
		{"AKIAIOSFODNN7EXAMPLE", user("dev/alice").Key, IAMUser, false},
		{"ASIAIOSFODNN7EXAMPLE", deploy.Key, IAMRole, false},
		{"arn:aws:sts::" + account + ":assumed-role/deploy/build", "", "", false}, // the path is missing
		{user("nobody").Key, "", "", false},
		{"AKIAIOSFODNN7OTHERS0", "", "", false},
		{"arn:aws:iam::" + account + ":group/devs", "", "", true},
		{"arn:aws:iam::" + account + ":user/", "", "", true},
		{"arn:aws:sts::" + account + ":federated-user/x", "", "", true},
		{"arn:aws:sts::" + account + ":assumed-role/deploy", "", "", true},
		{"arn:aws:s3:::bucket", "", "", true},
		{"192.0.2.10", "", "", true},
		{"", "", "", true},
	}
	for _, tt := range tests {
		known, err := newInvestigator().Knows(context.Background(), store, tt.entity)
		var unsupported *UnsupportedEntityError
		if known != (tt.want != "") || errors.As(err, &unsupported) != tt.bad || (err != nil) != tt.bad {
			t.Errorf("Knows(%q) = %v, %v", tt.entity, known, err)
		}
		r, err := newInvestigator().Investigate(context.Background(), store, tt.entity, scopeStart, scopeEnd)
		switch {
		case tt.want != "":
			if err != nil || r.EntityArn != tt.want || r.EntityType != tt.kind {
				t.Errorf("Investigate(%q) examines %+v, error %v, want %s", tt.entity, r, err, tt.want)
			}
		case !tt.bad && !errors.Is(err, ErrUnknownEntity), tt.bad && !errors.As(err, &unsupported):
			t.Errorf("Investigate(%q): error %v", tt.entity, err)
		}
	}
}
