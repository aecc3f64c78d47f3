package logs

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const (
	trail   = `{"eventVersion":"1.08","eventTime":"2026-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"GetUser","recipientAccountId":"111122223333","eventID":"e1"}`
	insight = `{"eventVersion":"1.09","eventTime":"2026-01-02T03:00:00Z","awsRegion":"us-east-1","eventID":"i1","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiCallRateInsight"},"eventCategory":"Insight"}`
	line    = `2 111122223333 eni-0a 203.0.113.7 10.0.0.5 40000 22 6 10 840 1767323045 1767323105 ACCEPT OK`
	audit   = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a1","stage":"ResponseComplete","requestReceivedTimestamp":"2026-01-02T03:04:05Z","verb":"get","requestURI":"/api","user":{"username":"u"}}`
	duty    = `{"schemaVersion":"2.0","id":"f1","arn":"arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/f1","accountId":"111122223333","region":"us-east-1","type":"Recon:EC2/Portscan","severity":5,"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","service":{"serviceName":"guardduty"},"resource":{"resourceType":"Instance"}}`
	hub     = `{"SchemaVersion":"2018-10-08","Id":"h1","ProductArn":"arn:aws:securityhub:us-east-1::product/aws/securityhub","GeneratorId":"g","AwsAccountId":"111122223333","Types":["Software and Configuration Checks"],"CreatedAt":"2026-01-02T03:04:05Z","UpdatedAt":"2026-01-02T03:04:05Z","Severity":{"Label":"LOW"},"Title":"t","Description":"d","Resources":[]}`
)

func text2(s string) string { return strconv.Quote(s) }

// read renders what a Reader makes of an object.
func read(t *testing.T, r *Reader, in string, c Context) (out []string) {
	t.Helper()
	r.Reset(strings.NewReader(in), c)
	var rec Record
	for range 100 {
		err := r.Next(&rec)
		var rejection *decode.Rejection
		switch {
		case errors.Is(err, io.EOF):
			return out
		case errors.As(err, &rejection):
			out = append(out, fmt.Sprintf("-%d %s", rejection.Records, rejection.Reason))
		case err != nil:
			return append(out, err.Error())
		default:
			s := string(rec.Kind)
			if rec.Context != (Context{}) {
				s += fmt.Sprint(" ", rec.Context)
			}
			out = append(out, s)
		}
	}
	t.Fatalf("no end: %q", out)
	return nil
}

