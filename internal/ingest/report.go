package ingest

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// BatchReport tells what one commit brought, for metrics and progress.
// Objects that the ledger has already are in no batch.
type BatchReport struct {
	Kinds   map[string]KindReport // by the kind of the objects as in the ledger, "" where nothing was recognized
	Objects int64                 // that ended in this batch
	Bytes   int64                 // stored bytes of these objects
	Seconds float64               // from the search for duplicates to the end of the commit
}

// KindReport is the part of one kind of logs.
type KindReport struct {
	warehouse.Totals
	Reasons map[string]int64 // rejections and conflicts
	Newest  time.Time        // of the records that were stored, UTC; zero when none was
}

// reportOf sums a committed batch up.
func reportOf(b *warehouse.Batch, took time.Duration) BatchReport {
	r := BatchReport{Kinds: map[string]KindReport{}, Seconds: took.Seconds()}
	for i := range b.Ledger {
		p := &b.Ledger[i]
		k := r.Kinds[p.Kind]
		k.Add(warehouse.Totals{Seen: p.Seen, Stored: p.Stored, Duplicate: p.Duplicate, Rejected: p.Rejected})
		if k.Reasons == nil {
			k.Reasons = map[string]int64{}
		}
		for reason, n := range p.Reasons {
			k.Reasons[reason] += n
		}
		r.Kinds[p.Kind] = k
		if p.Done {
			r.Objects++
			r.Bytes += p.Size
		}
	}
	for _, c := range b.Coverage {
		kind := c.Origin.String()
		k, ok := r.Kinds[kind]
		if t := time.Unix(c.Last, 0).UTC(); ok && t.After(k.Newest) {
			k.Newest = t
			r.Kinds[kind] = k
		}
	}
	return r
}
