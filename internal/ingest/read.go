package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/logs"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Reasons of our own; those of decoding are package decode's.
const (
	reasonUnreadable  = "unreadable"
	reasonNotMember   = "not-a-member"
	reasonNoAccount   = "no-account"
	reasonFuture      = "in-the-future"
	reasonImplausible = "implausible-time"
	reasonStopped     = "package-stopped"
)

// work reads jobs until there are no more.
func (r *run) work(ctx context.Context) error {
	w := &worker{run: r, resolver: newResolver(r.Store.Hasher(), r.Places, r.Rules), accepted: map[string]bool{}, volumes: map[volumeKey]int{},
		unpack: decode.NewReader(nil, decode.Limits{})}
	w.logs = logs.NewReader(logs.Options{Kind: r.Kind, FlowFormat: r.FlowFormat})
	defer w.logs.Close()
	defer w.unpack.Close()
	for j := range r.jobs {
		if err := w.read(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// worker reads the objects of one job after the other.
type worker struct {
	*run
	resolver *resolver
	accepted map[string]bool // what Membership said before
	latest   time.Time       // records of the object that are later are not plausible
	member   struct {        // the last account that Membership took
		account string
		known   bool
	}
	unpack *decode.Reader
	logs   *logs.Reader

	job     *job
	chunk   *chunk
	volumes map[volumeKey]int // the rows of the chunk's volumes
	volume  struct {          // the one that the last record had
		key volumeKey
		at  int
	}
	rec logs.Record
}

func (w *worker) read(ctx context.Context, j *job) error {
	defer close(j.out.chunks)
	w.job = j
	w.begin()
	for _, o := range j.objects {
		if err := w.object(ctx, o); err != nil {
			return err
		}
	}
	return w.hand(ctx)
}

func (w *worker) begin() {
	w.chunk = w.free.get()
	w.resolver.begin(w.chunk.entities)
	clear(w.volumes)
	w.volume.key = volumeKey{part: -1}
}

// hand passes the chunk to the batcher and begins another.
func (w *worker) hand(ctx context.Context) error {
	if len(w.chunk.parts) == 0 {
		return nil
	}
	w.chunk.entities = w.resolver.entities
	if err := w.job.out.put(ctx, w.chunk); err != nil {
		return err
	}
	w.begin()
	return nil
}

// object reads one object, or finds that the ledger has it.
func (w *worker) object(ctx context.Context, o *object) error {
	began := time.Now()
	if w.tagged(o) {
		w.leaveAsIs(o)
		return nil
	}
	content, err := w.src.Open(ctx, o.Object)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.reading = o.known.Readings + 1
		p := w.part(o, 0)
		p.reject(warehouse.Rejection{Offset: -1, Reason: reasonUnreadable, Detail: err.Error()}, 1)
		p.done, p.failed = true, !errors.Is(err, source.ErrGone)
		return nil
	}
	defer content.Close()
	o.sha256, o.Size, o.Tag = content.SHA256, content.Size, content.Tag
	skip, unchanged := w.resume(o)
	if unchanged {
		w.leaveAsIs(o)
		return nil
	}
	return w.decode(ctx, o, content, skip, began)
}

// tagged reports whether the ledger has an object to its end, as far as can be
// told without a look into it.
func (w *worker) tagged(o *object) bool {
	k := o.known
	return o.Tag != "" && o.Tag == k.Tag && o.Size == k.Size && k.Done && k.SHA256 != [32]byte{} && !w.refused(k)
}

// leaveAsIs reports an object that the ledger has.
func (w *worker) leaveAsIs(o *object) {
	w.job.unchanged = append(w.job.unchanged, unchangedSummary(o.known))
	w.job.known = append(w.job.known, o.Object)
}

// refused reports whether an object has records that the graph may take now.
func (w *worker) refused(k warehouse.Object) bool {
	return k.Reasons[reasonNotMember]+k.Reasons[reasonNoAccount]+k.Reasons[reasonStopped] > 0 && k.Membership != w.version ||
		w.Reread && w.misread(k)
}

// misread reports whether an object has records that were refused because it
// was read as another kind of logs than now, or without its format.
func (w *worker) misread(k warehouse.Object) bool {
	for _, kind := range decode.Kinds() {
		if kind != w.Kind && k.Reasons["not-"+string(kind)] > 0 {
			return true
		}
	}
	told := w.FlowFormat != "" || w.Kind != "" && w.Kind != decode.KindAuto
	return told && k.Reasons[string(decode.ReasonNotJSON)]+k.Reasons[string(vpcflow.ReasonUnknownFormat)]+k.Reasons[string(logs.ReasonUnrecognized)] > 0
}

// resume decides how an object that the ledger may know is read: not at all
// when it was read to its end, from where a crash broke it off, or from the
// start, again when accounts may have joined since records were refused.
func (w *worker) resume(o *object) (skip int64, unchanged bool) {
	k := o.known
	switch {
	case k.Readings == 0, k.SHA256 != o.sha256, w.refused(k):
		o.reading = k.Readings + 1
		return 0, false
	case !k.Done:
		o.reading = k.Readings
		return k.Next, false
	default:
		return 0, true
	}
}

// unchangedSummary reports the records of an object that is not read again as
// duplicates of themselves.
func unchangedSummary(o warehouse.Object) ObjectSummary {
	return ObjectSummary{URI: o.URI, Bytes: o.Size, Reasons: o.Reasons, Samples: o.Samples, Unchanged: true,
		Totals: warehouse.Totals{Seen: o.Seen, Duplicate: o.Seen - o.Rejected, Rejected: o.Rejected}}
}

// part begins the account of an object in the current chunk.
func (w *worker) part(o *object, first int64) *part {
	w.chunk.parts = append(w.chunk.parts, part{object: o, first: first})
	return &w.chunk.parts[len(w.chunk.parts)-1]
}

// reject counts n records that are not stored.
func (p *part) reject(r warehouse.Rejection, n int64) {
	p.seen += n
	p.rejected += n
	if p.reasons == nil {
		p.reasons = map[string]int64{}
	}
	p.reasons[r.Reason] += n
	if len(p.samples) < warehouse.MaxRejectionSamples {
		p.samples = append(p.samples, r)
	}
}

// decode reads the records of an object from ordinal skip on.
func (w *worker) decode(ctx context.Context, o *object, r io.Reader, skip int64, began time.Time) error {
	w.latest = w.Now().Add(maxFuture)
	w.unpack.Reset(r)
	w.logs.Reset(w.unpack, logs.ContextOf(o.URI))
	w.logs.Skip(skip)
	ordinal := skip
	p := w.part(o, skip)
	for {
		err := w.logs.Next(&w.rec)
		var rejection *decode.Rejection
		switch {
		case err == nil && w.rec.Kind == decode.KindDigest:
			if err := w.digest(ctx, p, ordinal); err != nil {
				return err
			}
		case err == nil:
			if err := w.record(ctx, p, ordinal); err != nil {
				return err
			}
			ordinal++
		case errors.As(err, &rejection):
			p.reject(warehouse.Rejection{Record: rejection.Record, Offset: rejection.Offset,
				Reason: string(rejection.Reason), Detail: rejection.Detail}, rejection.Records)
			ordinal += rejection.Records
		case errors.Is(err, io.EOF):
			p.end(w.logs.Kind(), began)
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			// The source broke off. What was read is kept; the object is read
			// again next time, for its ledger row carries no hash.
			p.reject(warehouse.Rejection{Record: ordinal, Offset: -1, Reason: reasonUnreadable, Detail: err.Error()}, 1)
			p.broken = true
			p.end(w.logs.Kind(), began)
			return nil
		}
		if len(w.chunk.events)+len(w.chunk.flows)/flowsPerEvent >= w.limits.chunkEvents || len(w.chunk.volumes) >= w.limits.chunkEvents || w.chunk.rawBytes >= w.limits.chunkBytes {
			p.leave(w.logs.Kind(), began)
			began = time.Now()
			if err := w.hand(ctx); err != nil {
				return err
			}
			p = w.part(o, ordinal)
		}
	}
}

// leave closes the account of a part.
func (p *part) leave(kind decode.Kind, began time.Time) {
	p.kind = string(kind)
	p.seconds = time.Since(began).Seconds()
}

// end closes the account of an object that was read to its end.
func (p *part) end(kind decode.Kind, began time.Time) {
	p.leave(kind, began)
	p.done = true
}

// record takes the decoded record into the chunk or rejects it.
func (w *worker) record(ctx context.Context, p *part, ordinal int64) error {
	rec := &w.rec
	c, at := w.place()
	ok, err := w.admit(ctx, p, ordinal, c.Account, at)
	if err != nil || !ok {
		return err
	}
	p.seen++
	n, volume := len(w.chunk.parts)-1, w.volumeOf(c.Account, at)
	if rec.Kind == decode.KindVPCFlow {
		w.chunk.flows = append(roomFor(w.chunk.flows, w.limits.chunkEvents*flowsPerEvent), flow{part: n, volume: volume})
		w.chunk.rawBytes += flowBytes + len(rec.Raw)
		w.resolver.flow(&rec.Flow, c, &w.chunk.flows[len(w.chunk.flows)-1])
		return nil
	}
	raw := rec.Raw
	if w.NoRaw {
		w.chunk.rawBytes += eventBytes
	} else {
		raw = w.chunk.keep(raw)
	}
	w.chunk.events = append(roomFor(w.chunk.events, w.limits.chunkEvents), event{part: n, volume: volume, bytes: len(raw)})
	ev := &w.chunk.events[len(w.chunk.events)-1]
	switch rec.Kind {
	case decode.KindEKSAudit:
		w.resolver.audit(&rec.Audit, c, raw, ev)
	case decode.KindGuardDuty, decode.KindASFF:
		w.resolver.finding(rec.Kind, &rec.Finding, c, raw, ev)
	default:
		w.resolver.resolve(&rec.CloudTrail, c.Account, raw, ev)
		if rec.Derived {
			ev.Print = 0 // its bytes are not the original's
		}
	}
	if w.NoRaw {
		ev.Raw = nil // the next record's bytes take its place
	}
	return nil
}

// digest takes a digest file of CloudTrail's, which is no record, if its
// account is a member.
func (w *worker) digest(ctx context.Context, p *part, ordinal int64) error {
	d := &w.rec.Digest
	ok, err := w.admit(ctx, p, ordinal, d.Account, d.From)
	if err != nil || !ok {
		return err
	}
	w.chunk.digests = append(w.chunk.digests, warehouse.Digest{
		Account: d.Account, Region: d.Region, Trail: d.Trail.String(), From: d.From.Unix(), To: d.To.Unix(),
		Object: d.Object, Hash: d.Hash, Previous: d.Previous, PreviousHash: d.PreviousHash, Files: d.Keys(),
	})
	return nil
}

// eventBytes is what an event without its raw record takes in a chunk, about.
const eventBytes = 400

// flowBytes is what a flow record takes in a chunk, about.
const flowBytes = 320

// place tells whose record it is, where it is from and of when. What the
// record does not say its envelope, the object's name or the options do; but
// CloudTrail's records always name their account.
func (w *worker) place() (logs.Context, time.Time) {
	rec, c := &w.rec, w.rec.Context
	var at time.Time
	switch rec.Kind {
	case decode.KindCloudTrail:
		clipRecord(&rec.CloudTrail)
		c.Account = first(rec.CloudTrail.RecipientAccountID, rec.CloudTrail.UserIdentity.AccountID)
		return c, rec.CloudTrail.EventTime
	case decode.KindVPCFlow:
		c.Account = first(clip(rec.Flow.AccountID), c.Account)
		c.Region = first(clip(rec.Flow.Region), c.Region)
		at = time.Unix(rec.Flow.Time(), 0).UTC()
	case decode.KindEKSAudit:
		at = rec.Audit.Time
	default:
		c.Account = first(rec.Finding.AccountID, c.Account)
		at = rec.Finding.Updated
	}
	c.Account, c.Region = first(c.Account, w.Account), first(c.Region, w.Region)
	return c, at
}

// admit decides whether the graph takes the record, and rejects it if not.
func (w *worker) admit(ctx context.Context, p *part, ordinal int64, account string, at time.Time) (bool, error) {
	rec := &w.rec
	var detail string
	reason := w.implausible(at)
	if reason != "" {
		detail = "event time " + at.Format(time.RFC3339)
	} else {
		ok, err := w.accepts(ctx, account)
		if err != nil {
			return false, err
		}
		switch {
		case !ok && account == "":
			reason, detail = reasonNoAccount, "event "+clip(rec.CloudTrail.EventID)
		case !ok:
			reason, detail = reasonNotMember, "account "+account
		case w.Stopped[rec.Kind]:
			reason, detail = reasonStopped, "the data source package of "+string(rec.Kind)+" is stopped"
		}
	}
	switch reason {
	case "":
		return true, nil
	case reasonNotMember, reasonStopped:
		// The record is good and somebody's, so it counts as their volume.
		w.chunk.volumes[w.volumeOf(account, at)].Refused.Add(warehouse.Amount{Records: 1, Bytes: int64(len(rec.Raw))})
	}
	p.reject(warehouse.Rejection{Record: ordinal, Offset: -1, Reason: reason, Detail: detail}, 1)
	return false, nil
}

func (w *worker) implausible(t time.Time) string {
	switch {
	case t.After(w.latest):
		return reasonFuture
	case t.Before(earliest):
		return reasonImplausible
	}
	return ""
}

// maxAccounts bounds the accounts whose membership a worker remembers.
const maxAccounts = 1 << 16

func (w *worker) accepts(ctx context.Context, account string) (bool, error) {
	if w.member.known && w.member.account == account { // as nearly always
		return true, nil
	}
	ok, known := w.accepted[account]
	w.member.account, w.member.known = account, known && ok
	if known {
		return ok, nil
	}
	ok, err := w.Membership.Accepts(ctx, account)
	if err != nil {
		return false, fmt.Errorf("look up account %s: %w", account, err)
	}
	if len(w.accepted) >= maxAccounts {
		clear(w.accepted)
	}
	w.accepted[account] = ok
	return ok, nil
}
