package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// pushAccount is the answer to a push: what became of its records.
type pushAccount struct {
	Object string `json:"object"` // its name in the ledger
	warehouse.Totals
	Reasons map[string]int64 `json:"reasons"`

	first *warehouse.Rejection // nil when nothing was rejected
}

// add takes in the account of an object; the zero value changes nothing.
func (a *pushAccount) add(o ingest.ObjectSummary) {
	if a.Object == "" {
		a.Object = o.URI
	}
	a.Totals.Add(o.Totals)
	for reason, n := range o.Reasons {
		a.Reasons[reason] += n
	}
	if a.first == nil && len(o.Samples) > 0 {
		a.first = &o.Samples[0]
	}
}

// verdict is an error when there were records and none was any good.
func (a *pushAccount) verdict() error {
	if a.Rejected == 0 || a.Stored+a.Duplicate > 0 {
		return nil
	}
	why := strings.Join(slices.Sorted(maps.Keys(a.Reasons)), ", ")
	if a.first != nil {
		why = a.first.Reason
		if a.first.Detail != "" {
			why += ": " + a.first.Detail
		}
	}
	f := badPush("Nothing was stored: " + why)
	f.account = a
	return f
}

// pushFault is an error as the sender is told of it.
type pushFault struct {
	status  int
	code    string
	message string
	account *pushAccount // may be nil
}

func (f *pushFault) Error() string { return f.code + ": " + f.message }

func badPush(message string) *pushFault {
	return &pushFault{status: http.StatusBadRequest, code: string(detective.Validation), message: message}
}

func noSuchKind(name string) *pushFault {
	names := make([]string, 0, len(decode.Kinds()))
	for _, k := range decode.Kinds() {
		names = append(names, string(k))
	}
	return &pushFault{status: http.StatusNotFound, code: string(detective.ResourceNotFound),
		message: fmt.Sprintf("There is no kind of logs %q; there are %s.", name, strings.Join(names, ", "))}
}

func wrongPushMethod() *pushFault {
	return &pushFault{status: http.StatusMethodNotAllowed, code: "MethodNotAllowedException", message: "Logs are pushed by POST."}
}

func wrongCoding() *pushFault {
	return &pushFault{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaTypeException",
		message: "The Content-Encoding must be gzip or zstd, or left away."}
}

func slowPush() *pushFault {
	return &pushFault{status: http.StatusRequestTimeout, code: "RequestTimeoutException", message: "The request body did not arrive in time."}
}

func busy(message string) *pushFault {
	return &pushFault{status: http.StatusServiceUnavailable, code: "ServiceUnavailableException", message: message}
}

// errPushWaits says that a graph had another writer all the time.
var errPushWaits = errors.New("the commit takes too long")

// pushFaultOf returns what the sender is told of err, and whether it is an
// error that the sender was not meant to see.
func (d *pushDesk) pushFaultOf(err error) (f *pushFault, internal bool) {
	if errors.As(err, &f) {
		return f, false
	}
	var refused *sigv4.Error
	switch {
	case errors.As(err, &refused):
		return &pushFault{status: http.StatusForbidden, code: refused.Code, message: refused.Message}, false
	case errors.Is(err, push.ErrTooLarge):
		return &pushFault{status: http.StatusRequestEntityTooLarge, code: "RequestTooLargeException",
			message: fmt.Sprintf("The request body must not be larger than %d bytes.", d.limits.body)}, false
	case errors.Is(err, push.ErrFull):
		return busy("As many pushed bytes are in hand as there is room for; push again later."), false
	case errors.Is(err, errServerEnds):
		return busy("The server ends; push again later."), false
	case errors.Is(err, errNotStored):
		return busy("The logs could not be stored; push them again."), false
	case errors.Is(err, errPushWaits):
		return busy("The logs could not be stored in time; push them again."), false
	case errors.Is(err, errGraphGone):
		return &pushFault{status: http.StatusNotFound, code: string(detective.ResourceNotFound), message: "The behavior graph was deleted."}, false
	}
	return busy("The push failed; push the logs again."), true
}

// retryAfter is when a sender should come back, in seconds.
const retryAfter = 5

// refuse answers with an error. Those of strangers, and of callers who may
// not push, are written down.
func (d *pushDesk) refuse(w http.ResponseWriter, r *http.Request, x *pushExchange, err error) {
	f, internal := d.pushFaultOf(err)
	if internal && r.Context().Err() == nil { // else nobody waited for it
		d.house.log.Error("a push failed", "request_id", x.id, "path", r.URL.Path, "error", err)
	}
	switch f.status {
	case http.StatusForbidden:
		d.audit(d.refusedCall(r, x, f))
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	if !x.whole {
		// Else net/http would wait for the rest of the body before it answers.
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("x-amzn-ErrorType", f.code)
	if x.firehose {
		d.answerFirehose(w, f.status, x, f.message)
		return
	}
	d.answer(w, f.status, struct {
		Message string `json:"message"`
		Code    string `json:"code"`
		*pushAccount
	}{f.message, f.code, f.account})
}

// refusedCall is the refused push for the audit log, with what the caller
// says of itself.
func (d *pushDesk) refusedCall(r *http.Request, x *pushExchange, f *pushFault) api.Call {
	c := api.Call{Time: x.began, RequestID: x.id, Service: "gumshoe", Operation: "Ingest", ErrorCode: f.code, ErrorMessage: f.message}
	if x.caller != nil {
		c.Known, c.Region = x.caller.proven, x.caller.region
		c.Caller = x.caller.identity()
	} else {
		c.Caller.AccessKeyID = claimedKey(r)
	}
	c.Caller.SourceIP, c.Caller.UserAgent = sourceIP(r), r.UserAgent()
	return c
}

// answerTime is for how long an answer may be on its way. The server's own
// deadline counts from the request's begin.
const answerTime = 10 * time.Second

// answer writes a document. That the sender went away meanwhile concerns
// nobody.
func (d *pushDesk) answer(w http.ResponseWriter, status int, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		d.house.log.Error("an answer to a push cannot be written", "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"message":"An internal error occurred.","code":"InternalServerException"}`)
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
