package api

import (
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// maxBody is the size of the largest request body, in bytes.
const maxBody = 1 << 20

// answerTime is how long the answer to a body that did not come in time may
// take to be written.
const answerTime = 10 * time.Second

// Options say what the API is made of. All but Dev, Rate, Audit and Log must
// be set.
type Options struct {
	Detective Backend
	Keys      KeyLookup
	Regions   []string         // that may be signed for, e.g. us-east-1; at least one
	Dev       bool             // accept any signature; an access key id of 12 digits is the account
	Rate      Rate             // limits calls
	Audit     func(Call)       // told of every call once it is answered; nil for nobody
	Now       func() time.Time // the clock that signatures are checked by
	Log       *slog.Logger     // internal errors, one line each; nil for none
}

// server is the API's handler. It is safe for concurrent use.
type server struct {
	operations operations
	router     *router
	keys       KeyLookup
	regions    []string // never nil
	dev        bool
	throttle   *throttle
	audit      func(Call)
	now        func() time.Time
	log        *slog.Logger
	buffers    sync.Pool // of *[]byte, for answers: they may be of some hundred kilobytes
}

// New returns the handler of the Detective API and of STS GetCallerIdentity
// on POST /. It answers every path: mount others before it.
func New(o Options) http.Handler {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &server{
		operations: &service{backend: o.Detective},
		router:     newRouter(routes()),
		keys:       o.Keys,
		regions:    append([]string{}, o.Regions...), // never nil, which would allow any
		dev:        o.Dev,
		throttle:   newThrottle(o.Rate),
		audit:      o.Audit,
		now:        o.Now,
		log:        log,
		buffers:    sync.Pool{New: func() any { return new([]byte) }},
	}
}

// ServeHTTP answers one request. Every answer carries x-amzn-RequestId.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{id: uuid.NewString(), began: s.now()}
	id := x.id
	w.Header().Set("x-amzn-RequestId", id)
	write := func(w http.ResponseWriter, f *fault) {
		s.record(x, f)
		writeFault(w, f)
	}
	isSTS := r.Method == http.MethodPost && r.URL.Path == "/"
	if isSTS {
		x.sts = true
		write = func(w http.ResponseWriter, f *fault) {
			s.record(x, f)
			writeSTSFault(w, f)
		}
	}
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p) //nolint:forbidigo // net/http's own way to drop a connection
		default:
			s.log.Error("api panic", "request_id", id, "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			write(w, internalFault())
		}
	}()
	var err error
	if isSTS {
		err = s.serveSTS(w, r, x)
	} else {
		err = s.serveDetective(w, r, x)
	}
	if err == nil {
		return
	}
	f, internal := faultOf(err)
	if internal {
		level := slog.LevelError
		if r.Context().Err() != nil { // the client gave up; nobody reads the answer
			level = slog.LevelDebug
		}
		s.log.Log(r.Context(), level, "api internal error", "request_id", id, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	write(w, f)
}

// serveDetective answers an operation of Detective. An error that it returns
// has not been answered. What it learns of the request goes to x.
func (s *server) serveDetective(w http.ResponseWriter, r *http.Request, x *exchange) (err error) {
	if x.route, x.label = s.router.find(r); x.route == nil {
		return unknownOperation()
	}
	if x.body, err = readBody(w, r); err != nil {
		x.caller = detective.Caller{SourceIP: clientAddress(r), UserAgent: r.UserAgent()}
		return err
	}
	if err := s.identify(r, x, "detective", s.regions); err != nil {
		return err
	}
	caller := x.caller
	if err := checkMedia(x.route, r.Header, len(x.body) > 0); err != nil {
		return err
	}
	if x.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return invalidBody("the query string is not well formed")
	}
	if err := s.throttle.check(x.route, caller, x.began); err != nil {
		return err
	}
	out, err := x.route.call(r.Context(), s.operations, &request{caller: caller, body: x.body, label: x.label, query: x.query})
	if err != nil {
		return err
	}
	if !x.route.hasOutput {
		s.record(x, nil)
		w.WriteHeader(x.route.status)
		return nil
	}
	b := s.buffers.Get().(*[]byte)
	*b = out.appendJSON((*b)[:0])
	s.record(x, nil)
	writeJSON(w, x.route.status, *b)
	s.buffers.Put(b)
	return nil
}

// identify enters who made a request that was signed for the service. When
// the signature is wrong that is what the request says of itself, which the
// audit log should show.
func (s *server) identify(r *http.Request, x *exchange, service string, regions []string) error {
	caller, err := s.authenticate(r, x.body, service, regions)
	if err == nil {
		x.known = true
	} else if a, aerr := sigv4.Authorize(r.Header); aerr == nil {
		caller = detective.Caller{AccessKeyID: claimed(a.Credential.AccessKeyID), Region: claimed(a.Credential.Region)}
	}
	x.caller = caller
	x.caller.SourceIP, x.caller.UserAgent = clientAddress(r), r.UserAgent()
	return err
}

// claimed shortens what anybody can send to what a key or a Region can have.
func claimed(s string) string { return s[:min(len(s), 128)] }

// readBody reads a request's body, which must not be larger than maxBody. Of
// a body that did not come, whole or in time, nothing else is looked at: its
// signature would only seem to be wrong.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, bodyTooLarge()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) { // the HTTP server's ReadTimeout
		// Its WriteTimeout runs out with it if they are equal, and the answer
		// would not leave. Writers without deadlines need none.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
		return nil, bodyTooSlow()
	}
	if err != nil {
		return nil, invalidBody("the body could not be read to its end")
	}
	return body, nil
}

// checkMedia holds the rules of restJson1: a body, where the operation has
// one, is application/json (parameters are passed over); an operation without
// one takes none; an answer is application/json, which Accept must allow.
func checkMedia(route *route, h http.Header, body bool) error {
	if body && !route.hasBody {
		return unsupportedMediaType("This operation takes no request body.")
	}
	contentType := h.Get("Content-Type")
	if body || contentType != "" && route.hasBody {
		if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/json" {
			return unsupportedMediaType("The Content-Type of the request must be application/json.")
		}
	}
	if route.hasOutput && !accepts(h.Values("Accept")) {
		return notAcceptable()
	}
	return nil
}

// accepts says whether Accept headers allow application/json.
func accepts(headers []string) bool {
	if len(headers) == 0 {
		return true
	}
	for _, h := range headers {
		for media := range strings.SplitSeq(h, ",") {
			media, _, _ = strings.Cut(media, ";")
			switch strings.ToLower(strings.TrimSpace(media)) {
			case "application/json", "application/*", "*/*":
				return true
			}
		}
	}
	return false
}
