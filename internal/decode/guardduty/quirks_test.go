package guardduty

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/findingtest"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// minimal has what a finding must have, and room for more members.
func minimal(more string) string {
	return `{"id":"f1","arn":"arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/f1","type":"Recon:EC2/Portscan",` +
		`"severity":5,"updatedAt":"2026-03-02T09:40:00Z","resource":{}` + more + `}`
}

var noon = time.Date(2026, 3, 2, 9, 40, 0, 0, time.UTC)

// quirks are findings that there are (and a few that may be), with what they
// change in the minimal one.
var quirks = []struct {
	name, in string
	want     func(*finding.Finding)
}{
	{"nothing else", minimal(``), func(*finding.Finding) {}},
	{"severity as text", minimal(`,"severity":"8.0"`), func(f *finding.Finding) { f.Severity, f.SeverityLabel = 8, "HIGH" }},
	{"severity as a label", minimal(`,"severity":"critical"`), func(f *finding.Finding) { f.Severity, f.SeverityLabel = 9, "CRITICAL" }},
	{"severity above all", minimal(`,"severity":80`), func(f *finding.Finding) { f.Severity, f.SeverityLabel = 10, "CRITICAL" }},
	{"severity that is no number", minimal(`,"severity":"NaN"`), func(f *finding.Finding) { f.Severity, f.SeverityLabel = 0, "INFORMATIONAL" }},
	{"severity an object", minimal(`,"severity":{"x":1}`), func(f *finding.Finding) { f.Severity, f.SeverityLabel = 0, "INFORMATIONAL" }},
	{"account of 13 digits", minimal(`,"accountId":"1234567891234"`), func(*finding.Finding) {}},
	{"account as a number", minimal(`,"accountId":444455556666`), func(f *finding.Finding) {
		f.AccountID = "444455556666"
		f.Resources = []finding.Resource{{Ref: finding.AccountRef("444455556666")}}
	}},
	{"no account at all", strings.Replace(minimal(``), "111122223333", "12345678910", 1), func(f *finding.Finding) {
		f.ARN, f.AccountID, f.Resources = "arn:aws:guardduty:us-east-1:12345678910:detector/d1/finding/f1", "", nil
	}},
	{"archived as text, count as text", minimal(`,"service":{"archived":"true","count":"21"}`), func(f *finding.Finding) { f.Archived, f.Count = true, 21 }},
	{"archived beside the service", minimal(`,"Archived":true`), func(f *finding.Finding) { f.Archived = true }},
	{"count that is none", minimal(`,"service":{"count":-1}`), func(*finding.Finding) {}},
	{"sample in a text", minimal(`,"service":{"additionalInfo":{"value":"{\"unusual\":{\"hours\":[1]},\"sample\":true}"}}`), func(f *finding.Finding) { f.Sample = true }},
	{"sample in an element", minimal(`,"service":{"additionalInfo":{"sample":true}}`), func(f *finding.Finding) { f.Sample = true }},
	{"no sample", minimal(`,"service":{"additionalInfo":{"value":"{\"sample\":false","sample":"no"}}`), func(*finding.Finding) {}},
	{"times without zone, with space, as numbers", minimal(`,"createdAt":1772438400,"service":{"eventFirstSeen":"2026-03-02 07:00:00+05:30","eventLastSeen":"1772442000000"}`),
		func(f *finding.Finding) {
			f.Created = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
			f.FirstSeen = time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC)
			f.LastSeen = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		}},
	{"only seen", minimal(`,"updatedAt":"soon","service":{"eventLastSeen":"2026-03-02T09:40:00Z"}`), func(*finding.Finding) {}},
	{"no ARN", strings.Replace(minimal(`,"accountId":"111122223333","region":"us-east-1","service":{"detectorId":"d1"}`), `"arn"`, `"x"`, 1), func(*finding.Finding) {}},
	{"id from the ARN", strings.Replace(minimal(``), `"id"`, `"x"`, 1), func(*finding.Finding) {}},
	{"one bucket in place of a list", minimal(`,"resource":{"s3BucketDetails":{"name":"b"}}`), func(f *finding.Finding) {
		f.Resources = append([]finding.Resource{{Ref: finding.BucketRef("b", "")}}, f.Resources...)
	}},
	{"odd kinds everywhere", minimal(`,"resource":{"accessKeyDetails":"x","instanceDetails":[1],"s3BucketDetails":[null,3,"x",{"name":{}}],"eksClusterDetails":null,"kubernetesDetails":7,"containerDetails":[],"lambdaDetails":{"role":{}}},"service":{"action":[],"detection":"x","eventFirstSeen":{}},"title":["t"],"description":{}`), func(*finding.Finding) {}},
	{"one odd part costs that part only", minimal(`,"resource":{"instanceDetails":{"instanceId":"i-1","networkInterfaces":{"networkInterfaceId":["eni-1"],"privateIpAddress":7,"publicIp":"54.123.456.789"}},"accessKeyDetails":[]}`),
		func(f *finding.Finding) {
			f.Resources = append([]finding.Resource{{Ref: finding.InstanceRef("i-1", "111122223333")}}, f.Resources...)
		}},
	{"octets with leading zeros", minimal(`,"service":{"action":{"networkConnectionAction":{"remoteIpDetails":{"ipAddressV4":"198.051.100.007"}}}}`), func(f *finding.Finding) {
		a := entity.ParseAddress("198.51.100.7")
		f.Remotes = []finding.Remote{{Addr: a.IP}}
		f.Resources = append([]finding.Resource{{Ref: entity.Ref{Type: entity.IPAddress, Key: a.Key, Label: a.Key}}}, f.Resources...)
	}},
	{"last of two wins", minimal(`,"severity":2,"type":"Other:EC2/Thing","resource":{"instanceDetails":{"instanceId":"i-1"}},"resource":{}`), func(f *finding.Finding) {
		f.Severity, f.SeverityLabel, f.Type = 2, "LOW", "Other:EC2/Thing"
	}},
	{"half a principal", minimal(`,"resource":{"accessKeyDetails":{"principalId":"AROA:","userType":"AssumedRole","userName":""}}`), func(f *finding.Finding) {
		f.Resources = append([]finding.Resource{{Ref: entity.Ref{Type: entity.AwsRole, Key: "AROA", Account: "111122223333", Label: "AROA"}}}, f.Resources...)
	}},
	{"invalid UTF-8 and escapes", minimal(",\"title\":\"a\xffb\\u00e9\""), func(f *finding.Finding) { f.Title = "a\uFFFDbé" }},
}

