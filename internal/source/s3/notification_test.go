package s3

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noContent is the ETag of an object without bytes.
const noContent = "d41d8cd98f00b204e9800998ecf8427e"

// created is a notification as Amazon S3 writes it; key is URL-encoded.
func created(bucket, key string, size int) string {
	return notice("ObjectCreated:Put", bucket, key, size)
}

func notice(event, bucket, key string, size int) string {
	return `{"Records":[` + record(event, bucket, key, size) + `]}`
}

func record(event, bucket, key string, size int) string {
	return fmt.Sprintf(`{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2","eventTime":"2024-01-02T03:05:00.000Z",
"eventName":%q,"userIdentity":{"principalId":"AWS:AROAEXAMPLE"},"requestParameters":{"sourceIPAddress":"192.0.2.1"},
"responseElements":{"x-amz-request-id":"C3D13FE58DE4C810"},"s3":{"s3SchemaVersion":"1.0","configurationId":"logs",
"bucket":{"name":%q,"ownerIdentity":{"principalId":"A3NL1KOZZKExample"},"arn":"arn:aws:s3:::logs"},
"object":{"key":%q,"size":%d,"eTag":"`+noContent+`","versionId":"096fKKXTRTtl3on89fVO.nfljtsv6qko","sequencer":"0055AED6DCD90281E5"}}}`,
		event, bucket, key, size)
}

func bySNS(message string) string {
	text, err := json.Marshal(message)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return `{"Type":"Notification","MessageId":"22b80b92","TopicArn":"arn:aws:sns:us-west-2:111122223333:logs","Subject":"Amazon S3 Notification","Message":` +
		string(text) + `,"Timestamp":"2024-01-02T03:05:00.000Z","SignatureVersion":"1","Signature":"EXAMPLE"}`
}

func byEventBridge(detailType, bucket, key string, size int) string {
	return fmt.Sprintf(`{"version":"0","id":"17793124","detail-type":%q,"source":"aws.s3","account":"111122223333","time":"2024-01-02T03:05:00Z",
"region":"ca-central-1","resources":["arn:aws:s3:::logs"],"detail":{"version":"0","bucket":{"name":%q},
"object":{"key":%q,"size":%d,"etag":"b1946ac9","version-id":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"617f08299329d189"},
"request-id":"N4N7GDK58NMKJ12R","requester":"123456789012","source-ip-address":"192.0.2.1","reason":"PutObject"}}`, detailType, bucket, key, size)
}

const testEvent = `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"logs","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"}`

func TestParseNotification(t *testing.T) {
	t.Parallel()
	f := func(what, text string, want ...notified) {
		t.Helper()
		got, err := parseNotification(text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(notified{})); diff != "" {
			t.Errorf("%s (-want)\n%s", what, diff)
		}
	}
	const tag, other = noContent, "b1946ac9" // of S3's and of EventBridge's
	a, b := notified{"logs", "a", 5, tag}, notified{"logs", "b", 6, tag}
	f("S3", created("logs", "a", 5), a)
	f("S3, an encoded key", created("logs", "in/50%25+%2B%0A%C3%A9%2Fx%FF", 1), notified{"logs", "in/50% +\né/x\xff", 1, tag})
	f("S3, several records", `{"Records":[`+record("ObjectCreated:Put", "logs", "a", 5)+","+record("ObjectRemoved:Delete", "logs", "c", 0)+","+
		record("ObjectCreated:CompleteMultipartUpload", "logs", "b", 6)+`]}`, a, b)
	f("S3, a copy", notice("ObjectCreated:Copy", "logs", "a", 5), a)
	f("S3, a restored object", notice("ObjectRestore:Completed", "logs", "a", 5), a)
	f("S3, an object to be restored", notice("ObjectRestore:Post", "logs", "a", 5))
	f("S3, a removal", notice("ObjectRemoved:DeleteMarkerCreated", "logs", "a", 0))
	f("S3, a nonsensical size", created("logs", "a", -5), notified{"logs", "a", 0, tag})
	f("a test", testEvent)
	f("SNS", bySNS(created("logs", "a", 5)), a)
	f("SNS, a test", bySNS(testEvent))
	f("EventBridge", byEventBridge("Object Created", "logs", "50%25+ é", 5), notified{"logs", "50%25+ é", 5, other})
	f("EventBridge, a restored object", byEventBridge("Object Restore Completed", "logs", "a", 5), notified{"logs", "a", 5, other})
	f("EventBridge, a removal", byEventBridge("Object Deleted", "logs", "a", 0))
	f("EventBridge by SNS", bySNS(byEventBridge("Object Created", "logs", "a", 5)), notified{"logs", "a", 5, other})
	f("S3, no ETag", strings.Replace(created("logs", "a", 5), `,"eTag":"`+tag+`"`, "", 1), notified{"logs", "a", 5, ""})
	f("S3, a quoted ETag", strings.Replace(created("logs", "a", 5), tag, `\"`+tag+`\"`, 1), a)
}

