package client_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gumshoe-detective/gumshoe/client"
)

const (
	graphArn      = "arn:aws:detective:us-east-1:111122223333:graph:027c7c4610ea4aacaf0b883093cab899"
	otherGraphArn = "arn:aws:detective:us-east-1:444455556666:graph:8fa21a1e4b1f4d0f9c6f1c2d3e4f5a6b"
	investigation = "000000000000000000001"
)

// object is a JSON object.
type object map[string]any

// reply is what the fake answers a call with.
type reply struct {
	status int
	body   object
}

func ok(body object) reply { return reply{http.StatusOK, body} }

func refuse(status int, shape, message string) reply {
	return reply{status, object{"__type": shape, "Message": message}}
}

// call is a request that the fake got.
type call struct {
	route         string
	host          string
	authorization string
	in            object
}

// fake speaks the wire format of the API. Each route has a function that
// answers it; a route without one does not exist.
type fake struct {
	routes map[string]func(in object) reply

	mu    sync.Mutex
	calls []call
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := object{}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil && r.ContentLength > 0 {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.calls = append(f.calls, call{r.URL.Path, r.Host, r.Header.Get("Authorization"), in})
	answer := f.routes[r.URL.Path]
	f.mu.Unlock()
	out := refuse(http.StatusNotFound, "UnknownOperationException", r.URL.Path)
	if answer != nil {
		out = answer(in)
	}
	w.Header().Set("Content-Type", "application/json")
	if shape, ok := out.body["__type"].(string); ok {
		w.Header().Set("X-Amzn-ErrorType", shape)
	}
	w.WriteHeader(out.status)
	_ = json.NewEncoder(w).Encode(out.body)
}

// asked returns what a route was asked with, call by call.
func (f *fake) asked(route string) (in []object) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c.route == route {
			in = append(in, c.in)
		}
	}
	return in
}

// inProcess carries requests to a handler without a network, so that a test
// can run on a fake clock.
type inProcess struct{ http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if r.Host == "" {
		r.Host = r.URL.Host // as a transport would
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// config is a configuration that reaches the fake and nothing else.
func (f *fake) config() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		HTTPClient:  inProcess{f},
		Credentials: staticCredentials(),
	}
}

func staticCredentials() aws.CredentialsProvider { return credentials("AKIAEXAMPLE", "secret") }

func credentials(key, secret string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
	})
}

func (f *fake) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(t.Context(), client.WithConfig(f.config()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pages answers a list operation from items: pages of MaxResults, two when it
// is not said, with tokens that it made itself.
func pages(key string, items ...any) func(object) reply {
	return func(in object) reply {
		from, size := 0, 2
		if n, ok := in["MaxResults"].(float64); ok {
			size = int(n)
		}
		if token, ok := in["NextToken"].(string); ok {
			n, err := strconv.Atoi(token)
			if err != nil || n >= len(items) {
				return refuse(http.StatusBadRequest, "ValidationException", "bad token "+token)
			}
			from = n
		}
		to := min(from+size, len(items))
		out := object{key: append([]any{}, items[from:to]...)}
		if to < len(items) {
			out["NextToken"] = strconv.Itoa(to)
		}
		return ok(out)
	}
}

// inTurn answers the calls one after the other and stays with the last reply.
func inTurn(replies ...reply) func(object) reply {
	next := 0
	return func(object) reply {
		r := replies[next]
		next = min(next+1, len(replies)-1)
		return r
	}
}
