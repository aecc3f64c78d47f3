package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var listening = regexp.MustCompile(`at (\S+)\n`)

func TestStart(t *testing.T) {
	t.Parallel()
	p, err := start(t.Context(), listening, os.Environ(), "sh", "-c", "echo I am; echo at http://x; exec sleep 600")
	if err != nil {
		t.Fatal(err)
	}
	if p.url != "http://x" || !strings.HasPrefix(p.said.output(), "I am") {
		t.Errorf("url %q, said %q", p.url, p.said.output())
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if _, err := start(t.Context(), listening, os.Environ(), "sh", "-c", "echo no room >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("a program that ends: %v", err)
	}
}

// TestUntil asks until the graph has what is waited for.
func TestUntil(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "gumshoe")
	// It has a record more each time that it is asked.
	script := "#!/bin/sh\necho x >>" + dir + "/asked\necho '{\"Totals\":{\"stored\":'$(wc -l <" + dir + "/asked)'}}'\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	g := graph{gumshoe: program, data: dir}
	if took, err := g.until(t.Context(), time.Now(), 3); err != nil || took <= 0 {
		t.Errorf("waited %v, %v", took, err)
	}
	if n, err := g.stored(t.Context()); err != nil || n != 4 {
		t.Errorf("asked %d times, %v; want 3 and this one", n, err)
	}
	if _, err := g.until(t.Context(), time.Now().Add(-2*patience), 100); err == nil {
		t.Error("a record that never comes: no error")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.until(ended, time.Now(), 100); err == nil {
		t.Error("ended: no error")
	}
}

func TestPush(t *testing.T) {
	t.Parallel()
	f := func(status int, want error) {
		t.Helper()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/ingest/v1/cloudtrail" || r.Header.Get("Authorization") != "Bearer ID:SECRET" {
				t.Errorf("pushed %s with %q", r.URL, r.Header)
			}
			w.WriteHeader(status)
		}))
		defer server.Close()
		began, err := push(t.Context(), server.URL, accessKey{"ID", "SECRET"}, someID)
		if began.IsZero() || (err == nil) != (want == nil) || errors.Is(want, errNoPush) != errors.Is(err, errNoPush) {
			t.Errorf("status %d: %v; want %v", status, err, want)
		}
	}
	f(http.StatusOK, nil)
	f(http.StatusNotFound, errNoPush)
	f(http.StatusServiceUnavailable, errors.New("any"))
}

func TestQueueEnvironment(t *testing.T) {
	t.Setenv("AWS_PROFILE", "mine")
	t.Setenv("https_proxy", "http://proxy")
	t.Setenv("KEPT", "yes")
	env := strings.Join(queueEnvironment(), "\n")
	for text, want := range map[string]bool{"AWS_PROFILE": false, "proxy": false, "KEPT=yes": true, "AWS_ACCESS_KEY_ID=" + queueKey: true} {
		if strings.Contains(env, text) != want {
			t.Errorf("%q in the environment: %v, want %v", text, !want, want)
		}
	}
}
