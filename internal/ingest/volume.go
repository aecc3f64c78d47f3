package ingest

import (
	"cmp"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// volumeKey names a row of the current chunk's volumes.
type volumeKey struct {
	part    int
	account string
	day     warehouse.Day
}

// volumeOf returns the place among the chunk's volumes of the row for a
// record of its current part. A row that is new counts as held memory: an
// object may name another account, a long one, in every record.
func (w *worker) volumeOf(account string, at time.Time) int {
	c := w.chunk
	k := volumeKey{len(c.parts) - 1, account, warehouse.DayOf(at)}
	if k == w.volume.key { // as nearly always
		return w.volume.at
	}
	i, ok := w.volumes[k]
	if !ok {
		i = len(c.volumes)
		w.volumes[k] = i
		c.volumes = append(c.volumes, warehouse.PartVolume{Account: account, Day: k.day})
		c.parts[k.part].volumes++
		c.rawBytes += len(account)
	}
	w.volume.key, w.volume.at = k, i
	return i
}

// appendVolumes appends the rows of which something was stored or refused.
func appendVolumes(to, rows []warehouse.PartVolume) []warehouse.PartVolume {
	for _, v := range rows {
		if v.Stored.Records+v.Refused.Records > 0 {
			to = append(to, v)
		}
	}
	return to
}

// mergeVolumes orders rows by account and day and joins those of the same.
func mergeVolumes(rows []warehouse.PartVolume) []warehouse.PartVolume {
	order := func(a, b warehouse.PartVolume) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Day, b.Day))
	}
	slices.SortFunc(rows, order)
	merged := rows[:0]
	for _, v := range rows {
		if n := len(merged); n > 0 && order(merged[n-1], v) == 0 {
			merged[n-1].Stored.Add(v.Stored)
			merged[n-1].Refused.Add(v.Refused)
			continue
		}
		merged = append(merged, v)
	}
	return merged
}
