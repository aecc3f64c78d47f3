package ocsf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// simulated are the OCSF files of a simulated organization, by their names.
func simulated(t testing.TB) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if _, err := simulate.Write(context.Background(), dir, simulate.Config{Seed: 5, Days: 1, Events: 1000, Shapes: true}); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(e.Name(), "ocsf-") {
			return err
		}
		files[e.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// What is simulated as JSON and as Parquet gives the same records, and those
// of calls what the records themselves give.
func TestSimulated(t *testing.T) {
	files := simulated(t)
	for name, want := range map[string]decode.Kind{"ocsf-api-activity": decode.KindCloudTrail, "ocsf-network-activity": decode.KindVPCFlow} {
		var texts []string
		var p Parser
		for line := range bytes.Lines(files[name+".jsonl"]) {
			var rec Record
			if err := parse(t, &p, line, &rec); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if rec.Kind != want {
				t.Errorf("%s: kind %s", name, rec.Kind)
			}
			texts = append(texts, text(t, &rec))
		}
		in := files[name+".parquet"]
		q, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range texts {
			var rec Record
			raw, err := q.Next(&rec)
			if err != nil || !json.Valid(raw) {
				t.Fatalf("%s: row %d: %v", name, i, err)
			}
			if diff := cmp.Diff(want, text(t, &rec)); diff != "" {
				t.Errorf("%s: row %d (-JSON +Parquet):\n%s", name, i, diff)
			}
		}
		for range 2 {
			if _, err := q.Next(new(Record)); err != io.EOF {
				t.Errorf("%s: after %d rows: %v", name, len(texts), err)
			}
		}
		if err := q.Close(); err != nil || len(texts) < 4 {
			t.Errorf("%s: %d rows, %v", name, len(texts), err)
		}
		if _, err := q.Next(new(Record)); err == nil || err == io.EOF {
			t.Errorf("%s: read after Close: %v", name, err)
		}
	}
	var rec Record
	if err := parse(t, new(Parser), files["ocsf-detection-finding.jsonl"], &rec); err != nil {
		t.Fatal(err)
	}
	f := rec.Finding
	if rec.Kind != decode.KindGuardDuty || f.Type != "Recon:EC2/PortProbeUnprotectedPort" || !f.ViaSecurityHub || len(f.Remotes) != 1 || f.Remotes[0].Direction.String() != "inbound" ||
		!strings.HasPrefix(f.Key(), "arn:aws:guardduty:") || f.SeverityLabel != "LOW" || f.Workflow != "NEW" {
		t.Errorf("%s: %+v", rec.Kind, f)
	}
}

// text is a record's fields, one a line.
func text(t testing.TB, rec *Record) string {
	return strings.Join(lost(fields(t, rec), nil), "\n")
}

// lakeEvent has what Security Lake's tables have: groups in groups, lists, a map,
// timestamps.
type lakeEvent struct {
	ClassUID int32             `parquet:"class_uid"`
	Time     int64             `parquet:"time"`
	TimeDT   int64             `parquet:"time_dt,optional,timestamp(microsecond)"`
	Metadata eventMetadata     `parquet:"metadata"`
	API      eventAPI          `parquet:"api,optional"`
	Actor    *eventActor       `parquet:"actor,optional"`
	Src      *eventEndpoint    `parquet:"src_endpoint,optional"`
	Things   []eventThing      `parquet:"resources,list"`
	Unmapped map[string]string `parquet:"unmapped,optional"`
}
type eventMetadata struct {
	UID      string   `parquet:"uid,optional"`
	Profiles []string `parquet:"profiles,list"`
	Product  struct {
		Name string `parquet:"name"`
	} `parquet:"product"`
}
type eventAPI struct {
	Operation string `parquet:"operation"`
	Service   struct {
		Name string `parquet:"name,optional"`
	} `parquet:"service"`
}
type eventActor struct {
	User struct {
		UID    string `parquet:"uid,optional"`
		Groups []struct {
			Name string `parquet:"name,optional"`
		} `parquet:"groups,list"`
	} `parquet:"user"`
}
type eventEndpoint struct {
	IP  string   `parquet:"ip,optional"`
	Via []string `parquet:"intermediate_ips,list"`
}
type eventThing struct {
	UID string `parquet:"uid,optional"`
}

func (e lakeEvent) named(product, operation, service string) lakeEvent {
	e.Metadata.Product.Name, e.API.Operation, e.API.Service.Name = product, operation, service
	return e
}

func lakeFile(t testing.TB, events []lakeEvent, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[lakeEvent](&b, options...)
	_, err := w.Write(events)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func lakeEvents() []lakeEvent {
	call := lakeEvent{ClassUID: 6003, Time: 1772444400000, TimeDT: 1772444400000000, Metadata: eventMetadata{UID: "e-1", Profiles: []string{"cloud", "datetime"}},
		Src: &eventEndpoint{IP: "192.0.2.1"}, Things: []eventThing{{"arn:aws:s3:::b"}, {""}, {"arn:aws:s3:::b/k"}},
		Unmapped: map[string]string{"requestParameters.bucketName": "b", "readOnly": "true"}}.named("CloudTrail", "GetObject", "s3.amazonaws.com")
	dns := lakeEvent{ClassUID: 4003, Time: 1}.named("Route 53", "Query", "")
	bare := lakeEvent{ClassUID: 6003, Time: 1772444400000}.named("CloudTrail", "ListBuckets", "s3.amazonaws.com")
	return []lakeEvent{call, dns, bare}
}

func TestParquetRows(t *testing.T) {
	in := lakeFile(t, lakeEvents())
	q, err := NewParquet(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	var rec Record
	raw, err := q.Next(&rec)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"api":{"operation":"GetObject","service":{"name":"s3.amazonaws.com"}},"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"},"profiles":["cloud","datetime"],"uid":"e-1"},"resources":[{"uid":"arn:aws:s3:::b"},{},{"uid":"arn:aws:s3:::b/k"}],"src_endpoint":{"intermediate_ips":[],"ip":"192.0.2.1"},"time":1772444400000,"time_dt":"2026-03-02T09:40:00Z","unmapped":{"readOnly":"true","requestParameters.bucketName":"b"}}`
	if diff := cmp.Diff(want, sorted(t, raw)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if ct := rec.CloudTrail; ct.EventName != "GetObject" || len(ct.Resources) != 2 || string(ct.RequestParameters) != `{"bucketName":"b"}` || ct.EventID != "e-1" {
		t.Errorf("%+v", ct)
	}
	_, err = q.Next(&rec)
	if r, ok := errors.AsType[*decode.Rejection](err); !ok || r.Reason != ReasonClass || r.Record != 1 || r.Records != 1 {
		t.Errorf("a DNS query: %v", err)
	}
	if raw, err = q.Next(&rec); err != nil || rec.CloudTrail.EventName != "ListBuckets" || bytes.Contains(raw, []byte("null")) {
		t.Errorf("%s, %v", raw, err)
	}
	for _, n := range []int64{0, 1, 2, 3, 9} {
		q, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			t.Fatal(err)
		}
		q.Skip(n)
		rows := int64(0)
		for ; ; rows++ {
			if _, err := q.Next(&rec); err == io.EOF {
				break
			}
		}
		if rows != max(0, 3-n) {
			t.Errorf("%d rows after skipping %d", rows, n)
		}
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	}
}

// sorted is JSON with its members in order.
func sorted(t testing.TB, raw []byte) string {
	t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNewParquetRejects(t *testing.T) {
	f := func(name string, in []byte, want decode.Reason, foreign bool) {
		t.Helper()
		_, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		if r, ok := errors.AsType[*decode.Rejection](err); !ok || r.Reason != want || r.Foreign != foreign {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[struct {
		SrcAddr string `parquet:"srcaddr"`
	}](&b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	good := lakeFile(t, lakeEvents())
	f("flow logs", b.Bytes(), ReasonNotOCSF, true)
	f("text", []byte("class_uid"), ReasonNotOCSF, true)
	f("cut", good[:len(good)-9], decode.ReasonTruncated, false)
	f("no footer", append([]byte("PAR1"), "\x10\x00\x00\x00PAR1"...), ReasonMalformed, false)
}

// FuzzParquet: whatever the file, nothing panics, ordinals add up, and rows
// are JSON.
func FuzzParquet(f *testing.F) {
	for version := 1; version <= 2; version++ {
		f.Add(lakeFile(f, lakeEvents(), parquet.DataPageVersion(version)), uint16(0), byte(0))
		f.Add(lakeFile(f, lakeEvents(), parquet.DataPageVersion(version), parquet.Compression(&parquet.Zstd)), uint16(300), byte(1))
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint16, flip byte) {
		if len(in) > 1<<18 {
			return
		}
		if len(in) > 0 {
			// Most mutations break the footer's length: this keeps it.
			in = bytes.Clone(in)
			in[int(at)%len(in)] ^= flip
		}
		q, err := NewParquet(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			if _, ok := errors.AsType[*decode.Rejection](err); !ok {
				t.Fatal(err)
			}
			return
		}
		defer q.Close()
		var rec Record
		var s jsonscan.Scanner
		for ordinal := int64(0); ordinal < 10_000; ordinal++ {
			raw, err := q.Next(&rec)
			if err == io.EOF {
				return
			}
			if err == nil {
				s.Reset(append(raw[:len(raw):len(raw)], '\n'), 0)
				if _, ok := s.Skip(); !ok || s.Pos() != len(raw) {
					t.Fatalf("row %d is no JSON: %q", ordinal, raw)
				}
				continue
			}
			if r, ok := errors.AsType[*decode.Rejection](err); !ok || r.Record != ordinal || r.Records != 1 {
				t.Fatalf("record %d: %v", ordinal, err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	all := pairEvents(b)
	size := 0
	for i, in := range all {
		var compact bytes.Buffer
		if err := json.Compact(&compact, in); err != nil {
			b.Fatal(err)
		}
		all[i] = append(compact.Bytes(), '\n')
		size += len(all[i])
	}
	var p Parser
	var s jsonscan.Scanner
	var rec Record
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, in := range all {
			s.Reset(in, 0)
			if err := p.Parse(&s, &rec); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(len(all)*b.N)/b.Elapsed().Seconds(), "events/s")
}
