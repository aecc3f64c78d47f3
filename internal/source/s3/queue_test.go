package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// bubble is a Queue on a queue in memory, with a clock that does not wait.
type bubble struct {
	*testing.T
	sqs   *fakeSQS
	queue *Queue
	log   *log
}

// log may be written and read at once.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func inBubble(t *testing.T, o QueueOptions, f func(b *bubble), bodies ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{T: t, sqs: newFakeSQS(bodies...), log: &log{}}
		o.Log = slog.New(slog.NewTextHandler(b.log, nil))
		b.queue = b.open(o)
		f(b)
	})
}

func (b *bubble) open(o QueueOptions) *Queue {
	b.Helper()
	q, err := NewQueue(b.sqs, newFakeS3(nil), "https://sqs.example.com/111122223333/logs", o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := q.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return q
}

// lists checks what the next listing has.
func (b *bubble) lists(what string, want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, names(b.T, b.queue, "s3://")); diff != "" {
		b.Errorf("%s: listed (-want)\n%s", what, diff)
	}
}

// leaves checks what is in the queue; what is hidden is in brackets.
func (b *bubble) leaves(what string, want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, b.sqs.left()); diff != "" {
		b.Errorf("%s: in the queue (-want)\n%s", what, diff)
	}
}

func (b *bubble) acknowledge(names ...string) {
	b.Helper()
	for _, name := range names {
		if err := b.queue.Acknowledge(b.Context(), source.Object{URI: "s3://" + name}); err != nil {
			b.Error(err)
		}
	}
}

func TestQueueDeletesWhatWasAcknowledged(t *testing.T) {
	two := `{"Records":[` + record("ObjectCreated:Put", "logs", "b", 1) + "," + record("ObjectCreated:Put", "logs", "c", 1) + "," +
		record("ObjectCreated:Put", "logs", "c", 1) + `]}`
	inBubble(t, QueueOptions{}, func(b *bubble) {
		b.lists("all", "logs/x_20240102T0305Z_y", "logs/a%25 %252B", "logs/b", "logs/c")
		b.leaves("the test and what tells of nothing to read are deleted", "(m0)", "(m1)", "(m4)", "(m5)")
		b.acknowledge("logs/b", "logs/b", "logs/unknown")
		b.leaves("one object of two, of which one is in another message", "(m0)", "(m1)", "(m4)", "(m5)")
		b.acknowledge("logs/c")
		b.leaves("one message is done, but others are in hand", "(m0)", "(m1)", "(m4)", "(m5)")
		b.acknowledge("logs/a%25 %252B", "logs/x_20240102T0305Z_y")
		b.leaves("nothing is in hand")
		b.acknowledge("logs/a%25 %252B")
		b.lists("nothing more")
		want := Counts{Received: 6, Objects: 5, Deleted: 6}
		if diff := cmp.Diff(want, b.queue.Counts()); diff != "" {
			b.Error(diff)
		}
		if b.sqs.calls["DeleteMessageBatch"] != 2 || b.log.String() != "" {
			b.Errorf("calls %v, log %s", b.sqs.calls, b.log)
		}
	}, created("logs", "a%25+%252B", 1), two, testEvent, notice("ObjectRemoved:Delete", "logs", "a", 0), created("logs", "x_20240102T0305Z_y", 1), created("logs", "b", 1))
}

