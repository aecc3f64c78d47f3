package policy

import (
	"testing"
	"time"
)

// BenchmarkEvaluate decides on one request; the aim is 2 µs for FullAccess.
func BenchmarkEvaluate(b *testing.B) {
	full, _ := Managed("AmazonDetectiveFullAccess")
	investigator, _ := Managed("AmazonDetectiveInvestigatorAccess")
	conditions := mustParse(b, "Deny", `"Action":"detective:*","Resource":"arn:aws:detective:*:111122223333:graph:*","Condition":{`+
		`"StringEquals":{"aws:ResourceTag/team":"blue"},"ForAnyValue:StringLike":{"aws:TagKeys":["cost*","owner"]},`+
		`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}`)
	r := Request{
		Action: "detective:UpdateInvestigationState", Resource: graphARN,
		ResourceTags: map[string]string{"Team": "blue"}, RequestTags: map[string]string{"owner": "x"},
		PrincipalARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", Region: "us-east-1",
		SourceIP: "10.1.2.3", UserAgent: "aws-cli/2.0", Time: time.Unix(1790000000, 0),
	}
	for _, c := range []struct {
		name     string
		policies Set
	}{
		{"FullAccess", Set{full}},
		{"InvestigatorAccess", Set{investigator}},
		{"Conditions", Set{conditions, full}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if Evaluate(c.policies, r) != Allowed {
					b.Fatal("not allowed")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	document, err := managedFS.ReadFile("managed/AmazonDetectiveInvestigatorAccess.json")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}
