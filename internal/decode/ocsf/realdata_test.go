package ocsf

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// example returns a file of the public examples of OCSF, or skips the test.
func example(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	in, err := os.ReadFile(filepath.Join(dir, "ocsf", "ocsf-examples", name))
	if err != nil {
		t.Skipf("no real events: %v (set GUMSHOE_REALDATA to the folder of real logs)", err)
	}
	return in
}

// The public examples give what the logs give that they were made from, but
// for what OCSF leaves out.
func TestRealPairs(t *testing.T) {
	f := func(name string, kind decode.Kind, want ...string) {
		t.Helper()
		raw, event := example(t, name+".raw"), example(t, name+".ocsf")
		if kind == decode.KindVPCFlow {
			raw = flowObject(t, raw)
		}
		own := native(t, kind, raw)
		var rec Record
		if err := parse(t, new(Parser), event, &rec); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if rec.Kind != kind {
			t.Errorf("%s: kind %s", name, rec.Kind)
		}
		if diff := cmp.Diff(want, lost(fields(t, &own), fields(t, &rec))); diff != "" {
			t.Errorf("%s: differences (-want +got):\n%s", name, diff)
		}
	}
	const rc2, v11 = "mappings_markdown_AWS_v1.0.0-rc.2_", "mappings_markdown_AWS_v1.1.0_"
	f(rc2+"CloudTrail_API_Activity_samples_generic_api_activity", decode.KindCloudTrail)
	f(rc2+"CloudTrail_Account_Change_samples_account_change", decode.KindCloudTrail)
	f(rc2+"CloudTrail_Authentication_samples_authentication", decode.KindCloudTrail)
	f(rc2+"VPC_Flowlogs_samples_vpcflowlog", decode.KindVPCFlow,
		"InterfaceID: eni-000000000000000000, was eni-0000000000000000") // the example's own
	f("mappings_dataprepper_AWS_v1.1.0_VPC_Flow_samples_vpcflowlog", decode.KindVPCFlow)
	f(rc2+"Security_Hub_samples_Security_Hub", decode.KindASFF)
	f(v11+"Security_Hub_Compliance_Finding_samples_sechub-pci", decode.KindASFF)
	f(v11+"Security_Hub_Detection_Finding_samples_sechub-guardduty", decode.KindGuardDuty)
}

// flowObject is the record in a list of one, or in a table of one row, as an
// object.
func flowObject(t testing.TB, raw []byte) []byte {
	t.Helper()
	if list := []json.RawMessage{}; json.Unmarshal(raw, &list) == nil {
		return list[0]
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	object := map[string]string{}
	for i, name := range rows[0] {
		object[name] = rows[1][i]
	}
	b, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Classes that have no place here are told from what is no OCSF event.
func TestRealOtherClasses(t *testing.T) {
	in := example(t, "mappings_markdown_AWS_v1.0.0-rc.2_Route53_samples_route53.ocsf")
	var rec Record
	err := parse(t, new(Parser), in, &rec)
	r, ok := errors.AsType[*decode.Rejection](err)
	if !ok || r.Reason != ReasonClass || r.Foreign || !strings.Contains(r.Detail, "DNS Activity") {
		t.Errorf("a DNS query: %v", err)
	}
}