func TestQueueListsUpToABound(t *testing.T) {
	bodies := make([]string, 37)
	for i := range bodies {
		bodies[i] = created("logs", fmt.Sprintf("%02d", i), 1)
	}
	inBubble(t, QueueOptions{MaxMessages: 25}, func(b *bubble) {
		began := time.Now()
		all := func() (n int) { return len(names(b.T, b.queue, "s3://")) }
		if n := all(); n != 25 || b.sqs.calls["ReceiveMessage"] != 3 {
			b.Errorf("%d objects by %v; want 25 by 3 calls", n, b.sqs.calls)
		}
		if n := all(); n != 25 || b.sqs.calls["ReceiveMessage"] != 3 {
			b.Errorf("%d objects by %v; want the same 25 without a call", n, b.sqs.calls)
		}
		for i := range 20 {
			b.acknowledge(fmt.Sprintf("logs/%02d", i))
		}
		if len(b.sqs.left()) != 17 || b.sqs.calls["DeleteMessageBatch"] != 2 {
			b.Errorf("%v are left, calls %v", b.sqs.left(), b.sqs.calls)
		}
		if n := all(); n != 17 { // 5 in hand and the 12 others
			b.Errorf("%d objects; want 17", n)
		}
		if waited := time.Since(began); waited != 0 {
			b.Errorf("waited %v for more", waited)
		}
		for i := 20; i < 37; i++ {
			b.acknowledge(fmt.Sprintf("logs/%02d", i))
		}
		b.leaves("all are done")
	}, bodies...)
}

func TestQueueWaits(t *testing.T) {
	inBubble(t, QueueOptions{}, func(b *bubble) {
		began := time.Now()
		b.lists("nothing")
		if waited := time.Since(began); waited != defaultWait {
			b.Errorf("waited %v; want %v", waited, defaultWait)
		}
		time.AfterFunc(7*time.Second, func() { b.sqs.send(created("logs", "a", 1)) })
		began = time.Now()
		b.lists("what arrived meanwhile", "logs/a")
		if waited := time.Since(began); waited < 7*time.Second || waited > 8*time.Second {
			b.Errorf("waited %v; want 7 s", waited)
		}
		ctx, cancel := context.WithCancel(b.Context())
		time.AfterFunc(time.Second/2, cancel) // a message is in hand, so it waits for 1 s
		n, last := 0, error(nil)
		for _, err := range b.queue.Objects(ctx) {
			n, last = n+1, err
		}
		if n != 1 || !errors.Is(last, context.Canceled) {
			b.Errorf("cancelled while it waits: %d yields, the last with %v", n, last)
		}
	})
}

func TestQueueKeepsMessagesHidden(t *testing.T) {
	inBubble(t, QueueOptions{Visibility: 30 * time.Second}, func(b *bubble) {
		b.lists("both", "logs/a", "logs/b")
		other := b.open(QueueOptions{})
		for range 100 {
			if got := names(b.T, other, ""); len(got) != 0 { // waits 20 s
				b.Fatalf("another reader got %v", got)
			}
		}
		b.acknowledge("logs/a")
		b.leaves("one of two is done", "(m0)", "(m1)")
		if got := names(b.T, other, ""); len(got) != 0 {
			b.Fatalf("another reader got %v", got)
		}
		b.leaves("what is done is deleted at the next extension", "(m1)")
		if err := b.queue.Close(b.Context()); err != nil {
			b.Error(err)
		}
		b.leaves("given back", "m1")
		began := time.Now()
		if diff := cmp.Diff([]string{"s3://logs/b"}, names(b.T, other, "")); diff != "" || time.Since(began) != 0 {
			b.Errorf("another reader after %v (-want)\n%s", time.Since(began), diff)
		}
		b.acknowledge("logs/b")
		b.leaves("acknowledged after it was given back", "(m1)")
		for o, err := range b.queue.Objects(b.Context()) {
			if !errors.Is(err, ErrClosed) {
				b.Errorf("a closed queue lists %v, %v", o, err)
			}
		}
	}, created("logs", "a", 1), created("logs", "b", 1))
}

func TestQueueDeletesAtClose(t *testing.T) {
	inBubble(t, QueueOptions{}, func(b *bubble) {
		b.lists("both", "logs/a", "logs/b")
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		for _, uri := range []string{"s3://logs/a", "s3://logs/b"} {
			if err := b.queue.Acknowledge(ctx, source.Object{URI: uri}); err != nil {
				b.Error(err)
			}
		}
		b.leaves("acknowledged while all ends", "(m0)", "(m1)")
		for range 2 {
			if err := b.queue.Close(b.Context()); err != nil {
				b.Error(err)
			}
		}
		b.leaves("closed")
	}, created("logs", "a", 1), created("logs", "b", 1))
}