func TestShapes(t *testing.T) {
	t.Parallel()
	bridge := func(source, detailType, detail string) string {
		return `{"version":"0","id":"x","detail-type":"` + detailType + `","source":"` + source + `","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"eu-west-1","resources":[],"detail":` + detail + `}`
	}
	group := func(name string, messages ...string) string {
		var events []string
		for i, m := range messages {
			events = append(events, fmt.Sprintf(`{"id":"%d","timestamp":1767323045000,"message":%s}`, i, text2(m)))
		}
		return `{"messageType":"DATA_MESSAGE","owner":"444455556666","logGroup":"` + name + `","logStream":"s","subscriptionFilters":["f"],"logEvents":[` + strings.Join(events, ",") + `]}`
	}
	inBridge := "{111122223333 eu-west-1 }"
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"a delivered file", `{"Records":[` + trail + `,` + trail + `]}`, []string{"cloudtrail", "cloudtrail"}},
		{"an Insights file", `{"Records":[` + insight + `]}`, []string{"cloudtrail"}},
		{"flow log with a header", "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n" + line + "\n" + line + "\n", []string{"vpcflow", "vpcflow"}},
		{"flow log without", line, []string{"vpcflow"}},
		{"findings in lines", duty + "\n" + duty, []string{"guardduty", "guardduty"}},
		{"GetFindings of GuardDuty", `{"Findings":[` + duty + `]}`, []string{"guardduty"}},
		{"GetFindings of Security Hub", `{"Findings":[` + hub + `,` + hub + `],"NextToken":"n"}`, []string{"asff", "asff"}},
		{"a list of audit events", `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[` + audit + `,` + audit + `]}`, []string{"eksaudit", "eksaudit"}},
		{"kinds mixed", trail + "\n" + audit + "\n" + duty + "\n" + hub + "\n" + trail, []string{"cloudtrail", "eksaudit", "guardduty", "asff", "cloudtrail"}},

		{"EventBridge, CloudTrail", bridge("aws.iam", "AWS API Call via CloudTrail", trail), []string{"cloudtrail " + inBridge}},
		{"EventBridge, GuardDuty", bridge("aws.guardduty", "GuardDuty Finding", duty), []string{"guardduty " + inBridge}},
		{"EventBridge, Security Hub", bridge("aws.securityhub", "Security Hub Findings - Imported", `{"findings":[`+hub+`,`+hub+`]}`), []string{"asff " + inBridge, "asff " + inBridge}},
		{"EventBridge, insight results", bridge("aws.securityhub", "Security Hub Insight Results", `{"action-name":"a","insight-results":[]}`), nil},
		{"EventBridge, something else", bridge("aws.ec2", "EC2 Instance State-change Notification", `{"instance-id":"i-1"}`), []string{"-1 unrecognized"}},
		{"EventBridge in lines", bridge("aws.iam", "x", trail) + "\n" + bridge("aws.iam", "x", trail), []string{"cloudtrail " + inBridge, "cloudtrail " + inBridge}},

		{"CloudWatch Logs, CloudTrail", group("trail", trail, trail), []string{"cloudtrail {444455556666  }", "cloudtrail {444455556666  }"}},
		{"CloudWatch Logs, audit", group("/aws/eks/prod/cluster", audit, "I0102 not an audit event", audit), []string{"eksaudit {444455556666  prod}", "-1 unrecognized", "eksaudit {444455556666  prod}"}},
		{"CloudWatch Logs, flow lines", group("flows", line, line), []string{"vpcflow {444455556666  }", "vpcflow {444455556666  }"}},
		{"CloudWatch Logs, control", `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination"}]}`, nil},
		{"SNS", `{"Type":"Notification","MessageId":"m","TopicArn":"t","Message":` + text2(trail) + `}`, []string{"cloudtrail"}},
		{"SNS to Lambda", `{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Type":"Notification","Message":` + text2(bridge("aws.iam", "x", trail)) + `}}]}`, []string{"cloudtrail " + inBridge}},
		{"SQS to Lambda", `{"Records":[{"messageId":"m","body":` + text2(trail) + `,"eventSource":"aws:sqs","awsRegion":"us-east-1"}]}`, []string{"cloudtrail"}},
		{"SQS of SNS of EventBridge", `{"Messages":[{"MessageId":"m","Body":` + text2(`{"Type":"Notification","Message":`+text2(bridge("aws.guardduty", "GuardDuty Finding", duty))+`}`) + `}]}`, []string{"guardduty " + inBridge}},
		{"LookupEvents", `{"Events":[{"EventId":"e1","EventName":"GetUser","CloudTrailEvent":` + text2(trail) + `}]}`, []string{"cloudtrail"}},
		{"Lake, eventJson", `{"eventJson":` + text2(trail) + `}`, []string{"cloudtrail"}},
		{"Lake, rows", `{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventTime":"2026-01-02 03:04:05.000"},{"eventSource":"iam.amazonaws.com"},{"eventName":"GetUser"},{"recipientAccountId":"111122223333"}]]}`, []string{"cloudtrail"}},
		{"an S3 notification", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-01-02T03:04:05Z","s3":{}}]}`, []string{"-1 unrecognized"}},
		{"a store of logs", `{"_index":"i","_source":` + trail + `}`, []string{"cloudtrail"}},
		{"a digest", `{"awsAccountId":"111122223333","digestStartTime":"2026-01-02T03:00:00Z","digestEndTime":"2026-01-02T04:00:00Z","digestS3Bucket":"b","digestS3Object":"AWSLogs/d.json.gz","logFiles":[]}`, []string{"cloudtrail-digest"}},
		{"a broken digest", `{"awsAccountId":"111122223333","digestStartTime":"2026-01-02T03:00:00Z","logFiles":[]}`, []string{"-1 cloudtrail-digest"}},

		{"nothing", "", nil},
		{"no records", `{"Records":[]}`, nil},
		{"a broken record in an envelope", group("g", trail, `{"eventVersion":"1.08",`, `{"eventVersion" 1}`, trail+"x"), []string{"cloudtrail {444455556666  }", "-1 truncated", "-1 malformed-json", "-1 malformed-json"}},
		{"envelopes in envelopes, too many", strings.Repeat(`{"event":`, 20) + trail + strings.Repeat(`}`, 20), []string{"-1 unrecognized"}},
		{"other JSON", `{"a":1}`, []string{"-1 unrecognized"}},
		{"text", "hello world", []string{"-1 not-json"}},
		{"a row that is an envelope", "eventJson\n" + cell(`{"Type":"Notification","Message":`+text2(trail)+`}`) + "\n" + cell(trail) + "\n", []string{"cloudtrail", "cloudtrail"}},
		{"a row that is an empty envelope", "eventJson\n" + cell(`{"Records":[]}`) + "\n", nil},
	} {
		if diff := cmp.Diff(c.want, read(t, NewReader(Options{}), c.in, Context{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// cell writes s as a cell of a table.
func cell(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TestOneKind reads objects for one kind only.
func TestOneKind(t *testing.T) {
	t.Parallel()
	in := trail + "\n" + audit + "\n" + duty + "\n" + hub
	for kind, want := range map[decode.Kind][]string{
		decode.KindCloudTrail: {"cloudtrail", "-1 not-cloudtrail", "-1 not-cloudtrail", "-1 not-cloudtrail"},
		decode.KindEKSAudit:   {"-1 not-eksaudit", "eksaudit", "-1 not-eksaudit", "-1 not-eksaudit"},
		decode.KindGuardDuty:  {"-2 not-guardduty", "guardduty", "-1 not-guardduty"},
		decode.KindASFF:       {"-3 not-asff", "asff"},
	} {
		if diff := cmp.Diff(want, read(t, NewReader(Options{Kind: kind}), in, Context{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

// TestSkip: what is skipped is what would have been returned first.
func TestSkip(t *testing.T) {
	t.Parallel()
	in := `{"messageType":"DATA_MESSAGE","owner":"444455556666","logGroup":"g","logStream":"s","logEvents":[{"message":` + text2(trail) + `},{"message":"x"},{"message":` + text2(line) + `}]}` + "\n" + duty + "\nnot json\n" + trail
	r := NewReader(Options{})
	all := read(t, r, in, Context{})
	for n := range len(all) + 1 {
		r.Reset(strings.NewReader(in), Context{})
		r.Skip(int64(n))
		var rec Record
		count := 0
		for {
			err := r.Next(&rec)
			if errors.Is(err, io.EOF) {
				break
			}
			if rejection, ok := errors.AsType[*decode.Rejection](err); ok && rejection.Record != int64(n+count) {
				t.Errorf("skip %d: rejection of record %d; want %d", n, rejection.Record, n+count)
			}
			count++
		}
		if count != len(all)-n {
			t.Errorf("skip %d: %d records; want %d", n, count, len(all)-n)
		}
	}
}

func TestContextOf(t *testing.T) {
	t.Parallel()
	f := func(uri, account, region string) {
		t.Helper()
		if got, want := ContextOf(uri), (Context{Account: account, Region: region}); got != want {
			t.Errorf("%s: %+v; want %+v", uri, got, want)
		}
	}
	f("s3://b/AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/01/02/111122223333_vpcflowlogs_us-east-1_fl-1_20260102T0000Z_ab.log.gz", "111122223333", "us-east-1")
	f("/logs/AWSLogs/o-abc/111122223333/CloudTrail/us-gov-west-1/2026/01/02/x.json", "111122223333", "us-gov-west-1")
	f("s3://b/AWSLogs/111122223333/GuardDuty/eu-central-1/2026/01/02/abc.jsonl.gz", "111122223333", "eu-central-1")
	f("/seized/111122223333/us-east-1/x.json", "", "")
	f("a_b_c_d", "", "")
	f("", "", "")
}

// FuzzReader: nothing is lost and nothing loops; a second reading gives the
// same.
func FuzzReader(f *testing.F) {
	for _, in := range []string{trail, insight, line, audit, duty, hub, `{"Records":[` + trail + `]}`,
		`{"Type":"Notification","Message":` + text2(trail) + `}`, `{"QueryResultRows":[[{"eventJson":` + text2(trail) + `}]]}`,
		`{"detail-type":"x","source":"aws.securityhub","detail":{"findings":[` + hub + `]}}`,
		`{"messageType":"DATA_MESSAGE","logGroup":"/aws/eks/c/cluster","logEvents":[{"message":` + text2(audit) + `}]}`} {
		f.Add([]byte(in))
	}
	for _, c := range tables {
		f.Add([]byte(c.in))
	}
	r := NewReader(Options{MaxRecord: 1 << 16})
	render := func(t *testing.T, in []byte) string {
		r.Reset(strings.NewReader(string(in)), Context{})
		var b strings.Builder
		var rec Record
		for n := 0; ; n++ {
			if n > len(in)+1 {
				t.Fatal("more records than bytes")
			}
			err := r.Next(&rec)
			if errors.Is(err, io.EOF) {
				return b.String()
			}
			rejection, ok := errors.AsType[*decode.Rejection](err)
			switch {
			case ok && (rejection.Records < 1 || rejection.Reason == ""):
				t.Fatalf("rejection %+v", rejection)
			case ok:
				fmt.Fprintln(&b, rejection)
			case err != nil:
				t.Fatal(err)
			case len(rec.Raw) == 0 || rec.Kind == "":
				t.Fatalf("record of kind %q with %d bytes", rec.Kind, len(rec.Raw))
			default:
				fmt.Fprintf(&b, "%s %s\n", rec.Kind, rec.Raw)
			}
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if first, second := render(t, in), render(t, in); first != second {
			t.Errorf("read twice:\n%s\n%s", first, second)
		}
	})
}
