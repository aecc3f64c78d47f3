package graph

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// row is a row of coverage whose records are spread over its hour.
func row(hour int, account, region entity.ID, origin warehouse.Origin, records uint32) warehouse.Coverage {
	first := int64(hour) * 3600
	return warehouse.Coverage{Hour: warehouse.Hour(hour), Account: account, Region: region, Origin: origin,
		Counts: warehouse.Counts{Success: records, First: first, Last: first + 3599}}
}

// named spells the ids that tests use.
func named(id entity.ID) string { return "#" + strconv.FormatUint(uint64(id), 10) }

func TestCalendar(t *testing.T) {
	t.Parallel()
	rows := []warehouse.Coverage{
		row(10, 2, 7, warehouse.FromCloudTrail, 5),
		row(10, 1, 7, warehouse.FromVPCFlow, 1),
		row(10, 1, 7, warehouse.FromCloudTrail, 1),
		row(10, 1, 8, warehouse.FromCloudTrail, 2),
		row(12, 1, 8, warehouse.FromCloudTrail, 3),
		row(12, 1, 0, warehouse.FromCloudTrail, 4), // records that name no Region
		row(14, 1, 9, warehouse.FromCloudTrail, 0),
		row(-3, 1, 7, warehouse.FromVPCFlow, 1), // before 1970
	}
	rows[0].Failure, rows[0].Denied = 1, 1
	want := Calendar{
		{Account: "#1", Origin: warehouse.FromCloudTrail, First: 10, Last: 12, Hours: 2, Records: 10, Regions: []string{"#7", "#8"}},
		{Account: "#1", Origin: warehouse.FromVPCFlow, First: -3, Last: 10, Hours: 2, Records: 2, Regions: []string{"#7"}},
		{Account: "#2", Origin: warehouse.FromCloudTrail, First: 10, Last: 10, Hours: 1, Records: 7, Regions: []string{"#7"}},
	}
	for range 20 {
		if diff := cmp.Diff(want, CalendarOf(rows, named)); diff != "" {
			t.Fatal(diff)
		}
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if got := CalendarOf(nil, named); len(got) != 0 {
		t.Error(got)
	}
}
