package cloudtrail

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// plain is a record as AWS delivers it.
const plain = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE1:deploy","arn":"arn:aws:sts::111122223333:assumed-role/ci/deploy","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE1","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE1","arn":"arn:aws:iam::111122223333:role/build/ci","accountId":"111122223333","userName":"ci"},"webIdFederationData":{"federatedProvider":"arn:aws:iam::111122223333:oidc-provider/git.example.com","attributes":{}},"attributes":{"creationDate":"2024-01-02T03:00:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0","sourceIdentity":"alice"}},"eventTime":"2024-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.7","userAgent":"[aws-cli/2.15.1]","errorCode":"AccessDenied","errorMessage":"Access Denied","requestParameters":{"bucketName":"b","key":"k"},"responseElements":null,"additionalEventData":{"bytesTransferredOut":243},"requestID":"R1","eventID":"11111111-1111-4111-8111-111111111111","readOnly":true,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"S1","vpcEndpointId":"vpce-1","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3"},"sessionCredentialFromConsole":"true"}`

func TestPlainRecord(t *testing.T) {
	d := NewDecoder(strings.NewReader(`{"Records":[`+plain+`]}`), Options{})
	var got Record
	if err := d.Next(&got); err != nil {
		t.Fatal(err)
	}
	want := Record{
		EventVersion: "1.08", EventID: "11111111-1111-4111-8111-111111111111",
		EventTime:   time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		EventSource: "s3.amazonaws.com", EventName: "GetObject", AWSRegion: "eu-west-1",
		SourceIPAddress: "203.0.113.7", UserAgent: "[aws-cli/2.15.1]", ErrorCode: "AccessDenied", ErrorMessage: "Access Denied",
		EventType: "AwsApiCall", EventCategory: "Data", RecipientAccountID: "111122223333",
		SharedEventID: "S1", VPCEndpointID: "vpce-1", ReadOnly: True, ManagementEvent: False, FromConsole: True,
		UserIdentity: entity.Identity{
			Type: "AssumedRole", PrincipalID: "AROAEXAMPLE1:deploy", ARN: "arn:aws:sts::111122223333:assumed-role/ci/deploy",
			AccountID: "111122223333", AccessKeyID: "ASIAEXAMPLE1",
			Issuer: entity.Issuer{Type: "Role", PrincipalID: "AROAEXAMPLE1", ARN: "arn:aws:iam::111122223333:role/build/ci",
				AccountID: "111122223333", UserName: "ci"},
			MFAAuthenticated: "false", SourceIdentity: "alice", EC2RoleDelivery: "2.0",
			FederatedProvider: "arn:aws:iam::111122223333:oidc-provider/git.example.com",
		},
		Resources: []Resource{{ARN: "arn:aws:s3:::b/k", Type: "AWS::S3::Object"},
			{ARN: "arn:aws:s3:::b", AccountID: "111122223333", Type: "AWS::S3::Bucket"}},
		RequestParameters:   []byte(`{"bucketName":"b","key":"k"}`),
		AdditionalEventData: []byte(`{"bytesTransferredOut":243}`),
		Raw:                 []byte(plain),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := d.Next(&got); err != io.EOF {
		t.Errorf("then %v; want io.EOF", err)
	}
}

// minimal has what a record must have, and room for more members.
func minimal(more string) string {
	return `{"eventTime":"2024-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser"` + more + `}`
}

var noon = time.Date(2022, 11, 21, 18, 6, 52, 0, time.UTC)

// quirks are records that real logs hold (and a few that they may), with what
// they change in the minimal record.
var quirks = []struct {
	name, in string
	want     func(*Record)
}{
	{"nothing else", minimal(``), func(*Record) {}},
	{"time with milliseconds", `{"eventTime":"2022-11-21T18:06:52.123Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon.Add(123 * time.Millisecond) }},
	{"time with a space", `{"eventTime":"2022-11-21 18:06:52","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon }},
	{"time with a space and a fraction", `{"eventTime":"2022-11-21 18:06:52.5","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon.Add(time.Second / 2) }},
	{"time with a zone", `{"eventTime":"2022-11-21T20:06:52+02:00","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon }},
	{"time in UTC by name", `{"eventTime":"2022-11-21 18:06:52 UTC","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon }},
	{"only @timestamp", `{"@timestamp":"2022-11-21T18:06:52.000Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`,
		func(r *Record) { r.EventTime = noon }},
	{"eventTime before @timestamp", minimal(`,"@timestamp":"2022-11-21T18:06:52Z"`), func(*Record) {}},
	{"date in parameters", minimal(`,"responseElements":{"createDate":"Jul 18, 2014 3:07:39 PM"}`),
		func(r *Record) { r.ResponseElements = []byte(`{"createDate":"Jul 18, 2014 3:07:39 PM"}`) }},
	{"readOnly as a string", minimal(`,"readOnly":"True","managementEvent":"false"`),
		func(r *Record) { r.ReadOnly, r.ManagementEvent = True, False }},
	{"readOnly as nonsense", minimal(`,"readOnly":"perhaps","managementEvent":1`), func(*Record) {}},
	{"mfaAuthenticated as a boolean", minimal(`,"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}`),
		func(r *Record) { r.UserIdentity.MFAAuthenticated = "true" }},
	{"mfaAuthenticated as a string", minimal(`,"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}`),
		func(r *Record) { r.UserIdentity.MFAAuthenticated = "true" }},
	{"userIdentity null", minimal(`,"userIdentity":null`), func(*Record) {}},
	{"userIdentity a string", minimal(`,"userIdentity":"alice"`), func(*Record) {}},
	{"userIdentity without type", minimal(`,"userIdentity":{"accountId":"111122223333","invokedBy":"ssm.amazonaws.com"}`),
		func(r *Record) {
			r.UserIdentity = entity.Identity{AccountID: "111122223333", InvokedBy: "ssm.amazonaws.com"}
		}},
	{"sessionIssuer empty", minimal(`,"userIdentity":{"type":"IAMUser","sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}`),
		func(r *Record) { r.UserIdentity.Type = "IAMUser" }},
	{"session parts null", minimal(`,"userIdentity":{"sessionContext":{"sessionIssuer":null,"attributes":null,"webIdFederationData":null}}`), func(*Record) {}},
	{"sessionContext null", minimal(`,"userIdentity":{"sessionContext":null,"onBehalfOf":null,"accessKeyId":""}`), func(*Record) {}},
	{"identity center", minimal(`,"userIdentity":{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::1:identitystore/d-1"},"credentialId":"x"}`),
		func(r *Record) {
			r.UserIdentity = entity.Identity{Type: "IdentityCenterUser", OnBehalfOf: "u-1", IdentityStoreARN: "arn:aws:identitystore::1:identitystore/d-1"}
		}},
	{"identity provider", minimal(`,"userIdentity":{"type":"WebIdentityUser","identityProvider":"accounts.example.com"}`),
		func(r *Record) {
			r.UserIdentity = entity.Identity{Type: "WebIdentityUser", IdentityProvider: "accounts.example.com"}
		}},
	{"resources with arn and ARNPrefix", minimal(`,"resources":[{"arn":"a1"},{"ARNPrefix":"a2"},{"ARN":"a3","ARNPrefix":"a4"},{"accountId":"unknown"},null,"x"]`),
		func(r *Record) {
			r.Resources = []Resource{{ARN: "a1"}, {ARN: "a2"}, {ARN: "a3"}, {AccountID: "unknown"}}
		}},
	{"resources null", minimal(`,"resources":null`), func(*Record) {}},
	{"resources an object", minimal(`,"resources":{"ARN":"a"}`), func(*Record) {}},
	{"numbers for strings", minimal(`,"recipientAccountId":111122223333,"eventVersion":1.08,"userIdentity":{"accountId":42,"userName":false},"resources":[{"accountId":7}]`),
		func(r *Record) {
			r.RecipientAccountID, r.EventVersion = "111122223333", "1.08"
			r.UserIdentity.AccountID, r.UserIdentity.UserName = "42", "false"
			r.Resources = []Resource{{AccountID: "7"}}
		}},
	{"objects for strings", minimal(`,"userAgent":{"a":1},"sourceIPAddress":["10.0.0.1"],"errorCode":{}`), func(*Record) {}},
	{"null everywhere", minimal(`,"eventVersion":null,"eventID":null,"awsRegion":null,"sourceIPAddress":null,"userAgent":null,"errorCode":null,"errorMessage":null,"requestID":null,"eventType":null,"eventCategory":null,"recipientAccountId":null,"sharedEventID":null,"vpcEndpointId":null,"readOnly":null,"managementEvent":null,"requestParameters":null,"responseElements":null,"additionalEventData":null,"Records":null`), func(*Record) {}},
	{"parameters not an object", minimal(`,"requestParameters":"x","responseElements":[1, 2],"additionalEventData":7`),
		func(r *Record) {
			r.RequestParameters, r.ResponseElements, r.AdditionalEventData = []byte(`"x"`), []byte(`[1, 2]`), []byte(`7`)
		}},
	{"message without code", minimal(`,"errorMessage":"Failed authentication"`), func(r *Record) { r.ErrorMessage = "Failed authentication" }},
	{"code without message", minimal(`,"errorCode":"NoSuchBucket"`), func(r *Record) { r.ErrorCode = "NoSuchBucket" }},
	{"last of two wins", minimal(`,"eventName":"DeleteUser","errorCode":"x","errorCode":null,"resources":[{"ARN":"a"}],"resources":[],"requestParameters":{},"requestParameters":null`),
		func(r *Record) { r.EventName = "DeleteUser" }},
	{"last identity wins", minimal(`,"userIdentity":{"type":"Root","sessionContext":{"sourceIdentity":"s","sessionIssuer":{"arn":"a"}}},"userIdentity":{"type":"IAMUser","sessionContext":{"sessionIssuer":{"arn":"b","userName":"n"},"sessionIssuer":{"arn":"c"}}}`),
		func(r *Record) {
			r.UserIdentity = entity.Identity{Type: "IAMUser", Issuer: entity.Issuer{ARN: "c"}}
		}},
	{"dated name", `{"eventTime":"2024-01-02T03:04:05Z","eventSource":"lambda.amazonaws.com","eventName":"GetFunction20150331v2"}`,
		func(r *Record) { r.EventSource, r.EventName = "lambda.amazonaws.com", "GetFunction20150331v2" }},
	{"odd addresses", minimal(`,"sourceIPAddress":"08.1.250.216","userAgent":"<Attacker user agent>"`),
		func(r *Record) { r.SourceIPAddress, r.UserAgent = "08.1.250.216", "<Attacker user agent>" }},
	{"escapes", minimal(`,"userAgent":"a\"\u00e9\ud83d\ude00\/","userIdentity":{"principalId":"AROA\u003aname"}`),
		func(r *Record) { r.UserAgent = "a\"é😀/"; r.UserIdentity.PrincipalID = "AROA:name" }},
	{"escaped member name", minimal(`,"error\u0043ode":"E"`), func(r *Record) { r.ErrorCode = "E" }},
	{"invalid UTF-8", minimal(",\"userAgent\":\"a\xffb\",\"eventID\":\"\xc3\""),
		func(r *Record) { r.UserAgent, r.EventID = "a\uFFFDb", "\uFFFD" }},
	{"unknown members", minimal(`,"apiVersion":"2014-11-01","tlsDetails":{"a":[{}]},"userIdentity":{"new":{"x":1},"sessionContext":{"new":[],"assumedRoot":"true"}}`), func(*Record) {}},
	{"records of a record", minimal(`,"Records":[{"a":1}]`), func(*Record) {}},
	{"network activity", minimal(`,"eventCategory":"NetworkActivity","eventType":"AwsVpceEvent"`),
		func(r *Record) { r.EventCategory, r.EventType = "NetworkActivity", "AwsVpceEvent" }},
}

func TestQuirks(t *testing.T) {
	for _, c := range quirks {
		t.Run(c.name, func(t *testing.T) {
			want := Record{EventTime: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
				EventSource: "iam.amazonaws.com", EventName: "CreateUser", Raw: []byte(c.in)}
			c.want(&want)
			// A full record goes before it, of which nothing may remain.
			d := NewDecoder(strings.NewReader(plain+"\n"+c.in), Options{})
			var got Record
			for range 2 {
				if err := d.Next(&got); err != nil {
					t.Fatalf("%s: %v", c.in, err)
				}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s:\n%s", c.in, diff)
			}
			if results, ok := reference([]byte(c.in)); !ok {
				t.Error("the reference refuses it")
			} else if diff := cmp.Diff([]result{{Record: &want}}, results, sameResults); diff != "" {
				t.Errorf("the reference says otherwise (+):\n%s", diff)
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
	{`{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`, decode.ReasonNoEventTime, "no eventTime"},
	{`{"eventTime":null,"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`, decode.ReasonNoEventTime, "no eventTime"},
	{`{"eventTime":"...","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`, decode.ReasonNoEventTime, `eventTime is "..."`},
	{`{"eventTime":"2023-02-30T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`, decode.ReasonNoEventTime, `eventTime is "2023-02-30T00:00:00Z"`},
	{`{"eventTime":"2023-02-03 04:05:06 CEST","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`, decode.ReasonNoEventTime, `eventTime is "2023-02-03 04:05:06 CEST"`},
	{`{"eventTime":"2024-01-02T03:04:05Z","eventName":"CreateUser"}`, decode.ReasonNoEventSource, "no eventSource"},
	{`{"eventTime":"2024-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":""}`, decode.ReasonNoEventName, "no eventName"},
	{`{"eventTime":"2024-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":{"a":1}}`, decode.ReasonNoEventName, "no eventName"},
	{`{"awsAccountId":"111122223333","digestStartTime":"2024-01-02T03:04:05Z","logFiles":[]}`, decode.ReasonDigest, "a CloudTrail digest file"},
	{`{"eventVersion":"1.07","eventTime":"2024-01-02T03:04:05Z","eventType":"AwsCloudTrailInsight","insightDetails":{"eventName":"x"},"eventCategory":"Insight"}`, decode.ReasonInsight, "a CloudTrail Insights event that does not say of what type"},
	{`{"eventTime":"2024-01-02T03:04:05Z","insightDetails":{"eventName":"x"}}`, decode.ReasonInsight, "a CloudTrail Insights event that does not say of what type"},
	{`{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"x"}}`, decode.ReasonNotCloudTrail, "an EventBridge envelope"},
	{`{"messageType":"DATA_MESSAGE","logEvents":[]}`, decode.ReasonNotCloudTrail, "a CloudWatch Logs envelope"},
	{`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1"}`, decode.ReasonNotCloudTrail, "a Kubernetes object"},
	{`{"schemaVersion":"2.0","service":{},"id":"1"}`, decode.ReasonNotCloudTrail, "a GuardDuty finding"},
	{`{"SchemaVersion":"2018-10-08","ProductArn":"p"}`, decode.ReasonNotCloudTrail, "Security Hub findings"},
	{`{"class_uid":6003}`, decode.ReasonNotCloudTrail, "an OCSF event"},
	{`{"CloudTrailEvent":"{}","EventId":"1"}`, decode.ReasonNotCloudTrail, "an event of the LookupEvents call"},
	{`{"@timestamp":"2024-01-02T03:04:05Z","message":"x"}`, decode.ReasonNotCloudTrail, "a log shipper's envelope"},
	{`{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2024-01-02T03:04:05Z","eventName":"ObjectCreated:Put"}`, decode.ReasonNotCloudTrail, `a notification of "aws:s3"`},
	{`{}`, decode.ReasonNotCloudTrail, "an object without members"},
	{`{"a":1,"b":2,"c":3,"d":4,"e":5}`, decode.ReasonNotCloudTrail, `an object with "a", "b", "c", "d"`},
	{`{"Records":{}}`, decode.ReasonNotCloudTrail, `an object with "Records"`},
}

func TestRejected(t *testing.T) {
	for _, c := range rejected {
		for name, in := range map[string]string{"alone": c.in, "in a list": `[` + plain + `,` + c.in + `,` + plain + `]`} {
			results, rejections, err := decodeAll(NewDecoder(strings.NewReader(in), Options{}))
			if err != nil || len(rejections) != 1 {
				t.Errorf("%s %s: %v, %v", c.in, name, rejections, err)
				continue
			}
			want := &Rejection{Records: 1, Reason: c.reason, Detail: c.detail, Foreign: c.reason == decode.ReasonNotCloudTrail}
			if name == "in a list" {
				want.Record, want.Offset = 1, int64(len(plain))+2
			}
			if diff := cmp.Diff(want, rejections[0]); diff != "" {
				t.Errorf("%s %s:\n%s", c.in, name, diff)
			}
			if wantResults, ok := reference([]byte(in)); !ok {
				t.Errorf("%s %s: the reference refuses it", c.in, name)
			} else if diff := cmp.Diff(wantResults, results, sameResults); diff != "" {
				t.Errorf("%s %s: the reference says otherwise (-):\n%s", c.in, name, diff)
			}
		}
	}
}

// Skipping gives what the same decoder would have given after as many calls.
func TestSkip(t *testing.T) {
	in := `[` + plain + `,{"a":1},` + minimal(``) + `,{x},` + plain + `,` + minimal(`,"errorCode":"last"`) + `,{"cut`
	whole, _, _ := decodeAll(NewDecoder(strings.NewReader(in), Options{}))
	for n := range int64(len(whole)) + 2 {
		d := NewDecoder(strings.NewReader(in), Options{})
		d.Skip(n)
		got, rejections, err := decodeAll(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole[min(n, int64(len(whole))):], got, sameResults); diff != "" {
			t.Errorf("after skipping %d:\n%s", n, diff)
		}
		for _, r := range rejections {
			if r.Record < n {
				t.Errorf("after skipping %d: rejection of record %d", n, r.Record)
			}
		}
	}
}

func TestSourceError(t *testing.T) {
	failure := errors.New("disk on fire")
	d := NewDecoder(io.MultiReader(strings.NewReader(plain), failing{failure}), Options{})
	results, _, err := decodeAll(d)
	if len(results) != 1 || err != failure {
		t.Errorf("%d records, %v", len(results), err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
