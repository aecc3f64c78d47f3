package ingest

import "context"

// queue holds the chunks of one job until the batcher comes to it. It has
// places of chunkBytes each, and a chunk takes as many as it is large: records
// of 16 MiB fill it as soon as thousands of small ones. The batcher empties the
// queue of its current job whatever others hold, so nobody waits for ever.
type queue struct {
	chunks chan *chunk // closed by the worker
	places chan struct{}
	bytes  int // of a place
}

// queuePlaces is how many places the queues of the jobs in work have together.
const queuePlaces = 32

func newQueue(workers, placeBytes int) *queue {
	n := max(4, queuePlaces/workers)
	return &queue{chunks: make(chan *chunk, n), places: make(chan struct{}, n), bytes: placeBytes}
}

// need is how many places a chunk takes.
func (q *queue) need(c *chunk) int { return min(1+c.weight()/q.bytes, cap(q.places)) }

// put queues a chunk when there is room.
func (q *queue) put(ctx context.Context, c *chunk) error {
	for range q.need(c) {
		select {
		case q.places <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	q.chunks <- c // each takes a place at least
	return nil
}

// taken makes room for others once the batcher has the chunk.
func (q *queue) taken(c *chunk) {
	for range q.need(c) {
		<-q.places
	}
}
