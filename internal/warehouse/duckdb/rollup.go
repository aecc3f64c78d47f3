package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// rollup is a table that has one partition, a table of its own, a month, and
// a delta with rows of all months, see delta.go.
type rollup struct {
	name    string
	columns string // as in CREATE TABLE; the first is the hour, the day or the millisecond
	keys    string // the columns that rows are merged by, the first among them; all where rows are not summed up
	merge   string // how the delta's rows are merged: SQL of the other columns, for GROUP BY keys; may be empty
	sorted  string // order of partitions, as in ORDER BY: like ids side by side compress and prune
	gather  bool   // rows go to the delta in any number: batch after batch has the same keys, see limits.gatherRows
}

// partition returns the name of the table that holds r's rows of month m.
func (r rollup) partition(m warehouse.Month) string { return r.name + "_" + m.String() }

// delta returns the name of the table of r's rows that came in small numbers.
func (r rollup) delta() string { return r.name + "_delta" }

// time returns the first column: the hour, the day or, of findings, the
// millisecond that a row is of.
func (r rollup) time() string {
	name, _, _ := strings.Cut(r.keys, ",")
	return name
}

// day returns the SQL of the day that a row is of.
func (r rollup) day() string {
	switch r.time() {
	case "day":
		return "day"
	case "hour":
		return "floor(hour / 24)::INTEGER"
	}
	return fmt.Sprintf("floor(%s / 86400000)::INTEGER", r.time())
}

// countMerge are the counts of merged rows.
const countMerge = `sum(success)::UINTEGER, sum(failure)::UINTEGER, sum(denied)::UINTEGER, min(first), max(last)`

const countDDL = `success UINTEGER, failure UINTEGER, denied UINTEGER, first INTEGER, last INTEGER`

// rollupOf is a rollup with how rows of type R get into it.
type rollupOf[R any] struct {
	rollup
	day   func(*R) warehouse.Day // finds a row's partition
	lead  func(*R) entity.ID     // the first column of rollup.sorted
	order func(a, b *R) int      // that of rollup.sorted
	fill  []column[R]
}

var activityTable = rollupOf[warehouse.Activity]{
	rollup: rollup{
		name: "activity", columns: `hour INTEGER, principal UBIGINT, account UBIGINT, address UBIGINT, api UBIGINT,
		region UBIGINT, agent UBIGINT, ` + countDDL,
		keys: `hour, principal, account, address, api, region, agent`, merge: countMerge, sorted: `principal, hour`,
	},
	day:  func(r *warehouse.Activity) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Activity) entity.ID { return r.Principal },
	order: func(a, b *warehouse.Activity) int {
		return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Activity]{
		int32s(func(r *warehouse.Activity) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Activity) entity.ID { return r.Principal }),
		ids(func(r *warehouse.Activity) entity.ID { return r.Account }),
		ids(func(r *warehouse.Activity) entity.ID { return r.Address }),
		ids(func(r *warehouse.Activity) entity.ID { return r.API }),
		ids(func(r *warehouse.Activity) entity.ID { return r.Region }),
		ids(func(r *warehouse.Activity) entity.ID { return r.Agent }),
	}, countColumns(func(r *warehouse.Activity) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Activity) time.Time { return r.Hour.Time() })...),
}

var entityHourTable = rollupOf[warehouse.EntityHour]{
	rollup: rollup{
		name: "entity_hour", columns: `hour INTEGER, entity UBIGINT, role UTINYINT, ` + countDDL,
		keys: `hour, entity, role`, merge: countMerge, sorted: `entity, hour`,
	},
	day:  func(r *warehouse.EntityHour) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.EntityHour) entity.ID { return r.Entity },
	order: func(a, b *warehouse.EntityHour) int {
		return cmp.Or(cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.EntityHour]{
		int32s(func(r *warehouse.EntityHour) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.EntityHour) entity.ID { return r.Entity }),
		uint8s(func(r *warehouse.EntityHour) uint8 { return uint8(r.Role) }),
	}, countColumns(func(r *warehouse.EntityHour) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.EntityHour) time.Time { return r.Hour.Time() })...),
}

var valueTable = rollupOf[warehouse.Value]{
	rollup: rollup{
		name: "entity_value_day", columns: `day INTEGER, entity UBIGINT, dimension UTINYINT, value UBIGINT, ` + countDDL,
		keys: `day, entity, dimension, value`, merge: countMerge, sorted: `entity, dimension, day`,
	},
	day:  func(r *warehouse.Value) warehouse.Day { return r.Day },
	lead: func(r *warehouse.Value) entity.ID { return r.Entity },
	order: func(a, b *warehouse.Value) int {
		return cmp.Or(cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Dimension, b.Dimension), cmp.Compare(a.Day, b.Day))
	},
	fill: append([]column[warehouse.Value]{
		int32s(func(r *warehouse.Value) int32 { return int32(r.Day) }),
		ids(func(r *warehouse.Value) entity.ID { return r.Entity }),
		uint8s(func(r *warehouse.Value) uint8 { return uint8(r.Dimension) }),
		ids(func(r *warehouse.Value) entity.ID { return r.Value }),
	}, countColumns(func(r *warehouse.Value) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Value) time.Time { return r.Day.Time() })...),
}

