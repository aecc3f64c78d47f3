package indicators

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

var (
	listUsers = Rule{ID: "r-list-users", Title: "List users", Level: "low", TacticID: "TA0007", Tactic: "Discovery",
		TechniqueID: "T1087.004", Technique: "Cloud Account", Procedure: "Lists users.", Weight: 3}
	createUser = Rule{ID: "r-create-user", Title: "Create user", Level: "high", TacticID: "TA0003", Tactic: "Persistence",
		TechniqueID: "T1136.003", Technique: "Cloud Account", Procedure: "Creates a user.", Weight: 40}
)

func hit(r Rule, a Address, event string, s Seen, ids ...string) Hit {
	return Hit{Rule: r, Address: a, EventSource: "iam.amazonaws.com", EventName: event, EventIDs: ids, Seen: s}
}

func TestFindTTPs(t *testing.T) {
	t.Parallel()
	f := trained()
	f.Hits = []Hit{
		hit(listUsers, berlin(), "ListUsers", calls(3, 0, 70, 75), "e3", "e4"),
		hit(listUsers, berlin(), "ListUsers", calls(2, 1, 10, 12), "e1", "e2", "e3"),
		hit(listUsers, berlin(), "ListRoles", calls(1, 0, 11, 11), "e5"),
		hit(createUser, reykjavik(), "CreateUser", calls(0, 2, 80, 81), "e6"),
		hit(createUser, service("cloudformation.amazonaws.com"), "CreateUser", calls(1, 0, 82, 82), "e7"),
		hit(createUser, Address{}, "CreateUser", calls(1, 0, 83, 83), "e8"),
	}
	var got []string
	for _, i := range FindTTPs(f).Indicators {
		d, e := i.IndicatorDetail.TTPsObservedDetail, i.Evidence
		got = append(got, fmt.Sprintf("%s %s %q %d/%d %s %v", d.Tactic, d.APIName, d.IpAddress,
			d.APISuccessCount, d.APIFailureCount, e.FirstSeen.Format("15:04"), e.EventIDs))
	}
	want := []string{
		`Persistence CreateUser "203.0.113.77" 0/2 09:20 [e6]`,
		`Persistence CreateUser "cloudformation.amazonaws.com" 1/0 09:22 [e7]`,
		`Persistence CreateUser "" 1/0 09:23 [e8]`,
		`Discovery ListUsers "192.0.2.10" 5/1 08:10 [e1 e2 e3 e4]`,
		`Discovery ListRoles "192.0.2.10" 1/0 08:11 [e5]`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTTPSamplesAreBounded(t *testing.T) {
	t.Parallel()
	f := trained()
	for n := range 30 {
		f.Hits = append(f.Hits, hit(listUsers, berlin(), "ListUsers", calls(1, 0, n, n), fmt.Sprintf("e%02d", n)))
	}
	ids := FindTTPs(f).Indicators[0].Evidence.EventIDs
	if len(ids) != MaxEventIDs || ids[0] != "e00" {
		t.Errorf("got %v, want the first %d ids", ids, MaxEventIDs)
	}
}

func TestHabit(t *testing.T) {
	t.Parallel()
	days := func(any, success int) map[string]RuleDays {
		return map[string]RuleDays{createUser.ID: {any, success}}
	}
	same := Address{Key: "192.0.2.11", Class: berlin().Class, Location: "Berlin, Germany", Country: "Germany", ASO: "Example Telecom"}
	inside := Address{Key: "10.66.6.6", Class: entity.PrivateAddress}
	anonymous := same
	anonymous.ASO = ""
	tests := []struct {
		name  string
		past  map[string]RuleDays
		scope Hit
		want  bool
	}{
		{"from a private address", days(3, 3), hit(createUser, inside, "CreateUser", calls(1, 0, 1, 1)), false},
		{"never before", nil, hit(createUser, berlin(), "CreateUser", calls(1, 0, 1, 1)), false},
		{"three days", days(3, 3), hit(createUser, berlin(), "CreateUser", calls(1, 0, 1, 1)), true},
		{"two days", days(2, 2), hit(createUser, berlin(), "CreateUser", calls(1, 0, 1, 1)), false},
		{"failed before, succeeds now", days(3, 0), hit(createUser, berlin(), "CreateUser", calls(1, 0, 1, 1)), false},
		{"failed before, fails now", days(3, 0), hit(createUser, berlin(), "CreateUser", calls(0, 1, 1, 1)), true},
		{"from elsewhere", days(3, 3), hit(createUser, reykjavik(), "CreateUser", calls(1, 0, 1, 1)), false},
		{"another address of the same operator and place", days(3, 3), hit(createUser, same, "CreateUser", calls(1, 0, 1, 1)), true},
		{"another address, operator unknown", days(3, 3), hit(createUser, anonymous, "CreateUser", calls(1, 0, 1, 1)), false},
		{"by a service", days(3, 3), hit(createUser, service("cloudformation.amazonaws.com"), "CreateUser", calls(1, 0, 1, 1)), true},
		{"another rule", days(3, 3), hit(listUsers, berlin(), "ListUsers", calls(1, 0, 1, 1)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := trained()
			f.RuleDays, f.Hits = tt.past, []Hit{tt.scope}
			e := FindTTPs(f).Indicators[0].Evidence
			if e.Habitual != tt.want || (e.Note != "") != tt.want {
				t.Errorf("habitual %v with note %q, want %v", e.Habitual, e.Note, tt.want)
			}
		})
	}
	// Instances come and go: one private address is as good as another.
	f := trained()
	f.RuleDays, f.Hits, f.Principal.Private = days(3, 3), []Hit{hit(createUser, inside, "CreateUser", calls(1, 0, 1, 1))}, true
	if !FindTTPs(f).Indicators[0].Evidence.Habitual {
		t.Error("a private address is no habit of one who uses them")
	}
}

func TestOrderOfFactsDoesNotMatter(t *testing.T) {
	t.Parallel()
	f := trained()
	for n := range 8 {
		f.Uses = append(f.Uses, Use{fmt.Sprintf("tool-%d/1", n%3), reykjavik(), calls(1, int64(n), n, n)},
			Use{"aws-cli/2", dublin(), calls(1, int64(n), 5, 5)})
		f.Hits = append(f.Hits, hit(listUsers, berlin(), "ListUsers", calls(1, 0, n%2, n%2), fmt.Sprintf("e%d", n)),
			hit(createUser, reykjavik(), "CreateUser", calls(1, 0, 3, 3), fmt.Sprintf("f%d", n)))
	}
	all := func(f *Facts) []Indicator {
		var list []Indicator
		for _, r := range []Result{FindNewASOs(f), FindTTPs(f), FindNewUserAgents(f), FindNewGeolocations(f)} {
			list = append(list, r.Indicators...)
		}
		Rate(list, Trained)
		return list
	}
	want := all(f)
	for seed := range uint64(20) {
		if d := cmp.Diff(want, all(shuffled(f, seed))); d != "" {
			t.Fatalf("seed %d (-ordered +shuffled)\n%s", seed, d)
		}
	}
}
