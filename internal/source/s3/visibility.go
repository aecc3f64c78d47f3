package s3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// keepHidden extends the visibility timeout of the messages in hand, and
// deletes what is left to delete, every third of the timeout until ctx ends.
func (q *Queue) keepHidden(ctx context.Context) {
	defer close(q.stopped)
	ticks := time.NewTicker(q.o.Visibility / 3)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		q.deleteFinished(ctx)
		q.mu.Lock()
		all := q.hidden()
		q.mu.Unlock()
		if err := q.hide(ctx, all, q.o.Visibility); err != nil && ctx.Err() == nil {
			q.o.Log.Error("extend the visibility timeout of messages", "error", err)
		}
	}
}

// hidden returns the messages in hand that others cannot see. The caller
// holds the lock.
func (q *Queue) hidden() (all []finished) {
	for id, m := range q.inHand {
		if !m.lost {
			all = append(all, finished{id, m.receipt})
		}
	}
	return all
}

// hide sets for how long messages stay hidden from now on. A message for which
// that cannot be done is not tried again: it was hidden for 12 hours, or
// somebody has deleted it.
func (q *Queue) hide(ctx context.Context, all []finished, visibility time.Duration) error {
	var failed []error
	for some := range slices.Chunk(all, batch) {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url}
		for i := range some {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: entryID(i), ReceiptHandle: &some[i].receipt, VisibilityTimeout: int32(visibility / time.Second)})
		}
		got, err := q.messages.ChangeMessageVisibilityBatch(ctx, in, q.there)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		for _, f := range got.Failed {
			if i := entryOf(f.Id, len(some)); i >= 0 && q.notHidden(some[i], f.SenderFault) {
				failed = append(failed, fmt.Errorf("message %s: %s: %s", some[i].id, aws.ToString(f.Code), aws.ToString(f.Message)))
			}
		}
	}
	return errors.Join(failed...)
}

// notHidden notes that a message was not extended, for good or for now. It
// reports whether that matters: not for one that was acknowledged or
// delivered again meanwhile.
func (q *Queue) notHidden(f finished, forGood bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	m := q.inHand[f.id]
	if m == nil || m.receipt != f.receipt {
		return q.closed
	}
	m.lost = forGood
	q.counts.Failed++
	return true
}

// entryID numbers a message in a call for several.
func entryID(i int) *string { return aws.String(strconv.Itoa(i)) }

// entryOf is the inverse of entryID for a call with n messages; -1 for an
// answer that makes no sense.
func entryOf(id *string, n int) int {
	i, err := strconv.Atoi(aws.ToString(id))
	if err != nil || i < 0 || i >= n {
		return -1
	}
	return i
}
