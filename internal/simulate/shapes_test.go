package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

func TestShapes(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 6, Days: 1, Events: 1, EventsPerFile: 500, Shapes: true})
	var got []string
	total := 0
	for _, f := range c.read(t, "/"+ShapesFolder+"/") {
		name := strings.TrimPrefix(f.name, ShapesFolder+"/")
		n := recordsIn(t, f)
		total += n
		if strings.Contains(name, "CloudTrail-Insight") {
			name = "CloudTrail-Insight"
		}
		if strings.Contains(name, "network-activity.") || name == "vpcflow.parquet" {
			if name != "cloudtrail-network-activity.json.gz" {
				if n < 20 {
					t.Errorf("%s has %d records", name, n)
				}
				n = 0 // as many as there are
			}
		}
		got = append(got, fmt.Sprintf("%s %d", name, n))
		if len(f.plain) > 200_000 {
			t.Errorf("%s has %d bytes", name, len(f.plain))
		}
	}
	want := []string{"CloudTrail-Insight 2", "cloudtrail-lake-eventjson.jsonl 4", "cloudtrail-lake-query-eventjson.json 4", "cloudtrail-lake-query.json 4", "cloudtrail-lookup-events.json 4",
		"cloudtrail-network-activity.json.gz 2", "eventbridge-cloudtrail.jsonl 4", "ocsf-api-activity.jsonl 4", "ocsf-api-activity.parquet 4", "ocsf-detection-finding.jsonl 1",
		"ocsf-network-activity.jsonl 0", "ocsf-network-activity.parquet 0", "sns-lambda.json 4", "sns-notifications.jsonl 4", "sqs-lambda.json 4", "sqs-receive-message.json 4", "vpcflow.parquet 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files and records (-want +got):\n%s", diff)
	}
	if m := c.counts(t, "shapes"); m.Files != len(want) || m.Records != total {
		t.Errorf("manifest %+v, found %d records", m, total)
	}
}

// recordsIn counts a file's records and reads those that are strings inside.
func recordsIn(t *testing.T, f folderFile) int {
	t.Helper()
	inner := func(s string) {
		if s != "" && !json.Valid([]byte(s)) {
			t.Errorf("%s: %s", f.name, s)
		}
	}
	if strings.HasSuffix(f.name, ".parquet") {
		p, err := parquet.OpenFile(bytes.NewReader(f.plain), int64(len(f.plain)))
		if err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		return int(p.NumRows())
	}
	if strings.HasSuffix(f.name, ".jsonl") {
		n := 0
		for line := range strings.Lines(string(f.plain)) {
			var v struct{ EventJSON, Message string }
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			inner(v.EventJSON)
			inner(v.Message)
			n++
		}
		return n
	}
	var v struct {
		Records []struct {
			Body string
			SNS  struct{ Message string }
		}
		QueryResultRows [][]map[string]string
		Events          []struct{ CloudTrailEvent string }
		Messages        []struct{ Body string }
	}
	if err := json.Unmarshal(f.plain, &v); err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	for _, r := range v.Records {
		inner(r.Body)
		inner(r.SNS.Message)
	}
	for _, e := range v.Events {
		inner(e.CloudTrailEvent)
	}
	for _, m := range v.Messages {
		inner(m.Body)
	}
	for _, row := range v.QueryResultRows {
		if i := slices.IndexFunc(row, func(c map[string]string) bool { return c["eventJson"] != "" }); i >= 0 {
			inner(row[i]["eventJson"])
		}
	}
	return len(v.Records) + len(v.QueryResultRows) + len(v.Events) + len(v.Messages)
}

// Parquet and JSON hold the same.
func TestOCSFParquetEqualsJSON(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 6, Days: 1, Events: 1, EventsPerFile: 500, Shapes: true})
	for _, name := range []string{"ocsf-api-activity", "ocsf-network-activity"} {
		var fromJSON []ocsfEvent
		for line := range strings.Lines(string(c.read(t, name+".jsonl")[0].plain)) {
			var e ocsfEvent
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			fromJSON = append(fromJSON, e)
		}
		b := c.read(t, name+".parquet")[0].plain
		fromParquet, err := parquet.Read[ocsfEvent](bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fromJSON, fromParquet); diff != "" {
			t.Errorf("%s (-json +parquet):\n%s", name, diff)
		}
	}
}
