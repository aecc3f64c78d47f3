package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// conformance is a case of Smithy's restJson1 protocol tests, by its id, on
// an operation of Detective that has the same shapes. Where Smithy says
// SerializationException Detective says ValidationException, and messages
// have Detective's style. Cases of our own have an id with a space in it.
type conformance struct {
	id, method, target, body string // POST if there is no method
	backend                  *fake
	headers                  map[string]string // "" removes one
	status                   int
	kind                     string // error type, empty on success
	answer                   string // body on success and of errors of the backend
	message, code            string // of an error; checked if message is set
	call                     string // of the backend; checked if set
	parameters               string // as read from the request, JSON; checked if set
}

func (c conformance) run(t *testing.T) {
	t.Helper()
	if c.method == "" {
		c.method = "POST"
	}
	if c.backend == nil {
		c.backend = &fake{}
	}
	var parameters string
	h := New(Options{
		Detective: c.backend, Keys: fakeKeys{}, Regions: []string{"us-east-1"}, Now: func() time.Time { return testNow },
		Audit: func(call Call) { parameters = string(call.Parameters) },
	})
	got := send(t, h, signed(t, c.method, c.target, c.body, func(r *http.Request) {
		for name, value := range c.headers {
			if r.Header.Del(name); value != "" {
				r.Header.Set(name, value)
			}
		}
	}))
	if got.status != c.status || got.kind != c.kind || (c.kind == "" || c.answer != "") && got.body != c.answer {
		t.Errorf("%s: %s %s %s %v:\ngot  %d %q %s\nwant %d %q %s", c.id, c.method, c.target, clip(c.body), c.headers,
			got.status, got.kind, clip(got.body), c.status, c.kind, c.answer)
	}
	if got.body != "" && got.contentType != "application/json" {
		t.Errorf("%s: Content-Type %q", c.id, got.contentType)
	}
	if c.message != "" {
		var e errorBody
		if err := json.Unmarshal([]byte(got.body), &e); err != nil || e.Message != c.message || string(e.ErrorCode) != c.code {
			t.Errorf("%s: %s:\ngot  %+v\nwant %s %s", c.id, clip(c.body), e, c.message, c.code)
		}
	}
	refused := c.kind != "" && c.backend.err == nil
	if refused && len(c.backend.calls) > 0 || !refused && len(c.backend.calls) != 1 || c.call != "" && !slices.Equal(c.backend.calls, []string{c.call}) {
		t.Errorf("%s: %s: called the backend %q, want %q", c.id, clip(c.body), c.backend.calls, c.call)
	}
	if c.parameters != "" && parameters != c.parameters {
		t.Errorf("%s: read the parameters %s, want %s", c.id, parameters, c.parameters)
	}
}

func conformanceCases() []conformance {
	return slices.Concat(documentCases(), mediaCases(), bindingCases(), errorCases(), malformedCases(), validationCases())
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, c := range conformanceCases() {
		c.run(t)
	}
}

// TestConformanceIsComplete: each id of the families that apply has a case or
// a reason why it has none.
func TestConformanceIsComplete(t *testing.T) {
	t.Parallel()
	tested := make(map[string]bool)
	for _, c := range conformanceCases() {
		tested[c.id] = true
	}
	known, run, excused := make(map[string]bool), 0, 0
	for family, ids := range smithyFamilies {
		for _, id := range ids {
			known[id] = true
			reason := notApplicable[id]
			switch {
			case tested[id] && reason == "":
				run++
			case !tested[id] && reason != "":
				excused++
			default:
				t.Errorf("%s %s: tested: %t, reason not to: %q", family, id, tested[id], reason)
			}
		}
	}
	for id := range tested {
		if !known[id] && !ours(id) {
			t.Errorf("%s is in no family", id)
		}
	}
	for id := range notApplicable {
		if !known[id] {
			t.Errorf("%s, not applicable, is in no family", id)
		}
	}
	t.Logf("%d ids tested, %d do not apply", run, excused)
	if diff := cmp.Diff(run+excused, len(known)); diff != "" {
		t.Errorf("ids are listed twice (-cases +ids)\n%s", diff)
	}
}

// ours says that a case has no counterpart in Smithy.
func ours(id string) bool {
	return slices.Contains([]byte(id), ' ')
}
