package s3

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// maxDeletes is how often a deletion is tried that SQS refused for its own
// reasons. A guess.
const maxDeletes = 3

// Acknowledge implements source.Source. A message is deleted once all of its
// objects were acknowledged: ten at a time, or as soon as nothing is in hand.
// A deletion that fails is logged and no error.
func (q *Queue) Acknowledge(ctx context.Context, o source.Object) error {
	q.mu.Lock()
	w := q.objects[o.URI]
	if w == nil {
		q.mu.Unlock()
		return nil
	}
	delete(q.objects, o.URI)
	for id, m := range w.messages {
		if delete(m.waiting, o.URI); len(m.waiting) == 0 {
			delete(q.inHand, id)
			q.finished = append(q.finished, finished{id, m.receipt})
		}
	}
	due := len(q.finished) >= batch || len(q.inHand) == 0
	q.mu.Unlock()
	if due {
		q.deleteFinished(ctx)
	}
	return nil
}

// deleteFinished deletes the messages that are done with. What it could not
// try because ctx ended is left for the next time.
func (q *Queue) deleteFinished(ctx context.Context) {
	for ctx.Err() == nil {
		q.mu.Lock()
		n := min(batch, len(q.finished))
		some := q.finished[:n:n]
		q.finished = q.finished[n:]
		q.mu.Unlock()
		if n == 0 {
			return
		}
		some = q.delete(ctx, some)
		if len(some) == 0 {
			continue
		}
		q.mu.Lock()
		if ctx.Err() != nil {
			q.finished = append(q.finished, some...)
		} else {
			q.counts.Failed += int64(len(some))
		}
		q.mu.Unlock()
	}
}

// delete deletes a batch of messages and returns those that are still there.
func (q *Queue) delete(ctx context.Context, some []finished) []finished {
	for range maxDeletes {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: &q.url}
		for i := range some {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: entryID(i), ReceiptHandle: &some[i].receipt})
		}
		got, err := q.messages.DeleteMessageBatch(ctx, in, q.there)
		if err != nil {
			if ctx.Err() == nil {
				q.o.Log.Error("delete messages: they will be delivered again", "messages", len(some), "error", err)
			}
			return some
		}
		var failed []finished
		again := false
		for _, f := range got.Failed {
			i := entryOf(f.Id, len(some))
			if i < 0 {
				continue
			}
			failed = append(failed, some[i])
			again = again || !f.SenderFault
			q.o.Log.Warn("delete a message", "message", some[i].id, "code", aws.ToString(f.Code), "error", aws.ToString(f.Message))
		}
		q.mu.Lock()
		q.counts.Deleted += int64(len(some) - len(failed))
		q.mu.Unlock()
		some = failed
		if !again {
			break
		}
	}
	return some
}