func TestQuirks(t *testing.T) {
	for _, c := range quirks {
		t.Run(c.name, func(t *testing.T) {
			want := finding.Finding{ID: "f1", ARN: "arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/f1", Product: "GuardDuty",
				AccountID: "111122223333", Region: "us-east-1", Type: "Recon:EC2/Portscan", Severity: 5, SeverityLabel: "MEDIUM",
				Created: noon, Updated: noon, FirstSeen: noon, LastSeen: noon, Resources: []finding.Resource{{Ref: finding.AccountRef("111122223333")}}}
			c.want(&want)
			got, err := findingtest.Parse(new(Parser), c.in)
			if err != nil {
				t.Fatalf("%s: %v", c.in, err)
			}
			if diff := cmp.Diff(findingtest.Render(&want), findingtest.Render(&got)); diff != "" {
				t.Errorf("%s:\n%s", c.in, diff)
			}
		})
	}
}

// rejected are objects that are no good, and why.
var rejected = []struct {
	in     string
	reason decode.Reason
	detail string
}{
	{`{}`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`7`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`[{"id":"f1"}]`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`{"ProductArn":"p","Id":"1","Types":[],"Severity":{},"Resources":[]}`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`{"class_uid":2004,"type":"x","severity":1,"resource":{},"id":"1"}`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`{"eventVersion":"1.08","eventName":"CreateUser"}`, ReasonNotGuardDuty, "no GuardDuty finding"},
	{`{"schemaVersion":"2.0","type":"x","severity":1,"resource":{},"updatedAt":"2026-03-02T09:40:00Z"}`, ReasonNoFindingID, "no id"},
	{`{"id":{},"type":"x","severity":1,"resource":{},"updatedAt":"2026-03-02T09:40:00Z"}`, ReasonNoFindingID, "no id"},
	{`{"Id":"1","Arn":"a","Type":"x","Severity":1,"Resource":{}}`, ReasonNoFindingTime, `updatedAt is ""`},
	{`{"Id":"1","Arn":"a","Type":"x","Severity":1,"Resource":{},"UpdatedAt":"yesterday"}`, ReasonNoFindingTime, `updatedAt is "yesterday"`},
	{`{"Id":"1","Arn":"a","Type":"x","Severity":1,"Resource":{},"UpdatedAt":"0001-01-01T00:00:00Z","CreatedAt":-5}`, ReasonNoFindingTime, `updatedAt is "0001-01-01T00:00:00Z"`},
}

