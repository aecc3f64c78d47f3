package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
)

// pushPath begins the path of a push; the kind of logs follows.
const pushPath = "/ingest/v1/"

// pushExchange is one push on its way through the desk.
type pushExchange struct {
	id       string // request id
	began    time.Time
	firehose bool // the request is one of Amazon Data Firehose, and so must the answer be
	delivery string
	caller   *pushCaller // nil until it is known
	whole    bool        // the body was read to its end
}

// ServeHTTP takes one push:
//
//	POST /ingest/v1/{kind}?region=REGION
//
// The kind is auto, cloudtrail, vpcflow, guardduty, eksaudit or asff, the body
// is what a file of such logs holds, plain or packed (gzip, zstd). How callers
// identify themselves is said at authenticate. Their account's graph in the
// Region takes the records: the Region of the signature, else the one that is
// named, else the first of the configuration.
//
// The answer comes when all of the body is committed, and tells what became
// of its records: 200 also when some were rejected, 400 when none was good.
// With 503 nothing or not all is stored; the same body can be sent again, and
// what was stored counts as duplicate then.
//
// Requests of Amazon Data Firehose are taken and answered in its own form.
func (d *pushDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &pushExchange{id: uuid.NewString(), began: d.now(), delivery: r.Header.Get(firehoseRequestID)}
	x.firehose = x.delivery != "" || r.Header.Get(firehoseAccessKey) != ""
	w.Header().Set("x-amzn-RequestId", x.id)
	if !d.enter() {
		d.refuse(w, r, x, errServerEnds)
		return
	}
	defer d.running.Done()
	account, err := d.take(w, r, x)
	if err == nil {
		err = account.verdict()
	}
	if err != nil {
		d.refuse(w, r, x, err)
		return
	}
	if x.firehose {
		d.answerFirehose(w, http.StatusOK, x, "")
		return
	}
	d.answer(w, http.StatusOK, account)
}

// take reads one push and waits until it is committed.
func (d *pushDesk) take(w http.ResponseWriter, r *http.Request, x *pushExchange) (*pushAccount, error) {
	kind, err := pushKind(r)
	if err != nil {
		return nil, err
	}
	if x.caller, err = d.authenticate(r); err != nil {
		return nil, err
	}
	var g control.Graph
	room := d.claims
	if x.caller.proven {
		room = d.room
		if g, err = d.graphOf(r, x.caller); err != nil {
			return nil, err
		}
	}
	body, err := d.readBody(w, r, room)
	if err != nil {
		return nil, err
	}
	x.whole = true
	bodies := []*push.Body{body}
	defer func() { release(bodies) }()
	if !x.caller.proven {
		if err := x.caller.prove(r, body.Bytes(), d.now()); err != nil {
			return nil, err
		}
		if g, err = d.graphOf(r, x.caller); err != nil {
			return nil, err
		}
		if err := body.Move(d.room); err != nil {
			return nil, err
		}
	}
	if len(body.Bytes()) == 0 {
		return nil, badPush("The request has no body.")
	}
	if x.firehose {
		objects, err := d.unwrapFirehose(x, body)
		if err != nil {
			return nil, err
		}
		bodies = objects
	}
	receipts, err := d.put(g, kind, bodies...)
	bodies = nil // the desk's
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), d.limits.answer, errPushWaits)
	defer cancel()
	return await(ctx, receipts)
}

// await adds up the accounts of all receipts. After an error it still looks
// at all: who does not wait any more must withdraw.
func await(ctx context.Context, receipts []*push.Receipt[ingest.ObjectSummary]) (*pushAccount, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sum := &pushAccount{Reasons: map[string]int64{}}
	var first error
	for _, receipt := range receipts {
		o, err := receipt.Wait(ctx)
		if err != nil && first == nil {
			first = err
			cancel(err)
		}
		sum.add(o)
	}
	return sum, first
}

// pushKind reads the kind out of the path and checks the method.
func pushKind(r *http.Request) (decode.Kind, error) {
	name := strings.TrimPrefix(r.URL.Path, pushPath)
	kind, err := decode.ParseKind(name)
	if err != nil {
		return "", noSuchKind(name)
	}
	if r.Method != http.MethodPost {
		return "", wrongPushMethod()
	}
	return kind, nil
}

// readBody reads the body as it comes, packed or not, into a room. The caller
// must release it.
func (d *pushDesk) readBody(w http.ResponseWriter, r *http.Request, room *push.Room) (*push.Body, error) {
	if coding := strings.ToLower(r.Header.Get("Content-Encoding")); !slices.Contains([]string{"", "identity", "gzip", "x-gzip", "zstd"}, coding) {
		return nil, wrongCoding()
	}
	most := d.limits.body
	if r.ContentLength > most {
		return nil, push.ErrTooLarge
	}
	if r.ContentLength >= 0 {
		most = r.ContentLength // takes no more room than that
	}
	p := &pacedReader{r: r.Body, control: http.NewResponseController(w), stall: d.limits.stall, last: time.Now().Add(d.limits.arrival), end: d.end}
	defer p.stopAtEnd()()
	body, err := room.Read(p, most)
	switch {
	case err == nil:
		return body, nil
	case d.end.Err() != nil:
		return nil, errServerEnds
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, slowPush()
	case errors.Is(err, push.ErrFull), errors.Is(err, push.ErrTooLarge):
		return nil, err
	}
	return nil, badPush("The body could not be read to its end.")
}

// pacedReader gives up on a sender who stalls, or takes too long altogether,
// and when the server ends. Its last deadline ends with the body: net/http
// takes it back there.
type pacedReader struct {
	r       io.Reader
	control *http.ResponseController
	stall   time.Duration
	last    time.Time       // the body must be there by then
	end     context.Context // of the server
}

func (p *pacedReader) Read(b []byte) (int, error) {
	deadline := time.Now().Add(p.stall)
	if deadline.After(p.last) {
		deadline = p.last
	}
	_ = p.control.SetReadDeadline(deadline)
	// In this order: the end may have set its deadline just before.
	if err := p.end.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// stopAtEnd ends a Read when the server ends, until stop is called.
func (p *pacedReader) stopAtEnd() (stop func() bool) {
	return context.AfterFunc(p.end, func() { _ = p.control.SetReadDeadline(time.Now()) })
}
