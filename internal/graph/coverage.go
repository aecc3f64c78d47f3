package graph

import (
	"cmp"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Calendar sums up which hours the logs cover: a line for each account and
// kind of log, by account and kind.
type Calendar []CalendarLine

// CalendarLine is what was recorded of one account by one kind of log.
type CalendarLine struct {
	Account     string // 12 digits
	Origin      warehouse.Origin
	First, Last warehouse.Hour // with records, both inclusive
	Hours       int            // hours with records, at most Last - First + 1
	Records     uint64
	Regions     []string // of the records, ascending
}

// CalendarOf sums up rows, best ordered by hour and account. name gives the
// keys of accounts and Regions.
func CalendarOf(rows []warehouse.Coverage, name func(entity.ID) string) Calendar {
	all := seriesOf(rows, true)
	c := make(Calendar, 0, len(all))
	for _, s := range all {
		line := CalendarLine{Account: name(s.account), Origin: s.origin, Hours: len(s.hours),
			First: s.hours[0].hour, Last: s.hours[len(s.hours)-1].hour}
		for _, h := range s.hours {
			line.Records += h.records
		}
		for region := range s.regions {
			if region != 0 {
				line.Regions = append(line.Regions, name(region))
			}
		}
		slices.Sort(line.Regions)
		c = append(c, line)
	}
	slices.SortFunc(c, func(a, b CalendarLine) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Origin, b.Origin))
	})
	return c
}

// series counts the records of one account and kind of log in all Regions:
// the hours that have any, ascending. Hours without take no memory, for one
// odd record may lie centuries before the others.
type series struct {
	account entity.ID
	origin  warehouse.Origin
	hours   []hourCount
	regions map[entity.ID]bool // nil unless wanted
}

type hourCount struct {
	hour    warehouse.Hour
	records uint64
}

// seriesOf folds rows into series, in the order of their first rows.
func seriesOf(rows []warehouse.Coverage, regions bool) []*series {
	type key struct {
		account entity.ID
		origin  warehouse.Origin
	}
	byKey := map[key]*series{}
	var all []*series
	var s *series // of the row before: the Regions of an account follow each other
	for i := range rows {
		row := &rows[i]
		records := row.Total()
		if records == 0 {
			continue
		}
		if s == nil || s.account != row.Account || s.origin != row.Origin {
			k := key{row.Account, row.Origin}
			if s = byKey[k]; s == nil {
				s = &series{account: row.Account, origin: row.Origin}
				if regions {
					s.regions = map[entity.ID]bool{}
				}
				byKey[k] = s
				all = append(all, s)
			}
		}
		if n := len(s.hours); n > 0 && s.hours[n-1].hour == row.Hour {
			s.hours[n-1].records += records
		} else {
			s.hours = append(s.hours, hourCount{row.Hour, records})
		}
		if regions {
			s.regions[row.Region] = true
		}
	}
	for _, s := range all {
		s.sort()
	}
	return all
}

// sort orders the hours, if rows did not come by hour, and joins what is of
// the same one.
func (s *series) sort() {
	byHour := func(a, b hourCount) int { return cmp.Compare(a.hour, b.hour) }
	if slices.IsSortedFunc(s.hours, byHour) {
		return // and no hour comes twice
	}
	slices.SortFunc(s.hours, byHour)
	kept := s.hours[:1]
	for _, h := range s.hours[1:] {
		if last := &kept[len(kept)-1]; last.hour == h.hour {
			last.records += h.records
		} else {
			kept = append(kept, h)
		}
	}
	s.hours = kept
}
