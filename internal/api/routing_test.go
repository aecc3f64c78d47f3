package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAllOperationsAreRouted sends a right request to each of the model's 29
// operations: it ends in one call of the backend's method of that name, and
// the answer has the modeled status, with a body where there is an output.
func TestAllOperationsAreRouted(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	if len(f.Operations) != 29 {
		t.Errorf("the model has %d operations, want 29", len(f.Operations))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Operations)) {
		backend := &fake{}
		h, log := newTestAPI(backend, false)
		o := f.Operations[name]
		target, body := f.validRequest(t, name)
		got := send(t, h, signed(t, o.HTTP.Method, target, body))
		if len(backend.calls) != 1 || !strings.HasPrefix(backend.calls[0]+" ", name+" ") {
			t.Errorf("%s: called the backend %q, want one call of %s", name, backend.calls, name)
		}
		status := max(200, o.HTTP.ResponseCode)
		hasAnswer := o.Output != nil && status != 204
		if got.status != status || (got.body != "") != hasAnswer || (got.contentType == "application/json") != hasAnswer {
			t.Errorf("%s: got %+v, want %d, a document: %t", name, got, status, hasAnswer)
		}
		if log.Len() > 0 {
			t.Errorf("%s: wrote a log: %s", name, log)
		}
	}
}

// TestRoutesAreTheModels compares the generated table with the facts.
func TestRoutesAreTheModels(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	seen := 0
	for _, r := range routes() {
		o, ok := f.Operations[r.operation]
		if !ok {
			t.Errorf("%s is not in the model", r.operation)
			continue
		}
		seen++
		var codes []string
		for _, e := range o.Errors {
			codes = append(codes, e.Shape)
		}
		var got []string
		for _, c := range r.errors {
			got = append(got, string(c))
		}
		slices.Sort(codes)
		slices.Sort(got)
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Errorf("%s: errors (-model +route)\n%s", r.operation, diff)
		}
		if r.method != o.HTTP.Method || r.path != o.HTTP.RequestURI || r.status != max(200, o.HTTP.ResponseCode) {
			t.Errorf("%s: route %s %s %d, model %+v", r.operation, r.method, r.path, r.status, o.HTTP)
		}
	}
	if seen != len(f.Operations) {
		t.Errorf("%d routes for %d operations", seen, len(f.Operations))
	}
}
