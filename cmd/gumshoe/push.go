package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
)

// pushLimits bound what a push may cost. None may be zero.
type pushLimits struct {
	body    int64         // bytes of one body, packed as it comes
	room    int64         // bytes of all bodies in memory, without those of claims
	claims  int64         // bytes of bodies whose signature is not checked yet
	group   int64         // bytes that are committed together
	gather  time.Duration // for how long bodies are collected to be committed together
	stall   time.Duration // for how long a sender may send nothing
	arrival time.Duration // for how long a body may be on its way
	answer  time.Duration // for how long a sender is let wait for the commit
}

// defaultPushLimits: Amazon Data Firehose sends bodies of up to 64 MiB and
// waits 3 minutes for an answer; an event is to be found 5 seconds after it
// was pushed. The others are guesses.
func defaultPushLimits() pushLimits {
	return pushLimits{
		body: 64 << 20, room: 256 << 20, claims: 96 << 20, group: 32 << 20, gather: 200 * time.Millisecond,
		stall: 20 * time.Second, arrival: 5 * time.Minute, answer: 150 * time.Second,
	}
}

var (
	errServerEnds = errors.New("the server ends")
	errUnanswered = errors.New("the run ended without an account of the object")
	// errNotStored stands for an error that was logged.
	errNotStored = errors.New("what was pushed cannot be stored")
)

// pushDesk takes in what is pushed to POST /ingest/v1/{kind}. What waits for
// one graph and kind is committed together, in the goroutine of a pushQueue
// that lives as long as there is something to do. Senders are answered after
// the commit, so an answer says that the records can be found.
type pushDesk struct {
	house  *house
	end    context.Context // once it is done nothing more is committed
	dev    bool            // any secret will do, see serve --dev
	limits pushLimits
	room   *push.Room
	claims *push.Room     // apart, so that who knows the id of a key only cannot fill the room
	audit  func(api.Call) // told of refused callers
	now    func() time.Time
	ingest func(ctx context.Context, g control.Graph, kind decode.Kind, src *push.Batch[ingest.ObjectSummary]) error

	unwrapping sync.Mutex // what a delivery of Firehose decodes to is in no room at first

	mu      sync.Mutex
	closed  bool
	queues  map[pushTarget]*pushQueue
	running sync.WaitGroup // requests and queues
}

// pushTarget is what a queue is for.
type pushTarget struct {
	graph string // ARN
	kind  decode.Kind
}

// newPushDesk returns the handler of pushes. When end is done those that wait
// are told so; the caller must then wait for the desk before it closes the
// house.
func (h *house) newPushDesk(end context.Context, dev bool) *pushDesk {
	limits := defaultPushLimits()
	d := &pushDesk{house: h, end: end, dev: dev, limits: limits,
		room: push.NewRoom(limits.room), claims: push.NewRoom(limits.claims),
		audit: h.writeAudit, now: time.Now, queues: map[pushTarget]*pushQueue{}}
	d.ingest = d.read
	return d
}

// wait waits until all requests are answered and all queues have ended, and
// refuses those that still come. It is to be called when the end is done.
func (d *pushDesk) wait() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.running.Wait()
}

// enter counts a request in, unless the server ends.
func (d *pushDesk) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.end.Err() != nil {
		return false
	}
	d.running.Add(1)
	return true
}

// put queues bodies, which are the desk's from now on.
func (d *pushDesk) put(g control.Graph, kind decode.Kind, bodies ...*push.Body) ([]*push.Receipt[ingest.ObjectSummary], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end.Err() != nil {
		release(bodies)
		return nil, errServerEnds
	}
	target := pushTarget{g.ARN, kind}
	q, ok := d.queues[target]
	if !ok {
		q = &pushQueue{desk: d, graph: g, kind: kind, inbox: push.NewInbox[ingest.ObjectSummary](string(kind)), due: d.now()}
		d.queues[target] = q
		d.running.Go(q.run)
	}
	receipts := make([]*push.Receipt[ingest.ObjectSummary], len(bodies))
	for i, b := range bodies {
		receipts[i] = q.inbox.Put(b)
	}
	return receipts, nil
}

