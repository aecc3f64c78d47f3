package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody is the size of the largest request body, in bytes.
const maxBody = 1 << 20

// Options say what the API is made of. All but Dev and Log must be set.
type Options struct {
	Detective Backend
	Keys      KeyLookup
	Regions   []string         // that may be signed for, e.g. us-east-1; at least one
	Dev       bool             // accept any signature; an access key id of 12 digits is the account
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
	now        func() time.Time
	log        *slog.Logger
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
		now:        o.Now,
		log:        log,
	}
}

// ServeHTTP answers one request. Every answer carries x-amzn-RequestId.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	w.Header().Set("x-amzn-RequestId", id)
	write := writeFault
	isSTS := r.Method == http.MethodPost && r.URL.Path == "/"
	if isSTS {
		write = writeSTSFault
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
		err = s.serveSTS(w, r)
	} else {
		err = s.serveDetective(w, r)
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
// has not been answered.
func (s *server) serveDetective(w http.ResponseWriter, r *http.Request) error {
	route, label := s.router.find(r)
	if route == nil {
		return unknownOperation()
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	caller, err := s.authenticate(r, body, "detective", s.regions)
	if err != nil {
		return err
	}
	if err := checkMedia(route, r.Header, len(body) > 0); err != nil {
		return err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalidBody("the query string is not well formed")
	}
	out, err := route.call(r.Context(), s.operations, &request{caller: caller, body: body, label: label, query: query})
	if err != nil {
		return err
	}
	if !route.hasOutput {
		w.WriteHeader(route.status)
		return nil
	}
	answer, err := marshal(out)
	if err != nil {
		return fmt.Errorf("write the answer of %s: %w", route.operation, err)
	}
	writeJSON(w, route.status, answer)
	return nil
}

// readBody reads a request's body, which must not be larger than maxBody.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, bodyTooLarge()
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
