package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// BenchmarkSignedCall is one ListGraphs of botocore through the whole
// handler, signature checked.
func BenchmarkSignedCall(b *testing.B) {
	data, err := os.ReadFile("sigv4/testdata/botocore.json")
	if err != nil {
		b.Fatal(err)
	}
	var recording struct {
		Vectors []struct {
			Method, Target, Host, Body string
			Headers                    map[string]string
		}
	}
	if err := json.Unmarshal(data, &recording); err != nil {
		b.Fatal(err)
	}
	v := recording.Vectors[2]
	r := httptest.NewRequest(v.Method, v.Target, nil)
	r.Host = v.Host
	for name, value := range v.Headers {
		r.Header.Set(name, value)
	}
	h, _ := newTestAPI(&fake{}, false)
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader([]byte(v.Body)))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
