package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// silent answers with members and writes nothing down.
type silent struct {
	fake
	list []detective.Member
}

func (s *silent) GetMembers(context.Context, detective.Caller, string, []string) ([]detective.Member, []detective.Unprocessed, error) {
	return s.list, nil, nil
}

func (s *silent) ListMembers(context.Context, detective.Caller, string, detective.Page) ([]detective.Member, string, error) {
	return s.list, "", nil
}

// benchmarkSigned is one signed call through the whole handler, without the
// network and with a backend that costs nothing.
func benchmarkSigned(b *testing.B, backend Backend, target, body string) {
	h, _ := newTestAPI(backend, false)
	r := signed(b, "POST", target, body)
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(strings.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkSignedGetMembers(b *testing.B) {
	benchmarkSigned(b, &silent{list: []detective.Member{enabledMember()}}, "/graph/members/get", graphBody+`,"AccountIds":["444455556666"]}`)
}

func BenchmarkSignedListMembers200(b *testing.B) {
	benchmarkSigned(b, &silent{list: slices.Repeat([]detective.Member{enabledMember()}, 200)}, "/graph/members/list", graphBody+`,"MaxResults":200}`)
}