func TestQueueLeavesWhatIsNotForIt(t *testing.T) {
	inBubble(t, QueueOptions{Allow: []string{"logs/AWSLogs/", "other"}, Options: Options{Include: []string{"*.gz"}}, Visibility: time.Minute, Wait: time.Second}, func(b *bubble) {
		b.lists("what is allowed and wanted", "logs/AWSLogs/a.gz", "other/b.gz")
		b.leaves("what is allowed and not wanted is deleted", "(m0)", "(m1)", "(m2)", "(m5)", "(m6)")
		b.acknowledge("logs/AWSLogs/a.gz", "other/b.gz")
		b.leaves("done", "(m2)", "(m5)", "(m6)")
		calls := b.sqs.calls["ReceiveMessage"]
		began := time.Now()
		for time.Since(began) < 55*time.Second {
			b.lists("the rest is not read in a busy loop")
		}
		b.leaves("they are not kept hidden either", "(m2)", "(m5)", "(m6)")
		for time.Since(began) < 65*time.Second {
			b.lists("the rest comes back after its timeout")
		}
		for _, i := range []int{2, 5, 6} {
			if m := b.sqs.messages[i]; m.received != 2 {
				b.Errorf("%s was received %d times; want 2", m.id, m.received)
			}
		}
		if n := b.queue.Counts(); n.Left != 6 || strings.Count(b.log.String(), "leave a message") != 3 ||
			!strings.Contains(b.log.String(), "s3://logs/private/c.gz is not allowed") {
			b.Errorf("%+v after %d calls, log:\n%s", n, b.sqs.calls["ReceiveMessage"]-calls, b.log)
		}
	}, created("logs", "AWSLogs/a.gz", 1), created("other", "b.gz", 1), created("logs", "private/c.gz", 1), created("logs", "AWSLogs/readme.txt", 1),
		created("logs", "AWSLogs/", 0), "hello",
		`{"Records":[`+record("ObjectCreated:Put", "logs", "AWSLogs/d.gz", 1)+","+record("ObjectCreated:Put", "third", "e.gz", 1)+`]}`)
}

// What is never acknowledged ends where the queue's own rules say.
func TestQueueLetsGo(t *testing.T) {
	shared := `{"Records":[` + record("ObjectCreated:Put", "logs", "bad", 1) + "," + record("ObjectCreated:Put", "logs", "late", 1) + `]}`
	inBubble(t, QueueOptions{Visibility: time.Minute}, func(b *bubble) {
		for range maxOffers - 1 {
			b.lists("again", "logs/bad")
		}
		b.sqs.send(shared)
		b.lists("with another message of the same object", "logs/bad", "logs/late")
		b.lists("the second message is in hand", "logs/bad", "logs/late")
		began := time.Now()
		for len(b.sqs.left()) == 2 && b.sqs.messages[0].received < 2 && time.Since(began) < 10*time.Minute {
			b.lists("waiting", "logs/bad", "logs/late")
			b.queue.mu.Lock()
			b.queue.inHand["m1"].offers = 0
			b.queue.mu.Unlock()
		}
		if waited := time.Since(began); waited > time.Minute+2*time.Second {
			b.Errorf("the message came back after %v; want a minute", waited)
		}
		if b.queue.Counts().Left != 1 || !strings.Contains(b.log.String(), "message=m0 objects=1 listings=5") {
			b.Errorf("%+v, log:\n%s", b.queue.Counts(), b.log)
		}
		b.acknowledge("logs/bad", "logs/late")
		b.leaves("both are done in the end")
	}, created("logs", "bad", 1))
}

