package ingest

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fate is what a report, and the ledger, say of an object.
type fate struct {
	Totals  warehouse.Totals
	Reasons map[string]int64
	Kind    string
	Samples int
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := calls(t, 0, 3)
	at := func(d time.Duration) string {
		return `"eventTime":"` + after2026().Add(d).Format(time.RFC3339) + `"`
	}
	files := map[string][]byte{
		"good.json":    delivery(good...),
		"cut.json.gz":  packed(t, delivery(calls(t, 100, 60)...)),
		"half.json":    []byte(`{"Records":[` + call(t, 200) + `,` + call(t, 201)[:200]),
		"two":          []byte("{}"),
		"brackets":     []byte("[]"),
		"none.json":    []byte(`{"Records":[]}`),
		"empty":        {},
		"empty.gz":     packed(t, nil),
		"not.gz":       append([]byte{0x1f, 0x8b, 9}, "rubbish"...),
		"notes.txt":    []byte("call the plumber\n"),
		"picture.png":  []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"),
		"utf16.json":   []byte("\xff\xfe{\x00\"\x00R\x00"),
		"finding.json": []byte(`{"schemaVersion":"2.0","accountId":"111122223333","service":{"serviceName":"guardduty"},"type":"x"}`),
		"digest.json":  []byte(`{"awsAccountId":"111122223333","digestStartTime":"2026-03-04T05:06:07Z","digestS3Bucket":"b"}`),
		"latin1.json":  delivery(call(t, 300, `"userAgent":"caf\u00e9"`), strings.Replace(call(t, 301), "aws-cli/2.15.1", "caf\xe9/1.0", 1)),
		"future.json":  delivery(call(t, 400, at(24*time.Hour)), call(t, 401, at(24*time.Hour+time.Second)), call(t, 402, `"eventTime":"9999-12-31T23:59:59Z"`)),
		"past.json":    delivery(call(t, 403, `"eventTime":"2005-12-31T23:59:59Z"`), call(t, 404, `"eventTime":"2006-01-01T00:00:00Z"`), call(t, 405, `"eventTime":"0001-01-02T00:00:00Z"`)),
		"holes.json":   delivery(call(t, 500), `{"eventVersion":"1.08","eventName":"X"}`, `7`, `{"eventVersion":}`, call(t, 501)),
	}
	files["cut.json.gz"] = files["cut.json.gz"][:400]
	write(t, dir, files)
	if err := os.MkdirAll(filepath.Join(dir, "no logs", "here"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	g := newGraph(t, false)
	s, objects := g.summaries(dir, Options{})
	cut := objects["cut.json.gz"].Totals
	if cut.Stored == 0 || cut.Stored > 59 || cut.Rejected != 1 {
		t.Errorf("of the cut file: %+v", cut)
	}
	type reasons = map[string]int64
	want := map[string]fate{
		"good.json":    {totals(3, 3, 0, 0), reasons{}, "cloudtrail", 0},
		"cut.json.gz":  {cut, reasons{"truncated": 1}, "cloudtrail", 1},
		"half.json":    {totals(2, 1, 0, 1), reasons{"truncated": 1}, "cloudtrail", 1},
		"two":          {totals(1, 0, 0, 1), reasons{"unrecognized": 1}, "", 1},
		"brackets":     {},
		"none.json":    {},
		"empty":        {},
		"empty.gz":     {},
		"not.gz":       {totals(1, 0, 0, 1), reasons{"bad-gzip": 1}, "", 1},
		"notes.txt":    {totals(1, 0, 0, 1), reasons{"not-json": 1}, "", 1},
		"picture.png":  {totals(1, 0, 0, 1), reasons{"not-json": 1}, "", 1},
		"utf16.json":   {totals(1, 0, 0, 1), reasons{"unknown-container": 1}, "", 1},
		"finding.json": {totals(1, 0, 0, 1), reasons{"unrecognized": 1}, "", 1},
		"digest.json":  {totals(1, 0, 0, 1), reasons{"cloudtrail-digest": 1}, "cloudtrail", 1},
		"latin1.json":  {totals(2, 2, 0, 0), reasons{}, "cloudtrail", 0}, // taken as it is, see below
		"future.json":  {totals(3, 1, 0, 2), reasons{"in-the-future": 2}, "cloudtrail", 2},
		"past.json":    {totals(3, 1, 0, 2), reasons{"implausible-time": 2}, "cloudtrail", 2},
		"holes.json":   {totals(5, 2, 0, 3), reasons{"no-event-source": 1, "unrecognized": 1, "malformed-json": 1}, "cloudtrail", 3},
		"dangling":     {totals(1, 0, 0, 1), reasons{"unreadable": 1}, "", 1},
		"socket":       {totals(1, 0, 0, 1), reasons{"unreadable": 1}, "", 1},
	}
	reported, kept := map[string]fate{}, map[string]fate{}
	kinds := map[string]string{}
	for uri, o := range g.ledger() {
		name := filepath.Base(uri)
		kinds[name] = o.Kind
		kept[name] = fate{totals(o.Seen, o.Stored, o.Duplicate, o.Rejected), o.Reasons, o.Kind, len(o.Samples)}
		if !o.Done || !strings.HasPrefix(uri, dir) {
			t.Errorf("%s: %+v", uri, o)
		}
		for _, x := range o.Samples {
			if x.Reason == "" || x.Detail == "" {
				t.Errorf("%s: a rejection without a reason or a detail: %+v", uri, x)
			}
		}
	}
	for name, o := range objects {
		reported[name] = fate{o.Totals, o.Reasons, kinds[name], len(o.Samples)}
	}
	if diff := gocmp.Diff(want, reported, equateEmpty); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(want, kept, equateEmpty); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if s.Totals != g.totals() {
		t.Errorf("summary %+v; ledger %+v", s.Totals, g.totals())
	}
	details := map[string]string{
		"future.json": "event time 2027-01-02T12:00:01Z", "dangling": "no such file", "socket": "not a regular file", "finding.json": "GuardDuty",
	}
	for name, text := range details {
		if got := objects[name].Samples[0].Detail; !strings.Contains(got, text) {
			t.Errorf("%s: detail %q; want one with %q", name, got, text)
		}
	}

	for _, b := range g.batches {
		for _, e := range b.Events {
			if strings.HasSuffix(e.EventID, "301") && string(e.Raw) != strings.Replace(call(t, 301), "aws-cli/2.15.1", "caf\xe9/1.0", 1) {
				t.Errorf("a record that is no UTF-8 is not stored as logged: %q", e.Raw)
			}
		}
	}

	// Mended files are read again, unreadable ones every time.
	if err := os.Remove(filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string][]byte{"dangling": delivery(call(t, 600)), "half.json": delivery(calls(t, 200, 2)...)})
	s, objects = g.summaries(dir, Options{})
	if s.Totals.Stored != 2 || objects["dangling"].Totals != totals(1, 1, 0, 0) || objects["half.json"].Totals != totals(2, 1, 1, 0) {
		t.Errorf("after mending: %+v, %+v, %+v", s.Totals, objects["dangling"], objects["half.json"])
	}
	if o := objects["socket"]; o.Unchanged || o.Totals != totals(1, 0, 0, 1) {
		t.Errorf("the socket again: %+v", o)
	}
}

// Reading nothing but rubbish is no error: the report says it.
func TestOnlyBadInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"a": []byte("x"), "b": []byte("y")})
	g := newGraph(t, false)
	if s, _ := g.summaries(dir, Options{}); s.Totals != totals(2, 0, 0, 2) {
		t.Errorf("%+v", s.Totals)
	}
	missing := filepath.Join(dir, "nowhere")
	s, objects := g.summaries(missing, Options{})
	if s.Totals != totals(1, 0, 0, 1) || objects[missing].Reasons["unreadable"] != 1 {
		t.Errorf("a path that is not there: %+v", s)
	}
}