func TestRejected(t *testing.T) {
	for _, c := range rejected {
		_, err := findingtest.Parse(new(Parser), c.in)
		want := &decode.Rejection{Records: 1, Reason: c.reason, Detail: c.detail, Foreign: c.reason == ReasonNotGuardDuty}
		got, ok := errors.AsType[*decode.Rejection](err)
		if !ok {
			t.Errorf("%s: %v", c.in, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c.in, diff)
		}
	}
}

// What is cut off is the scanner's error, so that more can be read.
func TestCutOff(t *testing.T) {
	in := minimal(``)
	for n := range len(in) {
		var s jsonscan.Scanner
		s.Reset([]byte(in[:n]), 0)
		var f finding.Finding
		if err := new(Parser).Parse(&s, &f); !errors.Is(err, jsonscan.ErrEnd) {
			t.Fatalf("%s: %v", in[:n], err)
		}
	}
}

// Nothing of a finding remains in the next one, nor in the record's buffer.
func TestParserKeepsNothing(t *testing.T) {
	var p Parser
	buf := []byte(findingtest.Input(t, "testdata/instance-credentials.txt") + " ")
	var s jsonscan.Scanner
	s.Reset(buf, 0)
	var first finding.Finding
	if err := p.Parse(&s, &first); err != nil {
		t.Fatal(err)
	}
	before := findingtest.Render(&first)
	clear(buf)
	if _, err := findingtest.Parse(&p, minimal(``)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, findingtest.Render(&first)); diff != "" {
		t.Errorf("the first finding has changed:\n%s", diff)
	}
	again, err := findingtest.Parse(&p, minimal(``))
	if err != nil || len(again.Resources) != 1 {
		t.Errorf("%+v, %v", again.Resources, err)
	}
}

// A made-up finding may not become much larger than its record.
func TestMaxFacts(t *testing.T) {
	const n = finding.MaxFacts + 100
	var b strings.Builder
	for i := range n {
		b.WriteString(`"2001:db8::` + string("0123456789abcdef"[i>>12&15]) + string("0123456789abcdef"[i>>8&15]) +
			string("0123456789abcdef"[i>>4&15]) + string("0123456789abcdef"[i&15]) + `",`)
	}
	f, err := findingtest.Parse(new(Parser), minimal(`,"service":{"action":{"kubernetesApiCallAction":{"sourceIPs":[`+strings.TrimSuffix(b.String(), ",")+`]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	// The addresses above the limit twice, as resources and as remotes, and the account.
	if len(f.Resources) != finding.MaxFacts || len(f.Remotes) != finding.MaxFacts || f.Dropped != 201 {
		t.Errorf("%d resources, %d remotes, %d dropped", len(f.Resources), len(f.Remotes), f.Dropped)
	}
}
