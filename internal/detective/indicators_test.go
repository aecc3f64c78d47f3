package detective

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// ttp returns the n-th TTP indicator of the tests.
func ttp(n int) indicators.Indicator {
	return indicators.Indicator{
		IndicatorType: indicators.TTPObserved,
		IndicatorDetail: indicators.Detail{TTPsObservedDetail: &indicators.TTPsObserved{
			Tactic: "Discovery", Technique: "Account Discovery", Procedure: "Listing", IpAddress: "203.0.113.7",
			APIName: fmt.Sprintf("ListThing%d", n), APISuccessCount: int64(n), APIFailureCount: 1,
		}},
		Evidence: indicators.Evidence{TechniqueID: "T1087", FirstSeen: begin, EventIDs: []string{"a"}},
		Points:   n,
	}
}

func agent(n int) indicators.Indicator {
	return indicators.Indicator{
		IndicatorType:   indicators.NewUserAgent,
		IndicatorDetail: indicators.Detail{NewUserAgentDetail: &indicators.NewUserAgentObs{UserAgent: fmt.Sprintf("kali/%d", n)}},
		Evidence:        indicators.Evidence{Baseline: &indicators.BaselineSeen{Values: map[string]int64{"aws-cli": 7}}},
	}
}

func TestListIndicators(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	var all, agents []indicators.Indicator
	for n := range 120 {
		all = append(all, ttp(n))
		if n%10 == 0 {
			all = append(all, agent(n))
			agents = append(agents, agent(n))
		}
	}
	l.investigator.report = reportOf(t, "CRITICAL", all...)
	id := l.start(t, arn, mallory)
	list, next, err := l.ListIndicators(ctx, admin, arn, id, "", Page{})
	if err != nil || list == nil || len(list) != 0 || next != "" {
		t.Errorf("while it runs: %v, %q, %v; want an empty list", list, next, err)
	}
	must(t, l.drain(ctx))

	f := func(kind string, limit, pages int, want []indicators.Indicator) {
		t.Helper()
		var got []indicators.Indicator
		n, p := 0, Page{Limit: limit}
		for {
			list, next, err := l.ListIndicators(ctx, admin, arn, id, kind, p)
			must(t, err)
			got, n = append(got, list...), n+1
			if p.Token = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || n != pages {
			t.Errorf("kind %q in pages of %d: %d pages, want %d; (-want +got)\n%s", kind, limit, n, pages, diff)
		}
	}
	f("", 0, 3, all) // 132 in pages of 50
	f("", 100, 2, all)
	f("", 66, 2, all) // ends with a full page
	f("NEW_USER_AGENT", 0, 1, agents)
	f("NEW_USER_AGENT", 5, 3, agents)
	f("IMPOSSIBLE_TRAVEL", 0, 1, nil)

	_, token, err := l.ListIndicators(ctx, admin, arn, id, "", Page{Limit: 5})
	must(t, err)
	refuse := func(what, id, kind string, p Page, code Code) {
		t.Helper()
		_, _, err := l.ListIndicators(ctx, admin, arn, id, kind, p)
		wantCode(t, what, err, code)
	}
	refuse("unknown kind", id, "TTP", Page{}, Validation)
	refuse("MaxResults 101", id, "", Page{Limit: 101}, Validation)
	refuse("token of another kind", id, "TTP_OBSERVED", Page{Limit: 5, Token: token}, Validation)
	refuse("token of another page size", id, "", Page{Limit: 6, Token: token}, Validation)
	refuse("token of another investigation", l.start(t, arn, ci), "", Page{Limit: 5, Token: token}, Validation)
	_, _, err = l.ListInvestigations(ctx, admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 5, Token: token})
	wantCode(t, "token of another operation", err, Validation)
	l.clock.add(25 * time.Hour)
	refuse("expired token", id, "", Page{Limit: 5, Token: token}, Validation)
}
