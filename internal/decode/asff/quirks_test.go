package asff

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/findingtest"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// minimal has what a finding must have, and room for more members.
func minimal(more string) string {
	return `{"Id":"f1","ProductArn":"arn:aws:securityhub:us-east-1::product/aws/config","AwsAccountId":"111122223333",` +
		`"UpdatedAt":"2026-03-02T09:40:00Z"` + more + `}`
}

var noon = time.Date(2026, 3, 2, 9, 40, 0, 0, time.UTC)

func severe(n float64, label string) func(*finding.Finding) {
	return func(f *finding.Finding) { f.Severity, f.SeverityLabel = n, label }
}

// quirks are findings that there are (and a few that may be), with what they
// change in the minimal one.
var quirks = []struct {
	name, in string
	want     func(*finding.Finding)
}{
	{"nothing else", minimal(``), func(*finding.Finding) {}},
	{"label and number", minimal(`,"Severity":{"Product":70,"Label":"HIGH","Normalized":70,"Original":"HIGH"}`), severe(7, "HIGH")},
	{"label only", minimal(`,"Severity":{"Label":"LOW"}`), severe(0.1, "LOW")},
	{"number only", minimal(`,"Severity":{"Product":0,"Normalized":6}`), severe(0.6, "LOW")},
	{"number as text", minimal(`,"Severity":{"Normalized":"90"}`), severe(9, "CRITICAL")},
	{"label rules over the number", minimal(`,"Severity":{"Label":"CRITICAL","Normalized":40}`), severe(4, "CRITICAL")},
	{"original label", minimal(`,"Severity":{"Original":"medium"}`), severe(4, "MEDIUM")},
	{"severity a label", minimal(`,"Severity":"High"`), severe(7, "HIGH")},
	{"severity a number of ten", minimal(`,"Severity":8.5`), severe(8.5, "HIGH")},
	{"severity a number of a hundred", minimal(`,"Severity":"85"`), severe(8.5, "HIGH")},
	{"severity beyond all", minimal(`,"Severity":{"Normalized":1e6}`), severe(10, "CRITICAL")},
	{"severity of the provider", minimal(`,"Severity":null,"FindingProviderFields":{"Severity":{"Label":"MEDIUM"},"Types":["A/B"]}`),
		func(f *finding.Finding) {
			f.Severity, f.SeverityLabel, f.Type, f.Types = 4, "MEDIUM", "A/B", []string{"A/B"}
		}},
	{"severity of the product fields", minimal(`,"Severity":{},"ProductFields":{"aws/securityhub/SeverityLabel":"LOW"}`), severe(0.1, "LOW")},
	{"product by name", minimal(`,"ProductName":"Config"`), func(f *finding.Finding) { f.Product = "Config" }},
	{"product in the product fields", minimal(`,"ProductFields":{"aws/securityhub/ProductName":"Config"}`), func(f *finding.Finding) { f.Product = "Config" }},
	{"type is the generator without types", minimal(`,"GeneratorId":"g"`), func(f *finding.Finding) { f.Generator, f.Type = "g", "g" }},
	{"one type in place of a list", minimal(`,"GeneratorId":"g","Types":"A/B"`), func(f *finding.Finding) {
		f.Generator, f.Type, f.Types = "g", "A/B", []string{"A/B"}
	}},
	{"id an ARN", minimal(`,"Id":"arn:aws:inspector2:eu-west-1:111122223333:finding/1"`), func(f *finding.Finding) {
		f.ID, f.ARN = "arn:aws:inspector2:eu-west-1:111122223333:finding/1", "arn:aws:inspector2:eu-west-1:111122223333:finding/1"
		f.Region = "eu-west-1"
	}},
	{"region of the first resource", minimal(`,"Id":"arn:aws:x:::y","Resources":[{"Type":"Other","Id":"o","Region":"eu-west-2"},{"Region":"eu-west-3"}]`),
		func(f *finding.Finding) { f.ID, f.ARN, f.Region = "arn:aws:x:::y", "arn:aws:x:::y", "eu-west-2" }},
	{"account of no twelve digits", minimal(`,"AwsAccountId":"111122223333000"`), func(f *finding.Finding) { f.AccountID, f.Resources = "", nil }},
	{"times of a log store", minimal(`,"CreatedAt":"2026-03-02 08:10:00.123000000","FirstObservedAt":"2026-03-02T07:00:00.5+00:00","LastObservedAt":"2026-03-02 09:00:00 UTC"`),
		func(f *finding.Finding) {
			f.Created = time.Date(2026, 3, 2, 8, 10, 0, 123e6, time.UTC)
			f.FirstSeen = time.Date(2026, 3, 2, 7, 0, 0, 5e8, time.UTC)
			f.LastSeen = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		}},
	{"archived", minimal(`,"RecordState":"ARCHIVED"`), func(f *finding.Finding) { f.Archived = true }},
	{"workflow state of old", minimal(`,"WorkflowState":"NEW"`), func(f *finding.Finding) { f.Workflow = "NEW" }},
	{"workflow before its state", minimal(`,"WorkflowState":"NEW","Workflow":{"Status":"SUPPRESSED"}`), func(f *finding.Finding) { f.Workflow = "SUPPRESSED" }},
	{"sample", minimal(`,"Sample":true`), func(f *finding.Finding) { f.Sample = true }},
	{"odd kinds everywhere", minimal(`,"Types":{"a":1},"Title":[],"Resources":[null,"x",{"Type":7,"Id":{}},{"Type":"AwsIamAccessKey","Id":[],"Details":[]},{"Type":"AwsEc2Instance","Id":"arn:aws:ec2:r:a:instance/","Details":{"AwsEc2Instance":"x"}},{"Type":"AwsAccount","Id":"AWS::::Account:12"}],"Action":"x","Network":[],"ThreatIntelIndicators":{},"ProductFields":[],"Detection":7,"Severity":[],"Compliance":[],"Workflow":{"Status":{}}`),
		func(*finding.Finding) {}},
	{"an account of its own", minimal(`,"Resources":[{"Type":"AwsAccount","Id":"arn:aws:iam::444455556666:root","ResourceRole":"Actor"}]`), func(f *finding.Finding) {
		f.Resources = append([]finding.Resource{{Ref: finding.AccountRef("444455556666"), Role: finding.Actor}}, f.Resources...)
	}},
	{"access point, which is no bucket", minimal(`,"Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:us-east-1:111122223333:accesspoint/p"}]`), func(*finding.Finding) {}},
	{"last of two wins", minimal(`,"Title":"a","title":"b"`), func(f *finding.Finding) { f.Title = "b" }},
	{"the root user", minimal(`,"Resources":[{"Type":"AwsIamUser","Id":"arn:aws:iam::111122223333:root"}]`), func(f *finding.Finding) {
		f.Resources = append([]finding.Resource{{Ref: finding.RefOfARN("arn:aws:iam::111122223333:root")}}, f.Resources...)
	}},
	{"GuardDuty by its product only", minimal(`,"ProductArn":"arn:aws:securityhub:us-east-1:product/aws/guardduty","Types":["TTPs/Discovery/Recon:EC2-Portscan"],"Severity":{"Product":2,"Label":"MEDIUM","Normalized":40}`), func(f *finding.Finding) {
		f.ARN, f.ViaSecurityHub, f.Product = "arn:aws:securityhub:us-east-1:product/aws/guardduty/f1", true, "GuardDuty"
		f.Region = "" // the ARN lacks a part, as in GuardDuty's own example
		f.Types, f.Type, f.Severity, f.SeverityLabel = []string{"TTPs/Discovery/Recon:EC2-Portscan"}, "Recon:EC2/Portscan", 2, "LOW"
	}},
}

