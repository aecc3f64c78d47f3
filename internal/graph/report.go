package graph

import (
	"context"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// CoverageReport says which hours the logs of a graph cover, and which they
// do not.
type CoverageReport struct {
	Calendar Calendar
	Gaps     []Gap // by time, at most most
}

// CoverageOf reads the coverage of a graph. Its memory is a few bytes for
// each object of the ledger, if the graph has digests, and some 40 for each
// hour, account, Region and kind of log.
func CoverageOf(ctx context.Context, s warehouse.Store, most int) (r CoverageReport, err error) {
	in := Input{Most: most}
	if in.Coverage, err = s.Coverage(ctx, allHours); err != nil {
		return r, fmt.Errorf("read the coverage calendar: %w", err)
	}
	if in.Digests, err = s.Digests(ctx, time.Time{}, warehouse.EndDay.Time()); err != nil {
		return r, fmt.Errorf("read digests: %w", err)
	}
	if len(in.Digests) > 0 {
		if in.Ingested, err = objectNames(ctx, s); err != nil {
			return r, err
		}
	}
	if in.Name, err = namesOf(ctx, s, in.Coverage); err != nil {
		return r, err
	}
	if in.Events, err = trailEvents(ctx, s, accountsOf(in.Coverage), in.Name); err != nil {
		return r, err
	}
	return CoverageReport{Calendar: CalendarOf(in.Coverage, in.Name), Gaps: FindGaps(in)}, nil
}

// allHours is the range of all that a graph may hold.
var allHours = warehouse.Range{From: math.MinInt32, To: math.MaxInt32}

// accountsOf returns the accounts that have CloudTrail records.
func accountsOf(rows []warehouse.Coverage) (accounts []entity.ID) {
	seen := map[entity.ID]bool{}
	for _, r := range rows {
		if r.Origin == warehouse.FromCloudTrail && r.Account != 0 && !seen[r.Account] {
			seen[r.Account] = true
			accounts = append(accounts, r.Account)
		}
	}
	return accounts
}

// objectNames tells whether an object with the last part of a key was read.
// CloudTrail puts 16 random characters into the names of its files.
func objectNames(ctx context.Context, s warehouse.Store) (func(key string) bool, error) {
	names := map[uint64]struct{}{}
	for o, err := range s.Ledger(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		if o.Done && o.SHA256 != [32]byte{} {
			names[xxh3.HashString(path.Base(o.URI))] = struct{}{}
		}
	}
	return func(key string) bool {
		_, ok := names[xxh3.HashString(path.Base(key))]
		return ok
	}, nil
}

// namesOf returns the keys of the accounts and Regions in rows.
func namesOf(ctx context.Context, s warehouse.Store, rows []warehouse.Coverage) (func(entity.ID) string, error) {
	seen := map[entity.ID]bool{}
	var ids []entity.ID
	for _, r := range rows {
		for _, id := range [...]entity.ID{r.Account, r.Region} {
			if id != 0 && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	found, err := s.Entities(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read accounts and Regions: %w", err)
	}
	return func(id entity.ID) string { return found[id].Key }, nil
}

// maxTrailEvents bounds the calls that stop and start trails, of each name.
const maxTrailEvents = 1000

// trailEvents reads the calls that stopped a trail or started it. Which trail
// it was only the raw record tells; a graph without them knows of one trail an
// account and Region.
func trailEvents(ctx context.Context, s warehouse.Store, accounts []entity.ID, name func(entity.ID) string) ([]TrailEvent, error) {
	var out []TrailEvent
	for _, call := range []string{startLogging, "StopLogging", "DeleteTrail"} {
		events, err := callsOf(ctx, s, accounts, s.Hasher().ID(entity.API, "cloudtrail.amazonaws.com:"+call))
		if err != nil {
			return nil, fmt.Errorf("read calls of %s: %w", call, err)
		}
		for _, e := range events {
			if e.Outcome != warehouse.Success || e.Conflict {
				continue
			}
			var record struct {
				Parameters struct {
					Name string `json:"name"`
				} `json:"requestParameters"`
			}
			if len(e.Raw) > 0 {
				if err := json.Unmarshal(e.Raw, &record); err != nil {
					continue // nothing to say about the trail
				}
			}
			t := TrailEvent{Time: e.Time, Account: name(e.Account), Region: name(e.Region), Trail: record.Parameters.Name, Name: call}
			// An ARN tells the trail's own account and home.
			if arn, ok := entity.ParseARN(t.Trail); ok && strings.HasPrefix(arn.Resource, "trail/") {
				t.Account, t.Region = arn.Account, arn.Region
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// callsOf reads the first maxTrailEvents calls of an API that few call: the
// rollups tell on which days, and the events of all others are left alone.
func callsOf(ctx context.Context, s warehouse.Store, accounts []entity.ID, api entity.ID) ([]warehouse.Event, error) {
	known, err := s.Entities(ctx, []entity.ID{api})
	if err != nil || len(known) == 0 {
		return nil, err
	}
	days := map[warehouse.Day]bool{}
	for _, account := range accounts {
		values, err := s.Values(ctx, account, warehouse.ByAPI, allHours)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if v.Value == api {
				days[v.Day] = true
			}
		}
	}
	var events []warehouse.Event
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if len(events) == maxTrailEvents {
			break
		}
		some, err := s.Events(ctx, warehouse.EventQuery{API: api, From: day.Time(), To: (day + 1).Time(), Limit: maxTrailEvents - len(events)})
		if err != nil {
			return nil, err
		}
		events = append(events, some...)
	}
	return events, nil
}
