package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

const size = 1000 // of the rooms

func listed(t testing.TB, b *Batch[string]) (uris []string) {
	t.Helper()
	for o, err := range b.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		uris = append(uris, o.URI)
	}
	return uris
}

func uriOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "push:auto/" + hex.EncodeToString(sum[:])
}

// Each sender gets the account of its own body, once.
func TestInboxAnswers(t *testing.T) {
	t.Parallel()
	room, inbox := NewRoom(size), NewInbox[string]("auto")
	a, b, c := inbox.Put(hold(t, room, "a")), inbox.Put(hold(t, room, "b")), inbox.Put(hold(t, room, "c"))
	batch := inbox.Take(size)
	if diff := cmp.Diff([]string{uriOf("a"), uriOf("b"), uriOf("c")}, listed(t, batch)); diff != "" {
		t.Errorf("(-want)\n%s", diff)
	}
	if n, bytes := inbox.Waiting(); n != 0 || bytes != 0 || inbox.Take(size) != nil {
		t.Errorf("%d bodies of %d bytes wait", n, bytes)
	}
	broken := errors.New("the disk is full")
	batch.Answer(b.URI(), "account of b")
	batch.Answer(b.URI(), "another")
	batch.Answer("push:auto/nothing", "of nobody")
	if diff := cmp.Diff([]string{uriOf("a"), uriOf("c")}, listed(t, batch)); diff != "" {
		t.Errorf("after an answer (-want)\n%s", diff)
	}
	batch.Fail(broken)
	batch.Fail(errors.New("too late"))
	if got, err := b.Wait(t.Context()); got != "account of b" || err != nil {
		t.Errorf("b: %q, %v", got, err)
	}
	for _, r := range []*Receipt[string]{a, c} {
		if got, err := r.Wait(t.Context()); got != "" || !errors.Is(err, broken) {
			t.Errorf("%q, %v", got, err)
		}
	}
	if room.Free() != size {
		t.Errorf("%d bytes are free", room.Free())
	}
}

