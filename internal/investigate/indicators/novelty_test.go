package indicators

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// brief shows what the novelty tests compare.
func brief(r Result) []string {
	out := []string{}
	for _, i := range r.Indicators {
		account := ""
		if i.NewForAccount() {
			account = " account"
		}
		e := i.Evidence
		out = append(out, fmt.Sprintf("%s|%s|%d+%d%s", i.Subject(), i.Address(), e.SuccessCount, e.FailureCount, account))
	}
	if r.NotEvaluated != "" {
		out = append(out, "not evaluated: "+r.NotEvaluated)
	}
	for _, n := range r.Notices {
		out = append(out, "notice: "+n)
	}
	return out
}

func TestFindNewUserAgents(t *testing.T) {
	t.Parallel()
	const cliFull = "aws-cli/2.15.0 Python/3.11.6 Linux/6.1"
	tests := []struct {
		name string
		uses []Use
		want []string
	}{
		{"nothing in the scope", nil, []string{}},
		{"a known product of another patch version", []Use{{"aws-cli/2", berlin(), calls(3, 0, 1, 2)}}, []string{}},
		{"new for the principal, known in the account", []Use{{"Boto3/1", berlin(), calls(3, 1, 1, 2)}},
			[]string{"Boto3/1.34 md/Botocore|" + "|3+1"}},
		{"new for the account, over two addresses", []Use{
			{"evil/1", berlin(), calls(1, 0, 5, 5)}, {"evil/1", reykjavik(), calls(0, 2, 1, 2)}},
			[]string{"evil/1||1+2 account"}},
		{"the console is a person's", []Use{{"console.amazonaws.com", berlin(), calls(1, 0, 1, 1)}},
			[]string{"console.amazonaws.com||1+0 account"}},
		{"a service on the principal's behalf", []Use{
			{"cloudformation.amazonaws.com", service("cloudformation.amazonaws.com"), calls(9, 0, 1, 3)},
			{"AWS Internal", service("aws internal"), calls(2, 0, 1, 3)}},
			[]string{"notice: 2 user agents of AWS services that acted on the principal's behalf were not compared."}},
		{"a service without an address", []Use{{"lambda.amazonaws.com", Address{}, calls(9, 0, 1, 3)}},
			[]string{"notice: 1 user agent of AWS services that acted on the principal's behalf was not compared."}},
		{"a tool without an address", []Use{{"evil/1", Address{}, calls(1, 0, 1, 1)}}, []string{"evil/1||1+0 account"}},
		{"somebody who calls himself a service", []Use{{"lambda.amazonaws.com", reykjavik(), calls(1, 0, 1, 1)}},
			[]string{"lambda.amazonaws.com||1+0 account"}},
		{"records without an agent", []Use{{"", berlin(), calls(1, 0, 1, 1)}}, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := trained()
			f.Uses = tt.uses
			f.Strings = map[string]string{"aws-cli/2": cliFull, "Boto3/1": "Boto3/1.34 md/Botocore"}
			if d := cmp.Diff(tt.want, brief(FindNewUserAgents(f))); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestFindNewGeolocations(t *testing.T) {
	t.Parallel()
	germany := Address{"192.0.2.99", entity.PublicAddress, "Germany", "Germany", ""}
	munich := Address{"192.0.2.98", entity.PublicAddress, "Munich, Germany", "Germany", ""}
	six := Address{"2001:db8::1", entity.PublicAddress, "Oslo, Norway", "Norway", "Example Six"}
	nowhere := Address{Key: "192.0.2.200", Class: entity.PublicAddress}
	private := Address{Key: "10.0.0.7", Class: entity.PrivateAddress}
	use := func(as ...Address) (out []Use) {
		for _, a := range as {
			out = append(out, Use{"aws-cli/2", a, calls(2, 1, 1, 9)})
		}
		return out
	}
	tests := []struct {
		name string
		uses []Use
		past map[string]int64
		want []string
	}{
		{"nothing in the scope", nil, nil, []string{}},
		{"only service callers", use(service("s3.amazonaws.com")), nil, []string{}},
		{"private and absent addresses", use(private, Address{}), nil, []string{}},
		{"the usual place", use(berlin()), nil, []string{}},
		{"new for the account before new for the principal", use(dublin(), reykjavik()), nil,
			[]string{"Reykjavik, Iceland|203.0.113.77|2+1 account", "Dublin, Ireland|198.51.100.4|2+1"}},
		{"one row an address", append(use(reykjavik()), Use{"Boto3/1", reykjavik(), calls(1, 0, 3, 4)}), nil,
			[]string{"Reykjavik, Iceland|203.0.113.77|3+1 account"}},
		{"IPv6", use(six), nil, []string{"Oslo, Norway|2001:db8::1|2+1 account"}},
		{"unknown place", use(nowhere), nil, []string{"notice: The place of 1 public address is not known to the databases in use."}},
		{"another city of the country", use(munich), nil, []string{"Munich, Germany|192.0.2.98|2+1 account"}},
		{"a country without a city that the baseline has a city of", use(germany), nil, []string{}},
		{"a city of a country that the baseline knows without a city", use(munich),
			map[string]int64{"Germany": 4}, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := trained()
			f.Uses = tt.uses
			if tt.past != nil {
				f.Principal.Locations = tt.past
			}
			if d := cmp.Diff(tt.want, brief(FindNewGeolocations(f))); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	t.Run("no database", func(t *testing.T) {
		f := trained()
		f.HasPlaces, f.Uses = false, use(reykjavik())
		want := []string{"not evaluated: no geolocation database is loaded"}
		if d := cmp.Diff(want, brief(FindNewGeolocations(f))); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	})
}

func TestFindNewASOs(t *testing.T) {
	t.Parallel()
	other := reykjavik()
	other.Key = "203.0.113.78"
	f := trained()
	f.Uses = []Use{
		{"aws-cli/2", berlin(), calls(5, 0, 0, 9)},
		{"aws-cli/2", reykjavik(), calls(2, 0, 4, 9)},
		{"aws-cli/2", other, calls(0, 1, 2, 3)},
		{"aws-cli/2", dublin(), calls(1, 0, 1, 1)},
		{"aws-cli/2", Address{Key: "203.0.113.200", Class: entity.PublicAddress, Location: "Oslo, Norway"}, calls(1, 0, 1, 1)},
		{"aws-cli/2", service("s3.amazonaws.com"), calls(1, 0, 1, 1)},
	}
	want := []string{"Example Hosting||2+1 account", "Example Cloud||1+0",
		"notice: The network operator of 1 public address is not known to the databases in use."}
	got := FindNewASOs(f)
	if d := cmp.Diff(want, brief(got)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if first := got.Indicators[0].Evidence.FirstSeen; !first.Equal(at(2)) {
		t.Errorf("first seen %s, want %s", first, at(2))
	}
	f.HasASO = false
	if d := cmp.Diff([]string{"not evaluated: no ASN database is loaded"}, brief(FindNewASOs(f))); d != "" {
		t.Errorf("without data (-want +got)\n%s", d)
	}
}

func TestNoveltyEvidence(t *testing.T) {
	t.Parallel()
	f := trained()
	for n := range 30 {
		f.Principal.Agents[fmt.Sprintf("tool-%02d/1", n)] = int64(n)
	}
	f.Uses = []Use{{"evil/1", reykjavik(), calls(1, 2, 3, 4)}}
	e := FindNewUserAgents(f).Indicators[0].Evidence
	if len(e.Baseline.Values) != MaxBaselineValues {
		t.Fatalf("%d baseline values, want %d", len(e.Baseline.Values), MaxBaselineValues)
	}
	for _, tool := range []string{"aws-cli/2", "Chrome/126", "tool-29/1", "tool-12/1"} {
		if _, ok := e.Baseline.Values[tool]; !ok {
			t.Errorf("baseline lacks %s, one of the %d most frequent: %v", tool, MaxBaselineValues, e.Baseline.Values)
		}
	}
	if e.Baseline.Days != 31 || !e.FirstSeen.Equal(at(3)) || !e.LastSeen.Equal(at(4)) || e.Note != "" {
		t.Errorf("evidence %+v", e)
	}
}

func TestTraining(t *testing.T) {
	t.Parallel()
	start := trained().Scope.From
	tests := []struct {
		name             string
		graph, principal int // days before the scope; negative: none
		state            Training
		days             int
		note             string
	}{
		{"both old", 100, 44, Trained, 44, ""},
		{"exactly trained", 14, 14, Trained, 14, ""},
		{"young principal", 100, 13, InTraining, 13, "training period: 13 days of baseline, 14 are needed"},
		{"young graph", 3, 3, InTraining, 3, "training period: 3 days of baseline, 14 are needed"},
		{"one day", 1, 1, InTraining, 1, "training period: 1 day of baseline, 14 are needed"},
		{"the same day", 0, 0, InTraining, 0, "training period: less than a day of baseline, 14 are needed"},
		{"never seen", 100, -1, NoBaseline, 0, "no baseline: the principal was not active in the 45 days before the scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := trained()
			f.GraphFirst = start.AddDate(0, 0, -tt.graph)
			f.Principal.First = start.AddDate(0, 0, -tt.principal)
			if tt.principal < 0 {
				f.Principal = Past{}
			}
			f.Uses = []Use{{"evil/1", reykjavik(), calls(1, 0, 1, 1)}}
			state, days := f.Training()
			if state != tt.state || days != tt.days {
				t.Errorf("got state %d and %d days, want %d and %d", state, days, tt.state, tt.days)
			}
			found := FindNewUserAgents(f).Indicators
			if len(found) != 1 || found[0].Evidence.Note != tt.note {
				t.Errorf("novelty in training %+v, want one with note %q", found, tt.note)
			}
		})
	}
}
