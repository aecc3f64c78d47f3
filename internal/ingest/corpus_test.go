package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// call is a record of its own: number n says its id, minute and caller.
func call(t testing.TB, n int, members ...string) string {
	t.Helper()
	own := fmt.Sprintf(`"eventID":"00000000-0000-4000-8000-%012d","eventTime":"2026-03-04T%02d:%02d:00Z","sourceIPAddress":"203.0.113.%d"`,
		n, n/60%24, n%60, n%5)
	return record(t, strings.Join(append([]string{own}, members...), ","))
}

// calls are the records from number first on.
func calls(t testing.TB, first, n int, members ...string) (records []string) {
	t.Helper()
	for i := range n {
		records = append(records, call(t, first+i, members...))
	}
	return records
}

// delivery is the content of a log file.
func delivery(records ...string) []byte {
	return []byte(`{"Records":[` + strings.Join(records, ",") + `]}`)
}

func packed(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write writes files below dir.
func write(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// foreign is an account that stranger's members do not know.
const foreign = `"recipientAccountId":"999988887777"`

// mixed is a folder with everything in it that the pipeline tells apart: an
// attack, duplicates, conflicts, placeholders for ids, records of an account
// that is no member, and broken files.
func mixed(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 21, Events: 1200, Days: 2, Story: simulate.StoryStolenKey}); err != nil {
		t.Fatal(err)
	}
	many := calls(t, 0, 400)
	many[17] = `{"eventVersion":"1.08","eventName":"NoSource"}`
	many[18] = `{"broken" "record"}`
	write(t, filepath.Join(dir, simulate.LogFolder), map[string][]byte{
		"many.json":        delivery(many...),
		"many-again.gz":    packed(t, delivery(many...)),
		"conflicts.json":   delivery(call(t, 3, `"eventName":"A"`), call(t, 3, `"eventName":"B"`), call(t, 3, `"eventName":"A"`)),
		"placeholder.json": delivery(call(t, 1, `"eventID":"1"`), call(t, 2, `"eventID":"1"`), call(t, 1, `"eventID":"1"`)),
		"foreign.json":     delivery(append(calls(t, 500, 9, foreign), calls(t, 520, 3)...)...),
		"cut.json.gz":      packed(t, delivery(calls(t, 600, 200)...))[:700],
		"half.json":        delivery(calls(t, 900, 5)...)[:1300],
		"note.txt":         []byte("not a log"),
		"empty":            nil,
	})
	return dir
}
