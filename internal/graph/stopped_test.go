package graph

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// records is a row of CloudTrail records of account #1 between two times of
// one hour.
func records(first, last time.Time) warehouse.Coverage {
	return warehouse.Coverage{Hour: warehouse.HourOf(first), Account: 1, Region: 7, Origin: warehouse.FromCloudTrail,
		Counts: warehouse.Counts{Success: 2, First: first.Unix(), Last: last.Unix()}}
}

func TestLoggingStopped(t *testing.T) {
	t.Parallel()
	stop := func(name string, when time.Time) TrailEvent {
		return TrailEvent{Time: when, Account: "#1", Region: "us-east-2", Trail: "arn:aws:cloudtrail:us-east-2:1:trail/main", Name: name}
	}
	before := records(at(4, 9, 0, 0), at(4, 9, 59, 0))
	another := records(at(4, 8, 0, 0), at(4, 8, 30, 0))
	elsewhere := records(at(4, 11, 0, 0), at(4, 11, 30, 0))
	elsewhere.Account = 2
	flow := records(at(4, 11, 0, 0), at(4, 11, 30, 0))
	flow.Origin = warehouse.FromVPCFlow
	start := stop("StartLogging", at(4, 14, 30, 0))
	start.Trail = "main"
	for name, c := range map[string]struct {
		coverage []warehouse.Coverage
		events   []TrailEvent
		want     string
	}{
		"until it is started": {
			[]warehouse.Coverage{before, another, records(at(4, 10, 0, 0), at(4, 10, 25, 0)), elsewhere, flow, records(at(4, 14, 30, 0), at(4, 14, 59, 0))},
			[]TrailEvent{start, stop("StopLogging", at(4, 10, 20, 0))},
			`2026-03-04 10:20 to 14:30 UTC #1 in us-east-2: StopLogging of the trail "main", StartLogging came 4 hours later`,
		},
		"until records come, of whatever trail": {
			[]warehouse.Coverage{before, records(at(4, 12, 10, 0), at(4, 12, 59, 0)), records(at(4, 10, 0, 0), at(4, 10, 20, 0)), records(at(4, 13, 10, 0), at(4, 13, 59, 0))},
			[]TrailEvent{stop("DeleteTrail", at(4, 10, 20, 0)), start},
			`2026-03-04 10:20 to 12:10 UTC #1 in us-east-2: DeleteTrail of the trail "main", no record for 1 hour`,
		},
		"never started again": {
			[]warehouse.Coverage{before, elsewhere},
			[]TrailEvent{stop("PutEventSelectors", at(4, 9, 59, 0))},
			`2026-03-04 09:59 to 11:30 UTC #1 in us-east-2: PutEventSelectors of the trail "main", and not started again as far as the logs go`,
		},
		"of an unknown name": {
			nil, []TrailEvent{{Time: at(4, 9, 59, 0), Account: stop("", at(4, 9, 59, 0)).Account, Region: "us-east-2", Name: "StopLogging"}},
			`2026-03-04 09:59 to 09:59 UTC #1 in us-east-2: StopLogging of a trail, and not started again as far as the logs go`,
		},
		"nothing but the event": {
			nil, []TrailEvent{stop("StopLogging", at(4, 9, 59, 0))},
			`2026-03-04 09:59 to 09:59 UTC #1 in us-east-2: StopLogging of the trail "main", and not started again as far as the logs go`,
		},
		"started within the hour": {
			[]warehouse.Coverage{records(at(4, 14, 0, 0), at(4, 14, 59, 0))},
			[]TrailEvent{stop("StopLogging", at(4, 14, 5, 0)), start},
			`2026-03-04 14:05 to 14:30 UTC #1 in us-east-2: StopLogging of the trail "main", StartLogging came 25 minutes later`,
		},
		"stopped twice": {
			[]warehouse.Coverage{records(at(4, 14, 30, 0), at(4, 14, 59, 0))},
			[]TrailEvent{stop("StopLogging", at(4, 11, 5, 0)), stop("DeleteTrail", at(4, 11, 6, 0)), start},
			`2026-03-04 11:05 to 14:30 UTC #1 in us-east-2: StopLogging of the trail "main", StartLogging came 3 hours later`,
		},
		"stopped again after an unseen start": {
			[]warehouse.Coverage{records(at(4, 9, 30, 0), at(4, 9, 59, 0)), records(at(4, 13, 0, 0), at(4, 13, 5, 0)), records(at(4, 14, 30, 0), at(4, 14, 59, 0))},
			[]TrailEvent{stop("StopLogging", at(4, 9, 55, 0)), stop("StopLogging", at(4, 13, 5, 0)), start},
			`2026-03-04 09:55 to 13:00 UTC #1 in us-east-2: StopLogging of the trail "main", no record for 3 hours` + "\n" +
				`2026-03-04 13:05 to 14:30 UTC #1 in us-east-2: StopLogging of the trail "main", StartLogging came 1 hour later`,
		},
		"another trail goes on": {
			[]warehouse.Coverage{before, records(at(4, 10, 0, 0), at(4, 10, 59, 0)), records(at(4, 11, 0, 0), at(4, 11, 59, 0))},
			[]TrailEvent{stop("StopLogging", at(4, 10, 20, 0)), start}, "",
		},
		"another trail goes on, the hour is nearly over": {
			[]warehouse.Coverage{before, records(at(4, 10, 0, 0), at(4, 10, 59, 0)), records(at(4, 11, 0, 0), at(4, 11, 59, 0))},
			[]TrailEvent{stop("StopLogging", at(4, 10, 58, 0))}, "",
		},
		"only started": {[]warehouse.Coverage{before}, []TrailEvent{start}, ""},
		"another trail of that name": {
			[]warehouse.Coverage{elsewhere},
			[]TrailEvent{stop("StopLogging", at(4, 10, 0, 0)), {Time: at(4, 10, 30, 0), Account: "#2", Region: "us-east-2", Trail: "main", Name: "StartLogging"}},
			`2026-03-04 10:00 to 11:30 UTC #1 in us-east-2: StopLogging of the trail "main", and not started again as far as the logs go`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, g := range FindGaps(Input{Coverage: c.coverage, Events: c.events, Name: func(id entity.ID) string { return named(id) }}) {
				if g.Kind != LoggingStopped || g.Origin != warehouse.FromCloudTrail {
					t.Errorf("%+v", g)
				}
				got = append(got, g.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "0 seconds", time.Second: "1 second", 90 * time.Second: "1 minute", 47 * time.Hour: "47 hours", 50 * time.Hour: "2 days"} {
		if got := lasting(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
