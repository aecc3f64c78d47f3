package ingest

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Membership says which accounts' records a graph takes.
type Membership interface {
	// Accepts reports whether records of the account belong in the graph.
	// It is called by several goroutines, once or more for each account.
	Accepts(ctx context.Context, account string) (bool, error)

	// Version grows whenever more accounts are accepted: an object with
	// records that were refused under an older version is read again.
	Version() int64
}

// Options say what to do with the records. Store, Places, Rules and
// Membership are required.
type Options struct {
	Store      warehouse.Store
	Places     Places
	Rules      *rules.Pack
	Membership Membership

	Kind decode.Kind // the one kind of logs to read; "" or decode.KindAuto for all
	// Stopped says of which kinds the graph takes nothing now: their records
	// are refused, and read again when the version of Membership has changed.
	Stopped map[decode.Kind]bool
	// Account and Region are those of records that do not say: of EKS audit
	// logs without an envelope, of flow logs without account and Region.
	Account, Region string
	FlowFormat      string // of flow logs without a header, see vpcflow.Options
	NoRaw           bool   // store events without their raw records
	// Reread says to read objects again whose records were refused because they
	// were taken for another kind of logs, or had no FlowFormat. It is for runs
	// that a person asks for: others would do it again and again.
	Reread bool

	Workers int                 // that read and decode; 0 means the number of CPUs
	Now     func() time.Time    // nil means time.Now
	Done    func(ObjectSummary) // called for each object when it is accounted for; may be nil
	Batch   func(BatchReport)   // called after each commit, by one goroutine at a time; may be nil

	limits limits // zero means defaultLimits
}

// ObjectSummary is the account of one object in one run.
type ObjectSummary struct {
	URI       string
	Totals    warehouse.Totals
	Reasons   map[string]int64
	Samples   []warehouse.Rejection
	Bytes     int64   // stored bytes of the object
	Seconds   float64 // spent on reading and decoding it
	Unchanged bool    // the ledger has it, it was not read again
}

// Summary is the account of a run.
type Summary struct {
	Totals  warehouse.Totals
	Objects int64
	Bytes   int64
	Elapsed time.Duration
}

// maxFuture is how far ahead of the clock an event may be (DESIGN.md,
// retention); earliest is when no log of AWS can be older: without a bound a
// hostile file could make a partition for every month of ten thousand years.
const maxFuture = 24 * time.Hour

var earliest = time.Date(2006, 1, 1, 0, 0, 0, 0, time.UTC)

// Run reads every object of src into the store. Bad records and objects are
// accounted for and never end the run; an error means that the store or the
// membership failed, or that ctx ended. What was committed before stays.
//
// One Run at a time may write a store.
func Run(ctx context.Context, src source.Source, o Options) (Summary, error) {
	if o.Workers == 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.limits == (limits{}) {
		o.limits = defaultLimits()
	}
	began := o.Now()
	// The version comes before the first question about an account: whoever
	// joins later is not thought to have been a member already.
	r := &run{src: src, Options: o, version: o.Membership.Version(),
		jobs: make(chan *job), order: make(chan *job, 2*o.Workers), free: make(chunks, freeChunks)}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(r.jobs)
		defer close(r.order)
		return r.plan(ctx)
	})
	for range o.Workers {
		g.Go(func() error { return r.work(ctx) })
	}
	g.Go(func() error { return r.batch(ctx) })
	err := g.Wait()
	r.summary.Elapsed = o.Now().Sub(began)
	if err != nil {
		return r.summary, fmt.Errorf("ingest: %w", err)
	}
	return r.summary, nil
}

// run is one Run. The summary belongs to the batching goroutine.
type run struct {
	Options
	src     source.Source
	version int64     // of the membership when the run began
	jobs    chan *job // to the workers
	order   chan *job // the same jobs in the same order to the batcher
	free    chunks
	summary Summary
}

// batch takes the chunks of all jobs in their order and commits them.
func (r *run) batch(ctx context.Context) error {
	open := map[string]*ObjectSummary{} // objects that began in an earlier batch
	b := &batcher{store: r.Store, limits: r.limits, membership: r.version, now: r.Now, free: r.free, folder: newFolder()}
	b.report = func(p warehouse.ObjectPart) { r.account(open, p) }
	b.batch = r.Batch
	b.committed = func(o source.Object) error { return r.src.Acknowledge(ctx, o) }
	for j := range r.order {
		for c := range j.out.chunks {
			j.out.taken(c)
			if err := b.add(ctx, c); err != nil {
				return err
			}
		}
		for _, o := range j.unchanged {
			r.finish(o)
		}
		for _, o := range j.known {
			if err := b.committed(o); err != nil {
				return fmt.Errorf("acknowledge %s: %w", o.URI, err)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return b.flush(ctx)
}

// account adds a committed ledger row to its object's summary.
func (r *run) account(open map[string]*ObjectSummary, p warehouse.ObjectPart) {
	s, ok := open[p.URI]
	if !ok {
		s = &ObjectSummary{URI: p.URI, Bytes: p.Size, Reasons: map[string]int64{}}
		open[p.URI] = s
	}
	s.Totals.Add(warehouse.Totals{Seen: p.Seen, Stored: p.Stored, Duplicate: p.Duplicate, Rejected: p.Rejected})
	s.Seconds += p.Seconds
	for reason, n := range p.Reasons {
		s.Reasons[reason] += n
	}
	if room := warehouse.MaxRejectionSamples - len(s.Samples); room > 0 {
		s.Samples = append(s.Samples, p.Samples[:min(room, len(p.Samples))]...)
	}
	if p.Done {
		delete(open, p.URI)
		r.finish(*s)
	}
}

func (r *run) finish(s ObjectSummary) {
	r.summary.Totals.Add(s.Totals)
	r.summary.Objects++
	r.summary.Bytes += s.Bytes
	if r.Done != nil {
		r.Done(s)
	}
}
