package s3

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

func nameURI(o notified) string { return source.EscapeName(nameOf(o.bucket, o.key)) }

// fakeSQS is one queue in memory, for use with synctest's clock.
type fakeSQS struct {
	mu       sync.Mutex
	messages []*queued
	receipts int
	calls    map[string]int // by operation
	fail     map[string]error
	// refuse, if set, says whether a deletion or extension of a message is
	// refused, and whose fault that is.
	refuse func(operation, id string) (refused, senderFault bool)
}

type queued struct {
	id, body, receipt string
	visible           time.Time
	received          int
}

func newFakeSQS(bodies ...string) *fakeSQS {
	f := &fakeSQS{calls: map[string]int{}, fail: map[string]error{}}
	f.send(bodies...)
	return f
}

func (f *fakeSQS) send(bodies ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, body := range bodies {
		f.messages = append(f.messages, &queued{id: fmt.Sprint("m", len(f.messages)), body: body})
	}
}

func (f *fakeSQS) fails(operation string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail[operation] = err
}

func (f *fakeSQS) refuses(which func(operation, id string) (refused, senderFault bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = which
}

// left are the ids of the messages that are in the queue, hidden ones in
// brackets.
func (f *fakeSQS) left() (ids []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.messages {
		switch {
		case m.body == "":
		case m.visible.After(time.Now()):
			ids = append(ids, "("+m.id+")")
		default:
			ids = append(ids, m.id)
		}
	}
	return ids
}

func (f *fakeSQS) called(operation string) error {
	f.calls[operation]++
	return f.fail[operation]
}

func (f *fakeSQS) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	if in.MaxNumberOfMessages < 1 || in.MaxNumberOfMessages > 10 || in.WaitTimeSeconds > 20 {
		return nil, errors.New("InvalidParameterValue")
	}
	deadline := time.After(time.Duration(in.WaitTimeSeconds) * time.Second)
	for {
		out, err := f.receive(in)
		if err != nil || len(out.Messages) > 0 {
			return out, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline:
			return out, nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (f *fakeSQS) receive(in *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.called("ReceiveMessage"); err != nil {
		return nil, err
	}
	out := &sqs.ReceiveMessageOutput{}
	for _, m := range f.messages {
		if m.body == "" || m.visible.After(time.Now()) || len(out.Messages) == int(in.MaxNumberOfMessages) {
			continue
		}
		f.receipts++
		m.received++
		m.receipt, m.visible = fmt.Sprint("r", f.receipts), time.Now().Add(time.Duration(in.VisibilityTimeout)*time.Second)
		out.Messages = append(out.Messages, types.Message{MessageId: &m.id, ReceiptHandle: aws.String(m.receipt), Body: aws.String(m.body),
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)}})
	}
	return out, nil
}

// each finds the message of each entry of a batch, or refuses the entry.
func (f *fakeSQS) each(operation string, n int, entry func(int) (id, receipt *string), do func(int, *queued)) (failed []types.BatchResultErrorEntry, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.called(operation); err != nil {
		return nil, err
	}
	if n < 1 || n > 10 {
		return nil, errors.New("AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
	}
	for i := range n {
		id, receipt := entry(i)
		var found *queued
		for _, m := range f.messages {
			if m.receipt == *receipt && m.body != "" {
				found = m
			}
		}
		refused, sender := found == nil, true
		if found != nil && f.refuse != nil {
			refused, sender = f.refuse(operation, found.id)
		}
		if refused {
			failed = append(failed, types.BatchResultErrorEntry{Id: id, Code: aws.String("Refused"), SenderFault: sender})
			continue
		}
		do(i, found)
	}
	return failed, nil
}

func (f *fakeSQS) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	failed, err := f.each("DeleteMessageBatch", len(in.Entries),
		func(i int) (*string, *string) { return in.Entries[i].Id, in.Entries[i].ReceiptHandle },
		func(_ int, m *queued) { m.body = "" })
	return &sqs.DeleteMessageBatchOutput{Failed: failed}, err
}

func (f *fakeSQS) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	failed, err := f.each("ChangeMessageVisibilityBatch", len(in.Entries),
		func(i int) (*string, *string) { return in.Entries[i].Id, in.Entries[i].ReceiptHandle },
		func(i int, m *queued) {
			m.visible = time.Now().Add(time.Duration(in.Entries[i].VisibilityTimeout) * time.Second)
		})
	return &sqs.ChangeMessageVisibilityBatchOutput{Failed: failed}, err
}
