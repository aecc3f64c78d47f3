package s3

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// Objects implements source.Source. It waits for messages, takes what is
// there, up to MaxMessages and not waiting for more, and then yields the
// objects of all messages in hand: none is read before the last notification
// of it was received.
func (q *Queue) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		if err := q.receive(ctx); err != nil {
			yield(source.Object{}, fmt.Errorf("queue %s: %w", q.url, err))
			return
		}
		q.listing().Objects(ctx)(yield)
	}
}

// receive takes messages in hand.
func (q *Queue) receive(ctx context.Context) error {
	q.deleteFinished(ctx)
	room, err := q.begin()
	if err != nil {
		return err
	}
	wait := q.o.Wait
	if room < q.o.MaxMessages {
		wait = time.Second // there is work already
	}
	for first := true; room > 0; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, room)
		got, err := q.messages.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl:                    &q.url,
			MaxNumberOfMessages:         int32(n),
			WaitTimeSeconds:             int32(wait / time.Second),
			VisibilityTimeout:           int32(q.o.Visibility / time.Second),
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
		}, q.there)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && first:
			return fmt.Errorf("receive messages: %w", err)
		case err != nil:
			q.o.Log.Error("receive more messages", "error", err)
			room = 0
		default:
			for _, m := range got.Messages {
				q.take(m)
			}
			if room -= len(got.Messages); len(got.Messages) < n {
				room = 0
			}
		}
		// A second long poll, since a short one asks only some of the servers
		// that hold the queue.
		wait = time.Second
	}
	// Those without objects.
	q.deleteFinished(ctx)
	return ctx.Err()
}

// begin lets go of messages that were listed too often, and returns for how
// many there is room.
func (q *Queue) begin() (room int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, ErrClosed
	}
	for id, m := range q.inHand {
		if m.offers < maxOffers {
			continue
		}
		for uri := range m.waiting {
			o := q.objects[uri]
			if delete(o.messages, id); len(o.messages) == 0 {
				delete(q.objects, uri)
			}
		}
		delete(q.inHand, id)
		q.counts.Left++
		q.o.Log.Log(context.Background(), levelOf(m.repeated), "leave a message whose objects were not acknowledged", "message", id, "objects", len(m.waiting), "listings", m.offers)
	}
	return q.o.MaxMessages - len(q.inHand), nil
}

// take takes a message in hand, or leaves it.
func (q *Queue) take(m types.Message) {
	id, receipt := aws.ToString(m.MessageId), aws.ToString(m.ReceiptHandle)
	objects, err := parseNotification(aws.ToString(m.Body))
	if err == nil {
		err = q.allowed(objects)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.counts.Received++
	switch {
	case q.closed:
		return // it comes back
	case err != nil:
		q.counts.Left++
		q.o.Log.Log(context.Background(), levelOf(isRepeated(m)), "leave a message", "message", id, "error", err)
		return
	}
	if known := q.inHand[id]; known != nil {
		known.receipt, known.lost, known.repeated = receipt, false, true // delivered again: the newest receipt counts
		return
	}
	held := &message{id: id, receipt: receipt, repeated: isRepeated(m), waiting: map[string]bool{}}
	for _, o := range objects {
		if isFolder(o.key, o.size) || !q.include.Match(o.key) {
			continue
		}
		name := nameOf(o.bucket, o.key)
		uri := source.EscapeName(name)
		w := q.objects[uri]
		if w == nil {
			w = &wanted{name: name, tag: o.tag, messages: map[string]*message{}}
			q.objects[uri] = w
		}
		if w.tag != o.tag {
			w.tag = "" // overwritten, and messages come in any order
		}
		if !held.waiting[uri] {
			q.counts.Objects++
		}
		w.size, w.messages[id], held.waiting[uri] = o.size, held, true
	}
	if len(held.waiting) == 0 {
		q.finished = append(q.finished, finished{id, receipt})
		return
	}
	q.inHand[id] = held
}

// isRepeated reports whether a message was delivered before.
func isRepeated(m types.Message) bool {
	n, err := strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	return err == nil && n > 1
}

// levelOf is for what is said of a message: it is worth a warning once, and
// not each time that it returns until it ends in a dead-letter queue.
func levelOf(repeated bool) slog.Level {
	if repeated {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// allowed returns an error that names the first object that notifications may
// not point to.
func (q *Queue) allowed(objects []notified) error {
	if len(q.allow) == 0 {
		return nil
	}
	for _, o := range objects {
		if !slices.ContainsFunc(q.allow, func(p place) bool { return p.bucket == o.bucket && strings.HasPrefix(o.key, p.prefix) }) {
			return fmt.Errorf("%s is not allowed", source.EscapeName(nameOf(o.bucket, o.key)))
		}
	}
	return nil
}

// listing returns the objects of the messages in hand.
func (q *Queue) listing() *source.Listing {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.inHand {
		m.offers++
	}
	var l source.Listing
	for _, o := range q.objects {
		l.AddTagged(o.name, o.size, o.tag, nil)
	}
	return &l
}
