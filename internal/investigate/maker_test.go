package investigate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// A user that an intruder makes is as suspect as what it does is harmless;
// one that a colleague makes is not.
func TestMadeByASuspect(t *testing.T) {
	t.Parallel()
	alice, carol, backdoor := user("dev/alice"), user("carol"), user("svc-backup")
	calls := slices.Concat(workdays(alice), workdays(carol), attack(alice),
		[]call{{at: scopeStart.Add(16 * time.Hour), who: backdoor, address: strange,
			api: "secretsmanager.amazonaws.com:GetSecretValue", agent: cli, rules: []string{"secrets"}}})
	f := func(name string, link *warehouse.Link, want indicators.Severity) {
		t.Helper()
		store := newMemStore(calls, places)
		if link != nil {
			store.links = append(store.links, *link)
		}
		r, err := newInvestigator().Investigate(t.Context(), store, backdoor.Key, scopeStart, scopeEnd)
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(r.Notices, func(n string) bool { return strings.Contains(n, "created in the scope by "+alice.Key) })
		if r.Severity != want || said != (want == indicators.High) {
			t.Errorf("%s: severity %s with %d points, want %s; notices %q", name, r.Severity, r.Points.Total, want, r.Notices)
		}
		sum := 0
		for _, l := range r.Points.Table {
			sum += l.Points
		}
		if sum != r.Points.Total {
			t.Errorf("%s: the table adds up to %d, the total is %d", name, sum, r.Points.Total)
		}
	}
	store := newMemStore(calls, places)
	id := func(key string) *warehouse.Link {
		return &warehouse.Link{Hour: warehouse.HourOf(scopeStart.Add(15 * time.Hour)), From: store.id(alice.Type, key),
			To: store.id(backdoor.Type, backdoor.Key), Kind: warehouse.Created}
	}
	before := id(alice.Key)
	before.Hour -= 24
	used := id(alice.Key)
	used.Kind = warehouse.Assumed
	f("by nobody", nil, indicators.Low)
	f("by the intruder", id(alice.Key), indicators.High)
	f("by a colleague", id(carol.Key), indicators.Low)
	f("before the scope", before, indicators.Low)
	f("another link", used, indicators.Low)
	f("by itself", id(backdoor.Key), indicators.Low)
}