// An object that was written twice has no tag: nobody knows which was last.
// One of which two messages say the same has it.
func TestQueueTags(t *testing.T) {
	other := strings.Replace(created("logs", "b", 1), noContent, "00", 1)
	inBubble(t, QueueOptions{}, func(b *bubble) {
		got := map[string]string{}
		for o, err := range b.queue.Objects(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			got[o.URI] = o.Tag
		}
		if diff := cmp.Diff(map[string]string{"s3://logs/a": noContent, "s3://logs/b": ""}, got); diff != "" {
			b.Errorf("(-want)\n%s", diff)
		}
	}, created("logs", "a", 1), created("logs", "b", 1), other, created("logs", "b", 1), created("logs", "a", 1))
}

// A message that nobody can do anything with comes back until the queue's own
// rules end that, and is worth one warning.
func TestQueueSaysItOnce(t *testing.T) {
	inBubble(t, QueueOptions{Visibility: time.Minute, Wait: time.Second}, func(b *bubble) {
		began := time.Now()
		for time.Since(began) < 5*time.Minute {
			_ = names(b.T, b.queue, "s3://")
			time.Sleep(time.Second) // of the bubble's clock
		}
		for _, m := range b.sqs.messages {
			if m.received < 4 {
				b.Errorf("%s was received %d times; want it again and again", m.id, m.received)
			}
		}
		if n := strings.Count(b.log.String(), "leave a message"); n != 2 {
			b.Errorf("%d warnings; want one for each message:\n%s", n, b.log)
		}
	}, "hello", created("logs", "bad", 1))
}

// A message that is delivered again while it is in hand is one message, and
// its newest receipt is used.
func TestQueueRedelivery(t *testing.T) {
	inBubble(t, QueueOptions{}, func(b *bubble) {
		b.lists("first", "logs/a")
		b.sqs.mu.Lock()
		b.sqs.messages[0].visible = time.Time{}
		b.sqs.mu.Unlock()
		b.lists("again", "logs/a")
		if n := b.queue.Counts(); n.Received != 2 || n.Objects != 1 {
			b.Errorf("%+v", n)
		}
		b.acknowledge("logs/a")
		b.leaves("deleted")
	}, created("logs", "a", 1))
}

func TestQueueWhenCallsFail(t *testing.T) {
	bodies := make([]string, 12)
	for i := range bodies {
		bodies[i] = created("logs", fmt.Sprintf("%02d", i), 1)
	}
	inBubble(t, QueueOptions{Visibility: 30 * time.Second}, func(b *bubble) {
		b.sqs.fails("ReceiveMessage", errors.New("AccessDenied"))
		for o, err := range b.queue.Objects(b.Context()) {
			if err == nil || !strings.Contains(err.Error(), "AccessDenied") {
				b.Errorf("%v, %v; want AccessDenied", o, err)
			}
		}
		b.sqs.fails("ReceiveMessage", nil)
		if n := len(names(b.T, b.queue, "")); n != 12 {
			b.Fatalf("%d objects; want 12", n)
		}
		// Deletions: a passing fault, a lasting one, and a call that fails.
		tried := map[string]int{}
		b.sqs.refuses(func(operation, id string) (bool, bool) {
			if operation != "DeleteMessageBatch" {
				return false, false
			}
			tried[id]++
			return id == "m1" && tried[id] < 3 || id == "m2" || id == "m3", id == "m3"
		})
		for i := range 10 {
			b.acknowledge(fmt.Sprintf("logs/%02d", i))
		}
		b.leaves("after a batch", "(m2)", "(m3)", "(m10)", "(m11)")
		if tried["m1"] != 3 || tried["m2"] != 3 || b.queue.Counts().Failed != 2 || b.queue.Counts().Deleted != 8 {
			b.Errorf("tried %v, %+v", tried, b.queue.Counts())
		}
		b.sqs.fails("DeleteMessageBatch", errors.New("connection refused"))
		b.acknowledge("logs/10", "logs/11")
		if !strings.Contains(b.log.String(), "they will be delivered again") || b.queue.Counts().Failed != 4 {
			b.Errorf("%+v, log:\n%s", b.queue.Counts(), b.log)
		}
		b.sqs.fails("DeleteMessageBatch", nil)
		b.sqs.refuses(nil)
		if diff := cmp.Diff([]string{"logs/02", "logs/03", "logs/10", "logs/11"}, names(b.T, b.queue, "s3://")); diff != "" {
			// They come back when their timeout ends, in one listing or two.
			if again := names(b.T, b.queue, "s3://"); len(again) != 4 {
				b.Errorf("delivered again (-want)\n%s\nthen %v", diff, again)
			}
		}
		b.acknowledge("logs/02", "logs/03", "logs/10", "logs/11")
		b.leaves("all are done")
	}, bodies...)
}