// Equal bodies are one object, and each is told what the ledger says of it.
func TestInboxEqualBodies(t *testing.T) {
	t.Parallel()
	room, inbox := NewRoom(size), NewInbox[string]("auto")
	var receipts []*Receipt[string]
	for _, s := range []string{"same", "other", "same", "same"} {
		receipts = append(receipts, inbox.Put(hold(t, room, s)))
	}
	for i, want := range [][]string{{uriOf("same"), uriOf("other")}, {uriOf("same")}, {uriOf("same")}} {
		select {
		case <-inbox.Arrived():
		default:
			t.Fatalf("batch %d: nothing has arrived", i)
		}
		batch := inbox.Take(size)
		if diff := cmp.Diff(want, listed(t, batch)); diff != "" {
			t.Errorf("batch %d (-want)\n%s", i, diff)
		}
		for _, uri := range want {
			batch.Answer(uri, fmt.Sprint(i))
		}
	}
	var got []string
	for _, r := range receipts {
		s, err := r.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	if diff := cmp.Diff([]string{"0", "0", "1", "2"}, got); diff != "" {
		t.Errorf("(-want)\n%s", diff)
	}
}

func TestInboxTakeIsBounded(t *testing.T) {
	t.Parallel()
	room, inbox := NewRoom(size), NewInbox[string]("auto")
	for _, s := range []string{"12345678901", "1234", "5678", "9012345", "x"} {
		inbox.Put(hold(t, room, s))
	}
	var got []int
	for b := inbox.Take(10); b != nil; b = inbox.Take(10) {
		got = append(got, b.Len())
		b.Fail(errors.New("enough"))
	}
	// The first is larger than a batch; "x" fits beside the two small ones.
	if diff := cmp.Diff([]int{1, 3, 1}, got); diff != "" || room.Free() != size {
		t.Errorf("%d bytes free, (-want)\n%s", room.Free(), diff)
	}
}

// Who does not wait any more takes the body back, if nobody has taken it.
func TestInboxWithdraw(t *testing.T) {
	t.Parallel()
	room, inbox := NewRoom(size), NewInbox[string]("auto")
	gone, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the sender went away")
	cancel(why)
	taken := inbox.Put(hold(t, room, "taken"))
	batch := inbox.Take(size)
	waiting, stays := inbox.Put(hold(t, room, "waiting")), inbox.Put(hold(t, room, "stays"))
	for _, r := range []*Receipt[string]{taken, waiting} {
		if _, err := r.Wait(gone); !errors.Is(err, why) {
			t.Errorf("%v, want %v", err, why)
		}
	}
	if n, bytes := inbox.Waiting(); n != 1 || bytes != int64(len("stays")) {
		t.Errorf("%d bodies of %d bytes wait", n, bytes)
	}
	if got := listed(t, batch); !slices.Contains(got, taken.URI()) {
		t.Errorf("what is being read is gone: %v", got)
	}
	batch.Answer(taken.URI(), "committed")
	if got, err := taken.Wait(gone); got != "committed" || err != nil {
		t.Errorf("an answer that is there: %q, %v", got, err)
	}
	inbox.Fail(why)
	if _, err := stays.Wait(t.Context()); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
	if room.Free() != size {
		t.Errorf("%d bytes are free", room.Free())
	}
}

func TestInboxGather(t *testing.T) {
	t.Parallel()
	f := func(name string, want time.Duration, wantBodies int, do func(put func(string), cancel context.CancelFunc)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			room, inbox := NewRoom(size), NewInbox[string]("auto")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			began := time.Now()
			var senders sync.WaitGroup
			senders.Go(func() { do(func(s string) { inbox.Put(hold(t, room, s)) }, cancel) })
			inbox.Gather(ctx, 200*time.Millisecond, 10)
			if took := time.Since(began); took != want {
				t.Errorf("%s: %v, want %v", name, took, want)
			}
			if n, _ := inbox.Waiting(); n != wantBodies {
				t.Errorf("%s: %d bodies, want %d", name, n, wantBodies)
			}
			senders.Wait()
		})
	}
	f("nothing comes", 200*time.Millisecond, 0, func(func(string), context.CancelFunc) {})
	f("little comes", 200*time.Millisecond, 2, func(put func(string), _ context.CancelFunc) {
		put("1")
		time.Sleep(150 * time.Millisecond)
		put("2")
		time.Sleep(100 * time.Millisecond)
		put("3")
	})
	f("enough comes", 50*time.Millisecond, 2, func(put func(string), _ context.CancelFunc) {
		put("12345")
		time.Sleep(50 * time.Millisecond)
		put("67890")
	})
	f("the end", 70*time.Millisecond, 1, func(put func(string), cancel context.CancelFunc) {
		put("1")
		time.Sleep(70 * time.Millisecond)
		cancel()
	})
}

// Many senders at once, and one who reads: everybody gets the own account.
func TestInboxConcurrently(t *testing.T) {
	t.Parallel()
	room, inbox := NewRoom(1<<20), NewInbox[string]("auto")
	const senders, each = 8, 200
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for k := range each {
				content := fmt.Sprint(i%4, " ", k) // pairs of senders push the same
				r := inbox.Put(hold(t, room, content))
				got, err := r.Wait(t.Context())
				if err != nil || got != content {
					t.Errorf("%q got %q, %v", content, got, err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for {
		select {
		case <-inbox.Arrived():
		case <-done:
			if room.Free() != 1<<20 {
				t.Errorf("%d bytes are free", room.Free())
			}
			return
		}
		batch := inbox.Take(40)
		if batch == nil {
			continue
		}
		for _, uri := range listed(t, batch) {
			c, err := batch.Open(t.Context(), source.Object{URI: uri})
			if err != nil {
				t.Error(err)
				continue
			}
			content := make([]byte, c.Size)
			if _, err := c.Read(content); err != nil {
				t.Error(err)
			}
			batch.Answer(uri, string(content))
		}
		batch.Fail(errors.New("not answered"))
	}
}
