package graph

import (
	"context"
	"fmt"
	"math"
	"path"
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
	all := warehouse.Range{From: math.MinInt32, To: math.MaxInt32}
	if in.Coverage, err = s.Coverage(ctx, all); err != nil {
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
	if in.Events, err = trailEvents(ctx, s, in.Name); err != nil {
		return r, err
	}
	return CoverageReport{Calendar: CalendarOf(in.Coverage, in.Name), Gaps: FindGaps(in)}, nil
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
func trailEvents(ctx context.Context, s warehouse.Store, name func(entity.ID) string) ([]TrailEvent, error) {
	var out []TrailEvent
	for _, call := range []string{startLogging, "StopLogging", "DeleteTrail"} {
		api := s.Hasher().ID(entity.API, "cloudtrail.amazonaws.com:"+call)
		events, err := s.Events(ctx, warehouse.EventQuery{API: api, Limit: maxTrailEvents})
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