var signinTable = rollupOf[warehouse.Signin]{
	rollup: rollup{
		name: "signin", columns: `hour INTEGER, account UBIGINT, "user" UBIGINT, kind UTINYINT, mfa UTINYINT,
		address UBIGINT, agent UBIGINT, ` + countDDL,
		keys: `hour, account, "user", kind, mfa, address, agent`, merge: countMerge, sorted: `account, hour`,
	},
	day:  func(r *warehouse.Signin) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Signin) entity.ID { return r.Account },
	order: func(a, b *warehouse.Signin) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Signin]{
		int32s(func(r *warehouse.Signin) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Signin) entity.ID { return r.Account }),
		ids(func(r *warehouse.Signin) entity.ID { return r.User }),
		uint8s(func(r *warehouse.Signin) uint8 { return uint8(r.Kind) }),
		uint8s(func(r *warehouse.Signin) uint8 { return uint8(r.MFA) }),
		ids(func(r *warehouse.Signin) entity.ID { return r.Address }),
		ids(func(r *warehouse.Signin) entity.ID { return r.Agent }),
	}, countColumns(func(r *warehouse.Signin) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Signin) time.Time { return r.Hour.Time() })...),
}

var linkTable = rollupOf[warehouse.Link]{
	rollup: rollup{
		name: "link", columns: `hour INTEGER, "from" UBIGINT, "to" UBIGINT, kind UTINYINT, ` + countDDL,
		keys: `hour, "from", "to", kind`, merge: countMerge, sorted: `"from", hour`,
	},
	day:  func(r *warehouse.Link) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Link) entity.ID { return r.From },
	order: func(a, b *warehouse.Link) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Link]{
		int32s(func(r *warehouse.Link) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Link) entity.ID { return r.From }),
		ids(func(r *warehouse.Link) entity.ID { return r.To }),
		uint8s(func(r *warehouse.Link) uint8 { return uint8(r.Kind) }),
	}, countColumns(func(r *warehouse.Link) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Link) time.Time { return r.Hour.Time() })...),
}

var ruleHitTable = rollupOf[warehouse.RuleHit]{
	rollup: rollup{
		name: "rule_hit", columns: `hour INTEGER, rule VARCHAR, principal UBIGINT, address UBIGINT, api UBIGINT,
		samples VARCHAR[], ` + countDDL,
		keys: `hour, rule, principal, address, api`, merge: ruleHitMerge, sorted: `principal, hour`,
	},
	day:  func(r *warehouse.RuleHit) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.RuleHit) entity.ID { return r.Principal },
	order: func(a, b *warehouse.RuleHit) int {
		return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.RuleHit]{
		int32s(func(r *warehouse.RuleHit) int32 { return int32(r.Hour) }),
		texts(func(r *warehouse.RuleHit) string { return r.Rule }),
		ids(func(r *warehouse.RuleHit) entity.ID { return r.Principal }),
		ids(func(r *warehouse.RuleHit) entity.ID { return r.Address }),
		ids(func(r *warehouse.RuleHit) entity.ID { return r.API }),
		textLists(func(r *warehouse.RuleHit) []string { return r.Samples }),
	}, countColumns(func(r *warehouse.RuleHit) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.RuleHit) time.Time { return r.Hour.Time() })...),
}

// partitionKey names a partition.
type partitionKey struct {
	rollup string
	month  warehouse.Month
}

// table returns the partition's table name.
func (p partitionKey) table() string { return rollup{name: p.rollup}.partition(p.month) }

// appendRollup appends rows to the partitions of r, which it makes where they
// are missing, and small numbers of a month to its delta. It notes what it did.
func appendRollup[R any](ctx context.Context, s *Store, r rollupOf[R], rows []R, done *appended) error {
	byMonth := map[warehouse.Month][]*R{}
	for i := range rows {
		m := r.day(&rows[i]).Month()
		byMonth[m] = append(byMonth[m], &rows[i])
	}
	var few []*R
	for m, rows := range byMonth {
		if len(rows) < s.limits.fewRows || r.gather {
			few = append(few, rows...)
			continue
		}
		p := partitionKey{r.name, m}
		if !s.partitions[p] {
			if err := s.makePartition(r.rollup, m); err != nil {
				return fmt.Errorf("make partition %s: %w", p.table(), err)
			}
			done.made = append(done.made, p)
		}
		rows = r.sort(rows)
		if err := appendRows(ctx, s.writer, p.table(), r.fill, rows); err != nil {
			return err
		}
	}
	if !r.gather { // or their merger sorts them soon
		few = r.sort(few)
	}
	done.loose[r.name] += int64(len(few))
	return appendRows(ctx, s.writer, r.delta(), r.fill, few)
}

// sort sorts rows in the order of the rollup. The rows are overwritten.
func (r rollupOf[R]) sort(rows []*R) []*R {
	return sortByHash(rows, make([]*R, len(rows)), func(row *R) uint64 { return uint64(r.lead(row)) }, r.order)
}

// appended is what a transaction did to the rollups, for the writer to know
// once it is committed.
type appended struct {
	made  []partitionKey
	loose map[string]int64 // rows that the deltas have gained, by rollup
}

func (s *Store) makePartition(r rollup, m warehouse.Month) error {
	if err := s.writer.exec(fmt.Sprintf("CREATE TABLE %s (%s)", r.partition(m), r.columns)); err != nil {
		return err
	}
	return s.writer.exec(fmt.Sprintf("INSERT INTO rollup_month VALUES (%s, %d)", quote(r.name), m))
}
