package ingest

import (
	"context"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// job is a group of objects that one worker reads. Small files travel
// together: a channel operation for each of a million five-record files would
// cost more than decoding them.
type job struct {
	objects   []*object
	out       *queue
	known     []source.Object // the objects of unchanged
	unchanged []ObjectSummary // objects that the ledger has; complete when the queue is closed
}

// object is a source object on its way.
type object struct {
	source.Object
	known   warehouse.Object // what the ledger has; Readings is 0 when nothing
	sha256  [32]byte
	reading int32
}

// plan lists the objects and hands out jobs.
func (r *run) plan(ctx context.Context) error {
	block := make([]*object, 0, r.limits.planBlock)
	for o, err := range r.src.Objects(ctx) {
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		block = append(block, &object{Object: o})
		if len(block) == r.limits.planBlock {
			if err := r.hand(ctx, block); err != nil {
				return err
			}
			block = make([]*object, 0, r.limits.planBlock)
		}
	}
	return r.hand(ctx, block)
}

// hand looks a block of objects up in the ledger and makes jobs of them.
func (r *run) hand(ctx context.Context, block []*object) error {
	uris := make([]string, len(block))
	for i, o := range block {
		uris[i] = o.URI
	}
	known, err := r.Store.Objects(ctx, uris)
	if err != nil {
		return err
	}
	var j *job
	var bytes int64
	for _, o := range block {
		o.known = known[o.URI]
		if j == nil {
			j, bytes = &job{out: newQueue(r.Workers, r.limits.chunkBytes)}, 0
		}
		j.objects = append(j.objects, o)
		bytes += o.Size
		if bytes >= r.limits.jobBytes || len(j.objects) == r.limits.jobObjects {
			if err := r.send(ctx, j); err != nil {
				return err
			}
			j = nil
		}
	}
	if j == nil {
		return nil
	}
	return r.send(ctx, j)
}

// send queues a job for the batcher first: it waits there for its turn, and a
// worker takes it next.
func (r *run) send(ctx context.Context, j *job) error {
	select {
	case r.order <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case r.jobs <- j:
		return nil
	case <-ctx.Done():
		close(j.out.chunks)
		return ctx.Err()
	}
}
