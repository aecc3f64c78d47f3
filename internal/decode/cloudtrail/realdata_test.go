package cloudtrail

import (
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
)

// realData is the folder of public logs, or a skip.
func realData(t testing.TB) string {
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "cloudtrail")); err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	return dir
}

// unpacked returns every file below dir, by its path there.
func unpacked(t testing.TB, dir string) map[string][]byte {
	t.Helper()
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
		files[name], err = io.ReadAll(u)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every real log file gives what the reference gives, or, if it is no valid
// JSON, the outcome named here.
func TestRealLogs(t *testing.T) {
	files := unpacked(t, filepath.Join(realData(t), "cloudtrail"))
	broken := map[string]decode.Reason{
		"otrf-honeybucket-2022/AWS_S3_HoneyBucketLogs.csv": decode.ReasonNotJSON,
		"traildiscover-samples/CreateApiKey.json":          decode.ReasonMalformedJSON,
	}
	d := NewDecoder(strings.NewReader(""), Options{})
	records, reasons := map[string]int{}, map[decode.Reason]int{}
	for name, in := range files {
		d.Reset(strings.NewReader(string(in)))
		got, _, err := decodeAll(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, ok := reference(in)
		if reason, isBroken := broken[filepath.ToSlash(name)]; isBroken == ok {
			t.Errorf("%s: the reference's verdict is %v", name, ok)
		} else if isBroken {
			want = []result{{Reason: reason}}
		}
		for i := range want {
			want[i].held = false
		}
		// Diff takes milliseconds a record.
		if reflect.DeepEqual(want, got) {
			// as it should be
		} else if diff := cmp.Diff(want, got, sameResults); diff != "" {
			t.Errorf("%s: the reference says otherwise (-):\n%s", name, diff)
		}
		set, _, _ := strings.Cut(filepath.ToSlash(name), "/")
		for _, r := range got {
			if r.Record != nil {
				records[set]++
			} else {
				reasons[r.Reason]++
			}
		}
	}
	// The figures of the data's own manifest, less 15 hand-written records
	// of panther without a time, a source or a name.
	wantRecords := map[string]int{"env-sans504-s3-2021": 30477, "stratus": 157, "flaws-cloud-fragment-2020": 185, "panther": 225,
		"splunk-example-logs": 23, "umccr-version-samples": 9, "traildiscover-samples": 4,
		"env-panther-compromised-root-creds": 16, "env-panther-enrichment-example": 11}
	if diff := cmp.Diff(wantRecords, records); diff != "" {
		t.Errorf("records:\n%s", diff)
	}
	t.Logf("%d files, rejected: %v", len(files), reasons)
}

// Logs of other kinds are rejected without being called broken.
func TestRealLogsOfOtherKinds(t *testing.T) {
	dir := realData(t)
	for _, kind := range []string{"guardduty", "k8s_audit", "asff", "vpcflow", "cloudtrail_envelopes", "guardduty_envelopes"} {
		for name, in := range unpacked(t, filepath.Join(dir, kind)) {
			var rec Record
			d := NewDecoder(strings.NewReader(string(in)), Options{})
			var seen int64
			for {
				err := d.Next(&rec)
				if err == io.EOF {
					break
				}
				seen++
				var r *Rejection
				if errors.As(err, &r) && r.Foreign {
					continue
				} else if kind != "cloudtrail_envelopes" {
					t.Errorf("%s/%s: %v, %v", kind, name, rec.EventName, err)
				}
			}
			if seen == 0 {
				t.Errorf("%s/%s: nothing was seen", kind, name)
			}
		}
	}
}
