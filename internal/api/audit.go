package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// Call is what is written down of a call of an operation, refused ones
// included.
type Call struct {
	Time         time.Time
	RequestID    string
	Service      string // detective or sts
	Operation    string
	Known        bool // the signature was right: Caller is who it says
	ReadOnly     bool
	Caller       detective.Caller // what the request says of itself when the signature was refused
	Region       string           // that was called; empty when it is not known
	Parameters   []byte           // JSON, sensitive values masked; nil for none
	ErrorCode    string           // empty for success
	ErrorMessage string
}

// hidden stands for a value that is not written down, in the words of
// CloudTrail.
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

// sensitive are the members whose shapes are sensitive in the model.
var sensitive = []string{"EmailAddress", "Message"}

// exchange is one request on its way through the server.
type exchange struct {
	id     string // request id
	began  time.Time
	sts    bool   // GetCallerIdentity
	route  *route // of Detective; nil when there is none
	caller detective.Caller
	known  bool // the caller's signature was right
	label  string
	query  url.Values
	body   []byte
}

// record tells the auditor of a call that has been answered with f, nil for
// success. What a client whose signature was refused has sent is not written
// down: anybody can send anything.
func (s *server) record(x *exchange, f *fault) {
	if s.audit == nil || x.route == nil && !x.sts {
		return
	}
	c := Call{Time: x.began, RequestID: x.id, Known: x.known, Caller: x.caller, Region: x.caller.Region}
	if x.sts {
		c.Service, c.Operation, c.ReadOnly = "sts", "GetCallerIdentity", true
	} else {
		c.Service, c.Operation, c.ReadOnly = "detective", x.route.operation, x.route.readOnly()
	}
	if x.known && !x.sts {
		limit := maxParameters
		if f != nil || c.ReadOnly {
			limit = maxIdleParameters
		}
		c.Parameters = bounded(x.parameters(), limit)
	}
	if f != nil {
		c.ErrorCode, c.ErrorMessage = f.kind, f.message
	}
	s.audit(c)
}

// What is written down of the parameters, in bytes: what a request of the
// model needs, and less of calls that change nothing and so cost their caller
// nothing. Members that the model does not have must not fill the log.
const (
	maxParameters     = 64 << 10
	maxIdleParameters = 8 << 10
)

// bounded replaces parameters that are too long, in the manner of CloudTrail.
func bounded(parameters []byte, limit int) []byte {
	if len(parameters) <= limit {
		return parameters
	}
	return fmt.Appendf(nil, `{"omitted":true,"originalSize":%d,"reason":"larger than %d bytes"}`, len(parameters), limit)
}

// readOnly reports whether the operation changes nothing.
func (r *route) readOnly() bool {
	for _, prefix := range []string{"Get", "List", "Describe", "BatchGet"} {
		if len(r.operation) > len(prefix) && r.operation[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

// parameters returns the request's parameters as JSON. Of the query it takes
// what the model has and nothing else: a client can put anything there.
func (x *exchange) parameters() []byte {
	if x.label != "" {
		all := map[string]any{}
		if body := mask(x.body); body != nil {
			// What is no object has no place beside the label.
			_ = json.Unmarshal(body, &all)
		}
		all["resourceArn"] = x.label
		if keys := x.query["tagKeys"]; len(keys) > 0 {
			all["tagKeys"] = keys
		}
		// Fails for text that is not UTF-8, which is not written down.
		b, err := json.Marshal(all, json.Deterministic(true))
		if err != nil {
			return nil
		}
		return b
	}
	return mask(x.body)
}

// isSensitive ignores case: what a client wrote in the wrong case is no
// member of the model, and the same secret.
func isSensitive(member string) bool {
	return slices.ContainsFunc(sensitive, func(name string) bool { return strings.EqualFold(name, member) })
}

// mask returns a JSON document with the values of sensitive members hidden,
// nil for what is no JSON document, or more than one.
func mask(body []byte) []byte {
	var out bytes.Buffer
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	enc := jsontext.NewEncoder(&out)
	documents := 0
	for {
		t, err := dec.ReadToken()
		if err != nil {
			if !errors.Is(err, io.EOF) || documents != 1 {
				return nil
			}
			return bytes.TrimSpace(out.Bytes())
		}
		depth := dec.StackDepth()
		kind, n := dec.StackIndex(depth)
		hide := kind == '{' && n%2 == 1 && t.Kind() == '"' && isSensitive(t.String()) // the name of a member
		if enc.WriteToken(t) != nil {
			return nil
		}
		if hide && (dec.SkipValue() != nil || enc.WriteToken(jsontext.String(hidden)) != nil) {
			return nil
		}
		if depth == 0 {
			documents++
		}
	}
}

// clientAddress is the address that a request came from.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