func TestQuirks(t *testing.T) {
	for _, c := range quirks {
		t.Run(c.name, func(t *testing.T) {
			want := finding.Finding{ID: "f1", ARN: "arn:aws:securityhub:us-east-1::product/aws/config/f1", Product: "config", AccountID: "111122223333",
				Region: "us-east-1", SeverityLabel: "INFORMATIONAL", Created: noon, Updated: noon, FirstSeen: noon, LastSeen: noon,
				Resources: []finding.Resource{{Ref: finding.AccountRef("111122223333")}}}
			c.want(&want)
			if want.FirstSeen.Equal(noon) {
				want.FirstSeen = want.Created
			}
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
	{`{}`, ReasonNotASFF, "no Security Hub finding"},
	{`"x"`, ReasonNotASFF, "no Security Hub finding"},
	{`{"schemaVersion":"2.0","id":"1","arn":"a","type":"x","severity":1,"resource":{},"service":{}}`, ReasonNotASFF, "no Security Hub finding"},
	{`{"class_uid":2004,"Id":"1","ProductArn":"p"}`, ReasonNotASFF, "no Security Hub finding"},
	{`{"ProductArn":"p","AwsAccountId":"111122223333","UpdatedAt":"2026-03-02T09:40:00Z"}`, ReasonNoFindingID, "no Id"},
	{`{"ProductArn":"p","Id":[],"UpdatedAt":"2026-03-02T09:40:00Z"}`, ReasonNoFindingID, "no Id"},
	{`{"productArn":"p","id":"1"}`, ReasonNoFindingTime, `UpdatedAt is ""`},
	{`{"ProductArn":"p","Id":"1","UpdatedAt":"2026-02-30T00:00:00Z"}`, ReasonNoFindingTime, `UpdatedAt is "2026-02-30T00:00:00Z"`},
}

func TestRejected(t *testing.T) {
	for _, c := range rejected {
		_, err := findingtest.Parse(new(Parser), c.in)
		want := &decode.Rejection{Records: 1, Reason: c.reason, Detail: c.detail, Foreign: c.reason == ReasonNotASFF}
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