// A file without permission.
func TestNoPermission(t *testing.T) {
	t.Parallel()
	if !sourcetest.Unprivileged(t) {
		return
	}
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"closed": delivery(call(t, 1)), "open": delivery(call(t, 2))})
	if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	g := newGraph(t, false)
	s, objects := g.summaries(dir, Options{})
	if s.Totals != totals(2, 1, 0, 1) || objects["closed"].Reasons["unreadable"] != 1 {
		t.Errorf("%+v, %+v", s.Totals, objects["closed"])
	}
	if err := os.Chmod(filepath.Join(dir, "closed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s, _ := g.summaries(dir, Options{}); s.Totals != totals(2, 1, 1, 0) {
		t.Errorf("once it is open: %+v", s.Totals)
	}
}

// Far more bad objects than a batch has parts are committed on the way.
func TestManyEmptyObjects(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 50 {
		write(t, dir, map[string][]byte{string(rune('a'+i%26)) + string(rune('a'+i/26)): nil})
	}
	g := newGraph(t, false)
	s, err := g.run(t.Context(), source.NewFiles(dir), Options{limits: small()})
	if err != nil || s.Objects != 50 || len(g.batches) < 5 {
		t.Errorf("%+v in %d batches, %v", s, len(g.batches), err)
	}
}
