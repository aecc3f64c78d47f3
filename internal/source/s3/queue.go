package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// ErrClosed says that a Queue was closed.
var ErrClosed = errors.New("the queue was closed")

const (
	defaultVisibility = 5 * time.Minute
	minVisibility     = 3 * time.Second // extended once a second
	maxVisibility     = 12 * time.Hour  // Amazon SQS API reference, ReceiveMessage
	defaultWait       = 20 * time.Second
	maxWait           = 20 * time.Second // Amazon SQS API reference, ReceiveMessage
	defaultMessages   = 200
	// maxOffers is how often a message's objects are listed before it is left
	// to the queue's own rules, which end in a dead-letter queue. A guess.
	maxOffers = 5
	batch     = 10 // messages in one call of SQS, at most
)

// QueueOptions say how a Queue works. The zero value will do.
type QueueOptions struct {
	Options
	// Allow holds what notifications may point to, "bucket" or
	// "bucket/prefix" each; none for anything. A message that points
	// elsewhere, even with one of its records, is not deleted.
	Allow []string
	// Visibility is for how long a message is hidden from other readers, in
	// whole seconds, at least 3 s and at most 12 h; 0 for 5 minutes. It is
	// extended while the message is in hand. One that was left returns after
	// it.
	Visibility time.Duration
	// Wait is for how long Objects waits for a first message, in whole
	// seconds, at least 1 s and at most 20 s; 0 for 20 s.
	Wait time.Duration
	// MaxMessages bounds the messages in hand and those of one listing; 0 for
	// 200.
	MaxMessages int
	// Log is told of messages that are left and of calls that failed without
	// loss; nil for nobody. A message that returns is worth a warning only at
	// its first delivery.
	Log *slog.Logger
}

// Counts are what a Queue has done since it was made.
type Counts struct {
	Received int64 // messages taken in hand, redeliveries too
	Objects  int64 // objects that they named and that were wanted
	Deleted  int64 // messages deleted after all of their objects were acknowledged
	Left     int64 // messages left to the queue: unknown, not allowed, or never acknowledged
	Failed   int64 // messages whose deletion or extension failed
}

// Queue is the source.Source of the objects that the notifications in an
// Amazon SQS queue name. Close must be called.
//
// A message is in hand from when it is listed until each of its objects was
// acknowledged, and is then deleted. Meanwhile one goroutine of the Queue
// keeps it hidden from others. An object is listed again by each listing
// while its message is in hand; after 5 listings the message is let go. What
// is not deleted, for whatever reason, SQS delivers again, which is harmless:
// the ledger knows the object.
type Queue struct {
	*reader
	messages QueueAPI
	url      string
	there    func(*sqs.Options) // where the queue is
	o        QueueOptions
	include  source.Patterns
	allow    []place

	mu       sync.Mutex
	inHand   map[string]*message // by message id
	objects  map[string]*wanted  // by URI; of the messages in hand, not yet acknowledged
	finished []finished          // to be deleted
	counts   Counts
	closed   bool

	stop    context.CancelFunc // of the goroutine that extends
	stopped chan struct{}
}

// message is one in hand.
type message struct {
	id, receipt string
	waiting     map[string]bool // URIs of its objects that are not acknowledged
	offers      int             // listings that it was in
	lost        bool            // it cannot be extended any more
	repeated    bool            // it was delivered before
}

// wanted is an object of messages in hand.
type wanted struct {
	name     string // its URI before it is escaped
	size     int64
	tag      string
	messages map[string]*message // by id
}

// finished is a message that can be deleted.
type finished struct{ id, receipt string }

// place is what notifications may point to.
type place struct{ bucket, prefix string }

// NewQueue returns a Source of the queue with this URL, and starts the
// goroutine that extends; Close ends it. Nothing is asked yet. The error is of
// a bad setting.
func NewQueue(messages QueueAPI, objects API, url string, o QueueOptions) (*Queue, error) {
	q := &Queue{reader: newReader(objects, o.Options), messages: messages, url: url, there: regionOf(url),
		inHand: map[string]*message{}, objects: map[string]*wanted{}, stopped: make(chan struct{})}
	if err := q.set(o); err != nil {
		return nil, fmt.Errorf("queue %s: %w", url, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	q.stop = stop
	go q.keepHidden(ctx)
	return q, nil
}

// set takes the options, with their defaults, if they are good.
func (q *Queue) set(o QueueOptions) (err error) {
	if o.Visibility == 0 {
		o.Visibility = defaultVisibility
	}
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.MaxMessages == 0 {
		o.MaxMessages = defaultMessages
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("queue", q.url)
	q.o = o
	switch {
	case q.url == "":
		return errors.New("it has no URL")
	case o.Visibility < minVisibility || o.Visibility > maxVisibility:
		return fmt.Errorf("a visibility timeout of %v: it must be between %v and %v", o.Visibility, minVisibility, maxVisibility)
	case o.Wait < time.Second || o.Wait > maxWait:
		return fmt.Errorf("a wait of %v: it must be between 1s and %v", o.Wait, maxWait)
	case o.MaxMessages < 0:
		return fmt.Errorf("%d messages at most: it must be 1 or more", o.MaxMessages)
	}
	for _, text := range o.Allow {
		bucket, prefix, _ := strings.Cut(text, "/")
		if err := checkBucket(bucket); err != nil {
			return fmt.Errorf("allow %q: %w", text, err)
		}
		q.allow = append(q.allow, place{bucket, prefix})
	}
	q.include, err = source.ParsePatterns(o.Include...)
	return err
}

// regionOf has calls go to the Region in the URL of a queue of AWS, which need
// not be the client's.
func regionOf(url string) func(*sqs.Options) {
	_, region, ok := strings.Cut(url, "://sqs.")
	region, _, _ = strings.Cut(region, ".amazonaws.com")
	return func(o *sqs.Options) {
		if ok && isRegion(region) && o.BaseEndpoint == nil {
			o.Region = region
		}
	}
}

// Counts returns what was done so far.
func (q *Queue) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.counts
}

// Close ends the goroutine, deletes what was acknowledged, and gives back what
// is in hand, so that another reader gets it at once. An error means that
// others get it only after the visibility timeout. It may be called again.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	again := q.closed
	q.closed = true
	q.mu.Unlock()
	q.stop()
	<-q.stopped
	if again {
		return nil
	}
	q.deleteFinished(ctx)
	q.mu.Lock()
	left := q.hidden()
	clear(q.inHand)
	clear(q.objects)
	q.mu.Unlock()
	if err := q.hide(ctx, left, 0); err != nil {
		return fmt.Errorf("queue %s: give back %d messages: %w", q.url, len(left), err)
	}
	return nil
}
