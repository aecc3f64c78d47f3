package graph

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// TrailEvent is a successful call that stopped a trail or started it again.
// Name is the event's: StartLogging starts, every other name stops:
// StopLogging and DeleteTrail do, and of PutEventSelectors and UpdateTrail
// those calls that leave nothing to be logged; others must not be given.
type TrailEvent struct {
	Time    time.Time
	Account string // of the trail, 12 digits
	Region  string // of the call, the trail's home
	Trail   string // name or ARN; empty when it is not known
	Name    string
}

// startLogging is the event that starts a trail.
const startLogging = "StartLogging"

// straggling is how long after a trail was stopped records may still come:
// calls that were under way. It is a guess.
const straggling = 15 * time.Minute

// loggingStopped finds the time from each stop of a trail to its start, or to
// the account's next record, if that comes earlier. When records go on within
// the hour, another trail has them and there is no gap.
func loggingStopped(in Input, name names) []Gap {
	if len(in.Events) == 0 {
		return nil
	}
	heard, end := heardOf(in, name)
	events := slices.Clone(in.Events)
	for i := range events {
		events[i].Trail = entity.ShortName(events[i].Trail)
	}
	trail := func(a, b TrailEvent) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Trail, b.Trail))
	}
	slices.SortStableFunc(events, func(a, b TrailEvent) int { return cmp.Or(trail(a, b), a.Time.Compare(b.Time)) })
	var gaps []Gap
	for i := 0; i < len(events); i++ {
		stop := events[i]
		if stop.Name == startLogging {
			continue
		}
		// The trail's next start, and what of it comes before that.
		var start time.Time
		j := i + 1
		for ; j < len(events) && trail(stop, events[j]) == 0; j++ {
			if events[j].Name == startLogging {
				start = events[j].Time
				break
			}
		}
		to, how := heard[stop.Account].until(stop.Time, start)
		if to.IsZero() {
			to, how = end, "and not started again as far as the logs go"
		}
		if how != "" {
			gaps = append(gaps, Gap{Account: stop.Account, Region: stop.Region, Origin: warehouse.FromCloudTrail, Kind: LoggingStopped,
				From: stop.Time.UTC(), To: to.UTC(), Detail: fmt.Sprintf("%s of %s, %s", stop.Name, called(stop.Trail), how)})
		}
		// Further stops of a stopped trail are no gaps of their own.
		for i+1 < j && events[i+1].Time.Before(to) {
			i++
		}
	}
	return gaps
}

// sounds are the hours in which an account has CloudTrail records, ascending,
// with the first and the last record.
type sounds []sound

type sound struct {
	hour        warehouse.Hour
	first, last time.Time
}

// heardOf returns the hours with records of the accounts that have events,
// and the time at which the logs end.
func heardOf(in Input, name names) (map[string]sounds, time.Time) {
	heard := map[string]sounds{}
	var end time.Time
	for _, e := range in.Events {
		heard[e.Account] = nil
		if e.Time.After(end) {
			end = e.Time
		}
	}
	last := int64(-1 << 62)
	var id entity.ID
	var account string
	var wanted bool
	for i := range in.Coverage {
		row := &in.Coverage[i]
		if row.Total() == 0 {
			continue
		}
		last = max(last, row.Last)
		if row.Origin != warehouse.FromCloudTrail {
			continue
		}
		if i == 0 || row.Account != id {
			id, account = row.Account, name.of(row.Account)
			_, wanted = heard[account]
		}
		if wanted {
			heard[account] = append(heard[account], sound{row.Hour, row.FirstTime(), row.LastTime()})
		}
	}
	if t := time.Unix(last, 0); t.After(end) {
		end = t
	}
	for account, all := range heard {
		heard[account] = all.merged()
	}
	return heard, end
}

// merged orders the hours and joins what is of the same one.
func (all sounds) merged() sounds {
	slices.SortFunc(all, func(a, b sound) int { return cmp.Compare(a.hour, b.hour) })
	var kept sounds
	for _, s := range all {
		if n := len(kept); n == 0 || kept[n-1].hour != s.hour {
			kept = append(kept, s)
			continue
		}
		k := &kept[len(kept)-1]
		if s.first.Before(k.first) {
			k.first = s.first
		}
		if s.last.After(k.last) {
			k.last = s.last
		}
	}
	return kept
}

// until returns when a trail that was stopped, and started again unless start
// is zero, is heard of again, and how; zero if it is not. how is empty when
// the records did not cease.
func (all sounds) until(stop, start time.Time) (to time.Time, how string) {
	late := stop.Add(straggling)
	i, _ := slices.BinarySearchFunc(all, warehouse.HourOf(stop), func(s sound, h warehouse.Hour) int { return cmp.Compare(s.hour, h) })
	for ; i < len(all); i++ {
		s := all[i]
		if !start.IsZero() && (warehouse.HourOf(start) < s.hour || !s.first.After(late) && warehouse.HourOf(start) == s.hour) {
			// Of the records of this hour nobody knows whether they came
			// before the start.
			break
		}
		at := s.first
		if !at.After(late) {
			if at = late; !s.last.After(late) {
				continue
			}
		}
		switch {
		case !start.IsZero() && !at.Before(start):
			return start, startLogging + " came " + lasting(start.Sub(stop)) + " later"
		case at.Sub(stop) < time.Hour:
			return at, ""
		}
		return at, "no record for " + lasting(at.Sub(stop))
	}
	if start.IsZero() {
		return time.Time{}, ""
	}
	return start, startLogging + " came " + lasting(start.Sub(stop)) + " later"
}

// lasting writes a duration in the largest unit that fits it.
func lasting(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return count(int(d/(24*time.Hour)), "day")
	case d >= time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= time.Minute:
		return count(int(d/time.Minute), "minute")
	}
	return count(int(d/time.Second), "second")
}

func called(trail string) string {
	if trail == "" {
		return "a trail"
	}
	return fmt.Sprintf("the trail %.128q", trail)
}