func TestNoNotification(t *testing.T) {
	t.Parallel()
	wrapped := created("logs", "a", 5)
	for range maxWrappings {
		wrapped = bySNS(wrapped)
	}
	for what, text := range map[string]string{
		"nothing":                 "",
		"no JSON":                 "hello",
		"cut":                     created("logs", "a", 5)[:200],
		"an empty object":         "{}",
		"a list":                  "[]",
		"a number":                "1",
		"no records":              `{"Records":[]}`,
		"CloudTrail":              `{"Records":[{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"PutObject"}]}`,
		"a record of SES":         strings.Replace(created("logs", "a", 5), "aws:s3", "aws:ses", 1),
		"no bucket":               created("", "a", 5),
		"no key":                  created("logs", "", 5),
		"a long key":              created("logs", strings.Repeat("a", 1025), 5),
		"a bad escape":            created("logs", "50%", 5),
		"a bucket that is an ARN": created("arn:aws:s3:eu-west-1:111122223333:accesspoint/x", "a", 5),
		"one bad record of two":   `{"Records":[` + record("ObjectCreated:Put", "logs", "a", 5) + "," + record("ObjectCreated:Put", "lo/gs", "a", 5) + `]}`,
		"EventBridge, no detail":  `{"source":"aws.s3","detail-type":"Object Created"}`,
		"EventBridge, no key":     byEventBridge("Object Created", "logs", "", 5),
		"EventBridge, of EC2":     strings.Replace(byEventBridge("Object Created", "logs", "a", 5), "aws.s3", "aws.ec2", 1),
		"SNS, no notification":    bySNS("hello"),
		"SNS, a confirmation":     strings.Replace(bySNS("x"), `"Notification"`, `"SubscriptionConfirmation"`, 1),
		"wrapped too often":       wrapped,
	} {
		if got, err := parseNotification(text); !errors.Is(err, errNotNotification) || got != nil {
			t.Errorf("%s: %v, %v; want errNotNotification", what, got, err)
		}
	}
}

// Whatever arrives names objects that have a URI, or is refused.
func FuzzNotification(f *testing.F) {
	for _, text := range []string{created("logs", "a+%41", 5), bySNS(created("logs", "a", 5)), byEventBridge("Object Created", "logs", "a", 5),
		testEvent, notice("ObjectRemoved:Delete", "logs", "a", 0), `{"Records":[]}`, "hello"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseNotification(text)
		if err != nil {
			if !errors.Is(err, errNotNotification) || got != nil {
				t.Fatalf("%v, %v", got, err)
			}
			return
		}
		for _, o := range got {
			bucket, key, err := ParseURI(nameURI(o))
			if err != nil || bucket != o.bucket || key != o.key || key == "" || o.size < 0 {
				t.Fatalf("%+v: URI %s leads to %q, %q, %v", o, nameURI(o), bucket, key, err)
			}
		}
	})
}
