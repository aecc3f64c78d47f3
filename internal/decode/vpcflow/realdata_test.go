package vpcflow

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
)

// realFiles returns every file below one of the folders of public logs,
// unpacked, by its path there, or skips.
func realFiles(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	files := map[string][]byte{}
	u := decode.NewReader(strings.NewReader(""), decode.Limits{})
	defer u.Close()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		u.Reset(f)
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = io.ReadAll(u)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every line of the real text files gives what the reference gives and is
// rebuilt from its columns. The figures are those of the data's own README.
func TestRealLines(t *testing.T) {
	records := map[string]int{}
	d := NewDecoder(strings.NewReader(""), Options{})
	for _, folder := range []string{"vpcflow", "derived"} {
		for name, in := range realFiles(t, folder) {
			if !strings.HasSuffix(name, ".log") && !strings.HasSuffix(name, ".log.gz") && !strings.HasSuffix(name, "vpcflow.json") {
				continue // sample.json is none of lines, and a README
			}
			set, _, _ := strings.Cut(name, "/")
			d.Reset(bytes.NewReader(in))
			lines := bufio.NewScanner(bytes.NewReader(in))
			var rec Record
			for lines.Scan() {
				if IsHeader(lines.Bytes()) || lines.Text() == "" {
					continue
				}
				if err := d.Next(&rec); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				want, reason := reference(lines.Text(), nil)
				if reason != "" {
					t.Fatalf("%s: the reference rejects %q: %s", name, lines.Text(), reason)
				}
				want.Format = rec.Format
				if len(want.Rest) == 0 {
					want.Rest = rec.Rest
				}
				// Diff takes milliseconds a record.
				if !reflect.DeepEqual(want, rec) {
					if diff := cmp.Diff(want, rec, sameRecord); diff != "" {
						t.Fatalf("%s: the reference says otherwise (-):\n%s", name, diff)
					}
				}
				if rebuilt := AppendLine(nil, &rec); !rec.Canonical || string(rebuilt) != lines.Text() {
					t.Fatalf("%s: %q is rebuilt as %q", name, lines.Text(), rebuilt)
				}
				records[set]++
			}
			if err := d.Next(&rec); err != io.EOF {
				t.Errorf("%s: at the end: %v", name, err)
			}
		}
	}
	want := map[string]int{"opensearch-catalog": 22, "env-panther-compromised-root-creds": 6, "elastic-integrations": 9, "splunk-example-logs": 1, "vpcflow_from_zeek": 50213}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("records:\n%s", diff)
	}
}

// Flow records as JSON objects.
func TestRealObjects(t *testing.T) {
	f := func(in []byte, wantRecords int, wantReasons map[decode.Reason]int) {
		t.Helper()
		var p Parser
		var rec Record
		records, reasons := 0, map[decode.Reason]int{}
		d := jsonstream.NewReader(bytes.NewReader(in), jsonstream.Options{Foreign: ReasonNotVPCFlow})
		for {
			_, err := d.Next(func(s *jsonscan.Scanner) error { return p.Object(s, &rec) })
			var r *Rejection
			switch {
			case err == io.EOF:
				if diff := cmp.Diff(wantReasons, reasons); records != wantRecords || diff != "" {
					t.Errorf("%d records; want %d\n%s", records, wantRecords, diff)
				}
				return
			case err == nil:
				records++
				if !rec.Src.IsValid() || !rec.Dst.IsValid() || rec.Start == 0 || rec.AccountID == "" || rec.InterfaceID == "" || rec.Action == ActionNone {
					t.Errorf("%s lacks something: %s", rec.Raw, brief(&rec))
				}
			case errors.As(err, &r):
				reasons[r.Reason] += int(r.Records)
			default:
				t.Fatal(err)
			}
		}
	}
	f(realFiles(t, "vpcflow")["opensearch-catalog/sample.json"], 22, map[decode.Reason]int{})
	f(realFiles(t, "ocsf")["ocsf-examples/mappings_dataprepper_AWS_v1.1.0_VPC_Flow_samples_vpcflowlog.raw"], 1, map[decode.Reason]int{})
	// Cut down to what a rule looks at, without times; two are OCSF, one has
	// a source of "null".
	f(realFiles(t, "vpcflow-json")["panther/events.jsonl"], 0, map[decode.Reason]int{ReasonNoTime: 12, ReasonNotVPCFlow: 2, ReasonMalformed: 1})
}

// Files of other kinds are one rejection each, and not called broken.
func TestRealFilesOfOtherKinds(t *testing.T) {
	files := 0
	for _, folder := range []string{"cloudtrail/stratus", "cloudtrail/otrf-honeybucket-2022", "guardduty", "k8s_audit", "asff", "dns", "netflow_zeek"} {
		for name, in := range realFiles(t, folder) {
			d := NewDecoder(bytes.NewReader(in), Options{})
			got := outcome(d.Next)
			if !strings.HasPrefix(got, "<not-vpcflow foreign 0*1@") || !strings.HasSuffix(got, "EOF") || strings.Count(got, "\n") != 1 {
				t.Errorf("%s/%s: %.300s", folder, name, got)
			}
			line, _, _ := bytes.Cut(in, []byte{'\n'})
			if IsHeader(line) || LooksLike(line) {
				t.Errorf("%s/%s begins like a flow log: %.100q", folder, name, line)
			}
			files++
		}
	}
	if files < 100 {
		t.Errorf("only %d files", files)
	}
}

// BenchmarkRealLogs decodes flow records derived from a real network, unpacked
// while reading.
func BenchmarkRealLogs(b *testing.B) {
	var packed [][]byte
	size := 0
	for name, in := range realFiles(b, "derived") {
		if strings.HasSuffix(name, ".log.gz") {
			packed = append(packed, gz(b, in))
			size += len(in)
		}
	}
	u := decode.NewReader(strings.NewReader(""), decode.Limits{})
	defer u.Close()
	d := NewDecoder(u, Options{})
	run(b, make([]byte, size), func() (n int) {
		for _, in := range packed {
			u.Reset(bytes.NewReader(in))
			d.Reset(u)
			n += drain(b, d.Next)
		}
		return n
	})
}