func TestQueueWhenExtensionsFail(t *testing.T) {
	inBubble(t, QueueOptions{Visibility: 30 * time.Second, Wait: 20 * time.Second}, func(b *bubble) {
		b.lists("all", "logs/a", "logs/b", "logs/c")
		tried := map[string]int{}
		b.sqs.refuses(func(_, id string) (bool, bool) {
			tried[id]++
			return id == "m0" || id == "m1" && tried[id] == 1, id == "m0"
		})
		other := b.open(QueueOptions{})
		if diff := cmp.Diff([]string{"s3://logs/a"}, append(names(b.T, other, ""), names(b.T, other, "")...)); diff != "" {
			b.Errorf("another reader (-want)\n%s", diff)
		}
		b.sqs.refuses(nil)
		if tried["m0"] != 1 || tried["m1"] < 2 {
			b.Errorf("tried %v; want m0, which cannot be extended any more, once", tried)
		}
		b.sqs.fails("ChangeMessageVisibilityBatch", errors.New("connection refused"))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if log := b.log.String(); !strings.Contains(log, "message m0: Refused") || !strings.Contains(log, "connection refused") {
			b.Errorf("log:\n%s", log)
		}
		if err := b.queue.Close(b.Context()); err == nil || !strings.Contains(err.Error(), "give back 2 messages") {
			b.Errorf("Close: %v", err)
		}
		b.sqs.fails("ChangeMessageVisibilityBatch", nil)
	}, created("logs", "a", 1), created("logs", "b", 1), created("logs", "c", 1))
}

func TestBadQueueOptions(t *testing.T) {
	t.Parallel()
	f := func(url string, o QueueOptions, text string) {
		t.Helper()
		if q, err := NewQueue(newFakeSQS(), newFakeS3(nil), url, o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, %v; want %q", o, q, err, text)
		}
	}
	f("", QueueOptions{}, "no URL")
	f("q", QueueOptions{Visibility: time.Second}, "visibility timeout of 1s")
	f("q", QueueOptions{Visibility: 13 * time.Hour}, "visibility timeout of 13h")
	f("q", QueueOptions{Wait: time.Minute}, "wait of 1m0s")
	f("q", QueueOptions{MaxMessages: -1}, "messages at most")
	f("q", QueueOptions{Allow: []string{"s3://logs"}}, "consists of letters")
	f("q", QueueOptions{Options: Options{Include: []string{"["}}}, "bad include pattern")
}

func TestQueueRegion(t *testing.T) {
	t.Parallel()
	f := func(url, want string, o sqs.Options) {
		t.Helper()
		regionOf(url)(&o)
		if o.Region != want {
			t.Errorf("%s: asked in %s; want %s", url, o.Region, want)
		}
	}
	here := sqs.Options{Region: "us-east-1"}
	f("https://sqs.eu-west-1.amazonaws.com/111122223333/logs", "eu-west-1", here)
	f("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/logs", "cn-north-1", here)
	f("https://sqs.eu-west-1.amazonaws.com/111122223333/logs", "us-east-1", sqs.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1:1")})
	f("http://127.0.0.1:5000/111122223333/logs", "us-east-1", here)
	f("https://queue.amazonaws.com/111122223333/logs", "us-east-1", here)
}