func release(bodies []*push.Body) {
	for _, b := range bodies {
		b.Release()
	}
}

// read reads a batch into a graph whose writer the caller is, and answers each
// object when it is committed.
func (d *pushDesk) read(ctx context.Context, g control.Graph, kind decode.Kind, src *push.Batch[ingest.ObjectSummary]) error {
	now, err := d.house.control.Graph(ctx, g.ARN)
	if errors.Is(err, control.ErrNotFound) || err == nil && now.State != control.GraphActive {
		return errGraphGone
	}
	if err != nil {
		return err
	}
	options, err := d.house.ingestOptions(ctx, g, ingestFlags{kind: kind})
	if err != nil {
		return err
	}
	log := newRunLog(d.house.log, "push:"+string(kind), g.ARN)
	options.Done = func(o ingest.ObjectSummary) {
		log.object(o)
		src.Answer(o.URI, o)
	}
	summary, err := ingest.Run(ctx, src, options)
	log.add(summary)
	log.end()
	return err
}

// pushQueue commits what is pushed for one graph and kind.
type pushQueue struct {
	desk  *pushDesk
	graph control.Graph
	kind  decode.Kind
	inbox *push.Inbox[ingest.ObjectSummary]
	stale bool      // records came since the usage was worked out
	due   time.Time // when the usage may be worked out again
}

// run commits until nothing has come for a while, or the server ends.
func (q *pushQueue) run() {
	d := q.desk
	for {
		idle := time.NewTimer(q.due.Sub(d.now()))
		select {
		case <-q.inbox.Arrived():
			q.inbox.Gather(d.end, d.limits.gather, d.limits.group)
			q.commit()
		case <-idle.C:
		case <-d.end.Done():
		}
		idle.Stop()
		q.updateUsage()
		if q.leave() {
			return
		}
	}
}

// leave takes the queue off the desk when it has nothing to do any more. Who
// comes after the end is told by put.
func (q *pushQueue) leave() bool {
	d := q.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.end.Err() != nil {
		q.inbox.Fail(errServerEnds)
	} else if n, _ := q.inbox.Waiting(); n > 0 || q.stale || d.now().Before(q.due) {
		return false
	}
	delete(d.queues, pushTarget{q.graph.ARN, q.kind})
	return true
}

// commit reads what waits once it is this writer's turn. What has come
// meanwhile goes along.
func (q *pushQueue) commit() {
	d := q.desk
	writer := d.house.writer(q.graph)
	select {
	case writer <- struct{}{}:
	case <-d.end.Done():
		return
	}
	defer func() { <-writer }()
	batch := q.inbox.Take(d.limits.group)
	if batch == nil {
		return // withdrawn
	}
	q.stale = true
	err := d.ingest(d.end, q.graph, q.kind, batch)
	switch {
	case err == nil:
		batch.Fail(errUnanswered)
	case d.end.Err() != nil:
		batch.Fail(errServerEnds)
	case errors.Is(err, errGraphGone):
		batch.Fail(err)
	default:
		d.house.log.Error("what was pushed cannot be stored", "graph", q.graph.ARN, "kind", q.kind, "objects", batch.Len(), "error", err)
		batch.Fail(errNotStored)
	}
}

// usageGrace is for how long the usage may be worked out when the server ends,
// of the 10 seconds that it has for its end.
const usageGrace = time.Second

// updateUsage works the graph's usage out, if there is something new and some
// time has passed since it was last: it asks the whole ledger. The end is no
// reason to leave it as it was.
func (q *pushQueue) updateUsage() {
	d := q.desk
	if !q.stale || d.now().Before(q.due) && d.end.Err() == nil {
		return
	}
	q.stale = false
	ctx, cancel := grace(d.end, usageGrace)
	defer cancel()
	if err := d.house.detective.UpdateUsage(ctx, q.graph.ARN); err != nil && !errors.Is(err, control.ErrNotFound) {
		d.house.log.Error("the usage of a graph cannot be worked out", "graph", q.graph.ARN, "error", err)
	}
	q.due = d.now().Add(usageTime)
}

var _ http.Handler = (*pushDesk)(nil)
