package rules

import (
	"encoding/json"
	"fmt"
	"testing"
)

// benchEvents makes events in the proportions of an everyday account: mostly
// reads and data events by roles and services; one in a hundred reaches a
// rule. Columns are filled, as the ingest path does it.
func benchEvents(b *testing.B, sensitive bool) []Event {
	b.Helper()
	type shape struct{ source, name, typ, params string }
	everyday := []shape{
		{"s3.amazonaws.com", "PutObject", "AWSService", `{"bucketName":"logs","key":"k"}`},
		{"s3.amazonaws.com", "PutObject", "AssumedRole", `{"bucketName":"app","key":"k"}`},
		{"s3.amazonaws.com", "GetObject", "AssumedRole", `{"bucketName":"app","key":"k"}`},
		{"kms.amazonaws.com", "GenerateDataKey", "AWSService", `{"keyId":"k"}`},
		{"sts.amazonaws.com", "AssumeRole", "AWSService", `{"roleArn":"arn:aws:iam::111122223333:role/app"}`},
		{"ec2.amazonaws.com", "DescribeInstances", "AssumedRole", `{"instancesSet":{},"filterSet":{}}`},
		{"ec2.amazonaws.com", "DescribeNetworkInterfaces", "AssumedRole", `{}`},
		{"lambda.amazonaws.com", "ListFunctions20150331", "AssumedRole", `null`},
		{"logs.amazonaws.com", "CreateLogStream", "AssumedRole", `{"logGroupName":"g","logStreamName":"s"}`},
		{"monitoring.amazonaws.com", "DescribeAlarms", "AssumedRole", `{"maxRecords":100}`},
		{"dynamodb.amazonaws.com", "DescribeTable", "AssumedRole", `{"tableName":"t"}`},
	}
	rare := []shape{
		{"iam.amazonaws.com", "AttachRolePolicy", "AssumedRole", `{"roleName":"r","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`},
		{"s3.amazonaws.com", "PutBucketPolicy", "AssumedRole", `{"bucketPolicy":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*","Resource":"*"}]}}`},
		{"ec2.amazonaws.com", "RunInstances", "AssumedRole", `{"instanceType":"t3.micro","iamInstanceProfile":{"name":"x"}}`},
		{"secretsmanager.amazonaws.com", "GetSecretValue", "AssumedRole", `{"secretId":"s"}`},
	}
	var out []Event
	for i := range 1000 {
		s := everyday[i%len(everyday)]
		if sensitive {
			s = rare[i%len(rare)]
		} else if i%100 == 99 {
			s = rare[i/100%len(rare)]
		}
		raw := fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":%q,"principalId":"AROAEXAMPLE:session","arn":"arn:aws:sts::111122223333:assumed-role/app/session","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/app","accountId":"111122223333","userName":"app"},"attributes":{"creationDate":"2026-01-01T00:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-01-01T00:00:00Z","eventSource":%q,"eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-sdk-go-v2/1.41 os/linux lang/go#1.26","requestParameters":%s,"responseElements":null,"requestID":"r","eventID":"e-%d","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`,
			s.typ, s.source, s.name, s.params, i)
		ev, err := ParseEvent([]byte(raw))
		if err != nil {
			b.Fatal(err)
		}
		forget(b, ev, true)
		out = append(out, *ev)
	}
	return out
}

func benchmarkMatch(b *testing.B, events []Event, decode bool) {
	b.Helper()
	p := builtin(b)
	var dst []*Rule
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		ev := &events[i%len(events)]
		if decode {
			ev.record, ev.parts, ev.granted, ev.grants = part{}, [NumParts]part{}, false, nil
		}
		dst = p.Match(ev, dst[:0])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(len(p.Rules())), "rules")
}

// BenchmarkMatch times the whole pack. "everyday" is the budget's case (≤ 1 µs
// an event, JSON aside); "candidates" are events that all reach rules with
// request parameters; "+json" decodes the record anew for each event.
func BenchmarkMatch(b *testing.B) {
	b.Run("everyday", func(b *testing.B) { benchmarkMatch(b, benchEvents(b, false), false) })
	b.Run("everyday+json", func(b *testing.B) { benchmarkMatch(b, benchEvents(b, false), true) })
	b.Run("candidates", func(b *testing.B) { benchmarkMatch(b, benchEvents(b, true), false) })
	b.Run("candidates+json", func(b *testing.B) { benchmarkMatch(b, benchEvents(b, true), true) })
	b.Run("none", func(b *testing.B) {
		benchmarkMatch(b, []Event{{Source: "ec2.amazonaws.com", Name: "DescribeVolumes", IdentityType: "AssumedRole"}}, false)
	})
}

// BenchmarkDecode is the cost of one record's JSON, for comparison.
func BenchmarkDecode(b *testing.B) {
	raw := benchEvents(b, false)[0].Raw
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBuiltin is the cost of compiling the pack at start.
func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
