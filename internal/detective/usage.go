package detective

import (
	"cmp"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// usageDays is how far back the days go that make up a mean (administration
// guide, usage: up to 30 active days).
const usageDays = 30

// UsageOf works out the usage of a graph from its volumes: for each account
// and package the mean of the days that it sent something on, among the 30
// days up to the last such day of the account. Old logs that were imported
// thus weigh as much as those of today. now becomes Updated.
func UsageOf(volumes []warehouse.Volume, now time.Time) []control.Usage {
	type key struct {
		account string
		of      control.Package
	}
	last := map[string]warehouse.Day{}
	for _, v := range volumes {
		if day, ok := last[v.Account]; !ok || v.Day > day {
			last[v.Account] = v.Day
		}
	}
	days := map[key]map[warehouse.Day]int64{}
	for _, v := range volumes {
		if v.Day <= last[v.Account]-usageDays {
			continue
		}
		k := key{v.Account, control.PackageOf(v.Kind)}
		if days[k] == nil {
			days[k] = map[warehouse.Day]int64{}
		}
		days[k][v.Day] += v.Bytes
	}
	var out []control.Usage
	for k, d := range days {
		var sum int64
		for _, n := range d {
			sum += n
		}
		out = append(out, control.Usage{
			AccountID: k.account, Package: k.of, BytesPerDay: sum / int64(len(d)), Updated: now.UTC().Truncate(time.Millisecond),
		})
	}
	slices.SortFunc(out, func(a, b control.Usage) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Package, b.Package))
	})
	return out
}
