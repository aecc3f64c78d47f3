package indicators

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ttpRow makes a row of a rule that is named after its tactic and number.
func ttpRow(tactic, rule string, weight int, success, failure int64) Indicator {
	return Indicator{IndicatorType: TTPObserved,
		IndicatorDetail: Detail{TTPsObservedDetail: &TTPsObserved{Tactic: tactic, APIName: rule,
			APISuccessCount: success, APIFailureCount: failure}},
		Evidence: Evidence{RuleID: tactic + "/" + rule, TacticID: tactic, Weight: weight,
			SuccessCount: success, FailureCount: failure}}
}

func habit(i Indicator) Indicator { i.Evidence.Habitual = true; return i }

func agentRow(name string, account bool) Indicator {
	return Indicator{IndicatorType: NewUserAgent, IndicatorDetail: Detail{
		NewUserAgentDetail: &NewUserAgentObs{UserAgent: name, IsNewForEntireAccount: account}}}
}

func placeRow(place string, account bool) Indicator {
	return Indicator{IndicatorType: NewGeolocation, IndicatorDetail: Detail{
		NewGeolocationDetail: &NewGeolocationObs{Location: place, IsNewForEntireAccount: account}}}
}

func asoRow(name string, account bool) Indicator {
	return Indicator{IndicatorType: NewASO, IndicatorDetail: Detail{
		NewAsoDetail: &NewAsoObs{Aso: name, IsNewForEntireAccount: account}}}
}

// everyday is what a developer does all day: listing, over many rules.
func everyday() (list []Indicator) {
	for _, r := range []string{"ListUsers", "ListRoles", "ListBuckets", "DescribeInstances", "GetCallerIdentity", "ListKeys"} {
		list = append(list, ttpRow("discovery", r, LowWeight, 40, 2))
	}
	return list
}

// novelty is everything that can be new at once, more than the caps take.
func novelty() []Indicator {
	return []Indicator{agentRow("a", true), agentRow("b", true), placeRow("x", true), placeRow("y", true),
		asoRow("m", true), asoRow("n", true)}
}

func TestRate(t *testing.T) {
	t.Parallel()
	add := func(lists ...[]Indicator) (out []Indicator) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	one := func(rows ...Indicator) []Indicator { return rows }
	// What a user's stolen key did: enumeration, secrets, failed persistence
	// and escalation, a role chain.
	attack := add(everyday(), one(
		ttpRow("credential-access", "GetSecretValue", 25, 20, 0),
		ttpRow("persistence", "CreateUser", 40, 0, 3),
		ttpRow("persistence", "CreateAccessKey", 40, 0, 1),
		ttpRow("privilege-escalation", "AttachUserPolicy", 40, 0, 2),
		ttpRow("lateral-movement", "AssumeRole", 15, 1, 0)))
	tests := []struct {
		name     string
		list     []Indicator
		training Training
		points   int
		want     Severity
	}{
		{"nothing", nil, Trained, 0, Informational},
		{"one everyday call", one(ttpRow("discovery", "ListUsers", 3, 9, 0)), Trained, 3, Informational},
		{"everyday calls are capped", everyday(), Trained, LowWeightCap, Low},
		{"everyday calls that all fail", one(ttpRow("discovery", "ListUsers", 5, 0, 9)), Trained, 3, Informational},
		{"a new agent", one(agentRow("a", false)), Trained, 8, Informational},
		{"a new agent for the account", one(agentRow("a", true)), Trained, 12, Low},
		{"a journey with everyday calls", add(everyday(), one(placeRow("x", true), placeRow("y", true), asoRow("m", true), asoRow("n", true))),
			Trained, LowWeightCap + GeolocationCap + ASOCap, Low},
		{"all novelty at once", novelty(), Trained, UserAgentCap + GeolocationCap + ASOCap, Medium},
		{"all novelty in training", novelty(), InTraining, 20, Low},
		{"all novelty without a baseline", novelty(), NoBaseline, 9, Informational},
		{"a rule counts once, its best row", one(ttpRow("persistence", "CreateUser", 40, 0, 5), ttpRow("persistence", "CreateUser", 40, 1, 0)),
			Trained, 40, Medium},
		{"failures count half", one(ttpRow("persistence", "CreateUser", 40, 0, 5)), Trained, 20, Low},
		{"a habit counts a quarter", one(habit(ttpRow("persistence", "CreateUser", 40, 5, 0))), Trained, 10, Low},
		{"the second rule of a tactic counts a quarter", one(ttpRow("persistence", "CreateUser", 40, 1, 0), ttpRow("persistence", "CreateAccessKey", 30, 1, 0)),
			Trained, 47, Medium},
		{"a second tactic adds breadth", one(ttpRow("persistence", "CreateUser", 40, 1, 0), ttpRow("impact", "StopInstances", 30, 1, 0)),
			Trained, 80, High},
		{"a habit adds no breadth", one(ttpRow("persistence", "CreateUser", 40, 1, 0), habit(ttpRow("impact", "StopInstances", 30, 1, 0))),
			Trained, 47, Medium},
		{"an attack by a known principal", add(attack, novelty()), Trained, 167, Critical},
		{"the same in training", add(attack, novelty()), InTraining, 147, High},
		{"the same without novelty", attack, Trained, 127, High},
		{"failures and novelty are never critical", add(novelty(), one(
			ttpRow("a", "1", 100, 0, 1), ttpRow("b", "1", 100, 0, 1), ttpRow("c", "1", 100, 0, 1))), Trained, TTPCap + 40, High},
		{"TTPs alone are never critical", one(ttpRow("a", "1", 100, 1, 0), ttpRow("b", "1", 100, 1, 0)), Trained, TTPCap, High},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, p := Rate(tt.list, tt.training)
			if got != tt.want || p.Total != tt.points {
				t.Errorf("got %s with %d points, want %s with %d\n%+v", got, p.Total, tt.want, tt.points, p.Table)
			}
			if held := got == High && p.Total >= 130; held != (p.Note != "") {
				t.Errorf("note %q with %d points and %s", p.Note, p.Total, got)
			}
		})
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	bands := Bands()
	for i, b := range bands {
		if band(b.From) != b.Severity {
			t.Errorf("band(%d) = %s, want %s", b.From, band(b.From), b.Severity)
		}
		if i+1 < len(bands) && (b.To+1 != bands[i+1].From || band(b.To) != b.Severity) {
			t.Errorf("band %+v does not meet %+v", b, bands[i+1])
		}
	}
	if last := bands[len(bands)-1]; last.To != 0 || band(1<<20) != last.Severity {
		t.Errorf("the highest band %+v has an end", last)
	}
}

func TestRateSetsPointsThatAddUp(t *testing.T) {
	t.Parallel()
	list := append(everyday(), novelty()...)
	list = append(list, ttpRow("persistence", "CreateUser", 40, 1, 0), ttpRow("impact", "StopInstances", 30, 0, 1))
	_, p := Rate(list, Trained)
	byType, lines := map[Kind]int{}, map[Kind]int{}
	for _, i := range list {
		byType[i.IndicatorType] += i.Points
	}
	for _, l := range p.Table {
		if l.Item != "breadth of tactics" {
			lines[l.IndicatorType] += l.Points
		}
	}
	if d := cmp.Diff(lines, byType); d != "" {
		t.Errorf("rows and table disagree (-table +rows)\n%s", d)
	}
	// Rating again changes nothing.
	again := append([]Indicator(nil), list...)
	_, q := Rate(again, Trained)
	if d := cmp.Diff(p, q) + cmp.Diff(list, again); d != "" {
		t.Errorf("second rating differs\n%s", d)
	}
}

func TestTheBusiestRowStandsForItsRule(t *testing.T) {
	t.Parallel()
	list := []Indicator{ttpRow("collection", "GetObject", 4, 2, 0), ttpRow("collection", "GetObject", 4, 1168, 0)}
	list[1].IndicatorDetail.TTPsObservedDetail.IpAddress = "203.0.113.77"
	Rate(list, Trained)
	if list[0].Points != 0 || list[1].Points != 4 {
		t.Errorf("points %d for 2 calls and %d for 1168 calls, want 0 and 4", list[0].Points, list[1].Points)
	}
}
