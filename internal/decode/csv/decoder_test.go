package csv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// outcome is what a decoder yields, a line each.
func outcome(d *Decoder) string {
	var b strings.Builder
	for {
		object, err := d.Next()
		var r *decode.Rejection
		switch {
		case err == nil:
			fmt.Fprintf(&b, "%s\n", object)
		case errors.As(err, &r):
			fmt.Fprintf(&b, "<%s %d@%d foreign=%v> %s\n", r.Reason, r.Record, r.Offset, r.Foreign, r.Detail)
		default:
			return b.String() + err.Error()
		}
	}
}

func decoded(in string) string {
	return outcome(NewDecoder(strings.NewReader(in), Options{}))
}

func TestTables(t *testing.T) {
	f := func(name, in string, want ...string) {
		t.Helper()
		for way, text := range map[string]string{"as it is": in, "with \\r\\n and a byte order mark": bom + strings.ReplaceAll(in, "\n", "\r\n"), "without the last line break": strings.TrimSuffix(in, "\n")} {
			if diff := cmp.Diff(strings.Join(append(want, "EOF"), "\n"), decoded(text)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, way, diff)
			}
		}
	}
	f("CloudTrail's names", `eventVersion,userIdentity.type,userIdentity.sessionContext.sessionIssuer.arn,eventTime,eventSource,eventName,awsRegion,sourceIPAddress,requestParameters,responseElements,readOnly,eventID
1.08,AssumedRole,arn:aws:iam::123456789012:role/a,2026-03-02T09:40:00Z,s3.amazonaws.com,GetObject,us-east-1,192.0.2.1,"{""bucketName"":""b"",""n"":[1,2.50]}",null,TRUE,e-1
`, `{"awsRegion":"us-east-1","eventID":"e-1","eventName":"GetObject","eventSource":"s3.amazonaws.com","eventTime":"2026-03-02T09:40:00Z","eventVersion":"1.08","readOnly":true,"requestParameters":{"bucketName":"b","n":[1,2.50]},"sourceIPAddress":"192.0.2.1","userIdentity":{"sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::123456789012:role/a"}},"type":"AssumedRole"}}`)
	f("other cases and underscores", `EVENTTIME;Event_Source;event name;useridentity_arn;UserIdentity_sessioncontext_attributes_mfaauthenticated;requestparameters_bucketName;requestParameters.acl.owner;vendor's
`, `<not-csv 0@0 foreign=true> no header that is known in the first line`)
	f("semicolons", `EVENTTIME;Event_Source;event name;useridentity_arn;UserIdentity_sessioncontext_attributes_mfaauthenticated;requestparameters_bucketName;requestParameters.acl.owner;note
2026-03-02 09:40:00;s3.amazonaws.com;PutObject;arn:aws:iam::123456789012:user/a;false;b;"a;""x""";=1+1
`, `{"eventName":"PutObject","eventSource":"s3.amazonaws.com","eventTime":"2026-03-02 09:40:00","note":"=1+1","requestParameters":{"acl":{"owner":"a;\"x\""},"bucketName":"b"},"userIdentity":{"arn":"arn:aws:iam::123456789012:user/a","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}}`)
	f("tabs", "eventName\teventTime\teventSource\nA,B\t2026-03-02T09:40:00Z\tx.amazonaws.com\n",
		`{"eventName":"A,B","eventSource":"x.amazonaws.com","eventTime":"2026-03-02T09:40:00Z"}`)
	f("whole records", `"eventJson","eventTime"
"{""eventName"": ""GetObject"", ""x"":1}","ignored"
`, `{"eventName": "GetObject", "x":1}`)
	f("Athena", `"eventversion","useridentity","eventtime","eventsource","eventname","readonly","resources","requestparameters","recipientaccountid"
"1.08","{type=AssumedRole, principalid=AROA:x, y, arn=arn:aws:sts::123456789012:assumed-role/a/x, invokedby=null, sessioncontext={attributes={mfaauthenticated=false, creationdate=2026-03-02T09:00:00Z}, sessionissuer={type=Role, username=a}}, username=}","2026-03-02T09:40:00Z","s3.amazonaws.com","GetObject","true","[{arn=arn:aws:s3:::b, accountid=123456789012, type=AWS::S3::Bucket}, {arn=arn:aws:s3:::b/k, accountid=null, type=AWS::S3::Object}]","{""bucketName"":""b""}","123456789012"
`, `{"eventName":"GetObject","eventSource":"s3.amazonaws.com","eventTime":"2026-03-02T09:40:00Z","eventVersion":"1.08","readOnly":true,"recipientAccountId":"123456789012","requestParameters":{"bucketName":"b"},"resources":[{"ARN":"arn:aws:s3:::b","accountId":"123456789012","type":"AWS::S3::Bucket"},{"ARN":"arn:aws:s3:::b/k","type":"AWS::S3::Object"}],"userIdentity":{"arn":"arn:aws:sts::123456789012:assumed-role/a/x","principalId":"AROA:x, y","sessionContext":{"attributes":{"creationDate":"2026-03-02T09:00:00Z","mfaAuthenticated":"false"},"sessionIssuer":{"type":"Role","userName":"a"}},"type":"AssumedRole"}}`)
	f("the console's event history", `Event name,Event time,User name,Event source,Resource type,Resource name,AWS access key,AWS region,Error code,Source IP address,Event ID,Read-only,Request ID
CreateBucket,2026-03-02T09:40:00Z,alice,s3.amazonaws.com,"AWS::S3::Bucket, AWS::IAM::Role","my-bucket, arn:aws:iam::123456789012:role/a",AKIAIOSFODNN7EXAMPLE,us-east-1,AccessDenied,192.0.2.1,e-1,false,r-1
`, `{"awsRegion":"us-east-1","errorCode":"AccessDenied","eventID":"e-1","eventName":"CreateBucket","eventSource":"s3.amazonaws.com","eventTime":"2026-03-02T09:40:00Z","readOnly":false,"requestID":"r-1","resources":[{"resourceName":"my-bucket","type":"AWS::S3::Bucket"},{"ARN":"arn:aws:iam::123456789012:role/a","type":"AWS::IAM::Role"}],"sourceIPAddress":"192.0.2.1","userIdentity":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"alice"}}`)
	f("a table of honeypot events", `Event Type,Event Name,Request ID,User ID,Request Parameters,Alert,Event ID,Event DateTime,Alarm DateTime,Source IP,Request User Agent,Repeated Attempts
AwsApiCall,ListObjects,R1,"{'type': 'AWSAccount', 'principalId': '', 'accountId': 'ANONYMOUS_PRINCIPAL'}","{'bucketName': 'it''s', 'Host': None}", 302,e-1,2022-02-18T17:34:57Z,2022-02-18T17:39:28.127636+00:00,192.0.2.1,[curl],4
AwsApiCall,ListBuckets,R1,,"{'a': 1}",,e-2,2022-02-18T17:34:57Z,,,,
`, `{"Alarm DateTime":"2022-02-18T17:39:28.127636+00:00","Alert":" 302","Repeated Attempts":"4","eventID":"e-1","eventName":"ListObjects","eventTime":"2022-02-18T17:34:57Z","eventType":"AwsApiCall","requestID":"R1","requestParameters":"{'bucketName': 'it''s', 'Host': None}","sourceIPAddress":"192.0.2.1","userAgent":"[curl]","userIdentity":{"accountId":"ANONYMOUS_PRINCIPAL","principalId":"","type":"AWSAccount"}}`,
		`{"eventID":"e-2","eventName":"ListBuckets","eventTime":"2022-02-18T17:34:57Z","eventType":"AwsApiCall","requestID":"R1","requestParameters":{"a":1}}`)
	f("cells that are no objects", "eventName,eventTime,eventID,requestParameters,userIdentity\nA,t,1,{oops,AIDA\n",
		`{"eventID":"1","eventName":"A","eventTime":"t","requestParameters":"{oops","userIdentity":"AIDA"}`)
	f("the header again", "eventName,eventTime,eventID\nA,t,1\neventName,eventTime,eventID\n\n  \nB,t,2\n",
		`{"eventID":"1","eventName":"A","eventTime":"t"}`, `{"eventID":"2","eventName":"B","eventTime":"t"}`)
	f("several lines in a cell", "eventName,eventTime,eventID,note\nA,t,1,\"x\n\n\"\"y,\"\nB,t,2,\n",
		`{"eventID":"1","eventName":"A","eventTime":"t","note":"x\n\n\"y,"}`, `{"eventID":"2","eventName":"B","eventTime":"t"}`)
	f("nothing", "")
	f("nothing but a header", "eventName,eventTime,eventID\n")
	f("no table", "{\"eventName\":1,\"eventTime\":2,\"eventID\":3}\n1\n2\n", `<not-csv 0@0 foreign=true> no header that is known in the first line`)
}

// A row that is no good costs that row.
func TestBrokenRowsGoOn(t *testing.T) {
	const head = "eventName,eventTime,eventID\n"
	f := func(name, rows string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(strings.Join(append(want, "EOF"), "\n"), decoded(head+rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	good := func(id string) string {
		return `{"eventID":"` + id + `","eventName":"A","eventTime":"t"}`
	}
	f("too few cells", "A,t\nA,t,1\n", "<malformed-csv 0@28 foreign=false> 2 cells; the header has 3", good("1"))
	f("too many", "A,t,1,2\nA,t,1,,\n", "<malformed-csv 0@28 foreign=false> 4 cells; the header has 3", good("1"))
	f("an open quote", "A,t,\"1\nA,t,2\nA,t,3\n", "<malformed-csv 0@28 foreign=false> a quote that is not closed", good("2"), good("3"))
	f("open quotes", "\"A,t,1\n\"A,t,2\nA,t,3", "<malformed-csv 0@28 foreign=false> a quote that is not closed",
		"<malformed-csv 1@35 foreign=false> a quote that is not closed", good("3"))
	f("a quote in a cell", "A,t,1\"2\nA,t,3\n", `{"eventID":"1\"2","eventName":"A","eventTime":"t"}`, good("3"))
	f("a quote that goes on", "A,t,\"1\"2\"\nA,t,3\n", `{"eventID":"1\"2","eventName":"A","eventTime":"t"}`, good("3"))
	if got := strings.Count(decoded("eventjson\n{\n[1]\n\"{} {}\"\n{}\n"), "foreign=false> eventJson is no JSON object"); got != 3 {
		t.Errorf("%d of 3 rows without a whole record are rejected", got)
	}
	f("no UTF-8", "A,t,1\xff\n", `{"eventID":"1\ufffd","eventName":"A","eventTime":"t"}`)
}

func TestSkip(t *testing.T) {
	in := "eventName,eventTime,eventID\nA,t,1\nA\nA,t,3\nA,t,4\n"
	all := strings.SplitAfter(decoded(in), "\n")
	for n := range 6 {
		d := NewDecoder(strings.NewReader(in), Options{})
		d.Skip(int64(n))
		if got, want := outcome(d), strings.Join(all[min(n, 4):], ""); got != want {
			t.Errorf("skipping %d: %q; want %q", n, got, want)
		}
	}
}

func TestReset(t *testing.T) {
	d := NewDecoder(strings.NewReader("eventName,eventTime,eventID\nA,t,1\n\"open"), Options{})
	first := outcome(d)
	d.Reset(strings.NewReader("eventID;eventName;eventTime\n2;A;t\n"))
	if got := outcome(d); got != `{"eventID":"2","eventName":"A","eventTime":"t"}`+"\nEOF" || !strings.Contains(first, "malformed-csv 1@34") {
		t.Errorf("%s, then %s", first, got)
	}
}

// Rows above the limit are rejected one by one, and no more than a few times
// the limit is ever held, however long a quote or a line goes on.
func TestLargeRows(t *testing.T) {
	const head, limit = "eventName,eventTime,eventID\n", 1 << 17
	f := func(name string, in io.Reader, count int, want string) {
		t.Helper()
		d := NewDecoder(io.MultiReader(strings.NewReader(head), in), Options{MaxRow: limit})
		lines, rows := "", 0
		for {
			object, err := d.Next()
			if len(lines) < 1000 {
				lines += fmt.Sprintf("%s%v|", object, err)
			}
			rows++
			if err == io.EOF {
				break
			}
		}
		if !strings.Contains(lines, want) {
			t.Errorf("%s: %.500s; want %s", name, lines, want)
		}
		if rows != count {
			t.Errorf("%s: %d rows; want %d", name, rows, count)
		}
		if cap(d.in.buf) > 5*limit {
			t.Errorf("%s: %d bytes of buffer", name, cap(d.in.buf))
		}
	}
	long := func() io.Reader { return io.LimitReader(ones{}, 20*limit) }
	f("a line without an end", io.MultiReader(long(), strings.NewReader("\nA,t,1\n")), 3, `bytes|{"eventID":"1"`)
	f("a line without an end, then none", long(), 2, `a row of more than 131072 bytes|EOF`)
	f("a quote without an end", io.MultiReader(strings.NewReader("\""), long(), strings.NewReader("\nA,t,1\n")), 3, `bytes|{"eventID":"1"`)
	f("a quote over many lines", io.MultiReader(strings.NewReader("A,t,\"0\n"), strings.NewReader(strings.Repeat("A,t,1\n", limit))), limit+2, `a quote that is not closed|{"eventID":"1"`)
}

type ones struct{}

func (ones) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '1'
	}
	return len(p), nil
}

// A hostile table takes time in proportion to its size: no line is looked at
// again for each of the lines before it.
func TestManyOpenQuotes(t *testing.T) {
	in := "eventName,eventTime,eventID\n" + strings.Repeat("\"x\n", 1<<18)
	if got := strings.Count(decoded(in), "malformed-csv"); got != 1<<18 {
		t.Errorf("%d rejections", got)
	}
}

// A source that fails is not a broken table, and one whose container breaks
// keeps the rows before the break.
func TestSourceFails(t *testing.T) {
	failure := errors.New("disk on fire")
	rows := "eventName,eventTime,eventID\nA,t,1\nA,t,\"2\nA,"
	for name, r := range map[string]io.Reader{"at once": strings.NewReader(rows), "byte by byte": iotest.OneByteReader(strings.NewReader(rows))} {
		d := NewDecoder(io.MultiReader(r, iotest.ErrReader(failure)), Options{})
		if got, want := outcome(d), `{"eventID":"1","eventName":"A","eventTime":"t"}`+"\ndisk on fire"; got != want {
			t.Errorf("%s: %s", name, got)
		}
		if _, err := d.Next(); err != failure {
			t.Errorf("%s: then %v", name, err)
		}
	}
	broken := &decode.ContainerError{Reason: decode.ReasonBadGzip, Err: failure}
	d := NewDecoder(io.MultiReader(strings.NewReader(rows), iotest.ErrReader(broken)), Options{})
	if got, want := outcome(d), `{"eventID":"1","eventName":"A","eventTime":"t"}`+"\n<bad-gzip 1@34 foreign=false> bad-gzip: disk on fire\nEOF"; got != want {
		t.Errorf("broken container: %s", got)
	}
}

func TestIsHeader(t *testing.T) {
	f := func(line string, want bool) {
		t.Helper()
		if got := IsHeader([]byte(line), CloudTrail()); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
	f("eventName,eventTime,eventSource", true)
	f(bom+"Event Time;Event Name;User Agent\r\n", true)
	f("eventTime,eventName,eventSource,", true)
	f("eventjson", true)
	f(`"eventJson"`, true)
	f("eventName,eventTime", false)
	f("eventTime,eventSource,eventID", false)
	f("eventName,eventTime,,eventSource", false)
	f("eventName eventTime eventSource", false)
	f("version account-id interface-id srcaddr dstaddr", false)
	f("account_id,action,az_id,bytes,dstaddr,dstport,end", false)
	f(`{"eventName":"a","eventTime":"b","eventSource":"c"}`, false)
	f("name,time,source,id", false)
	f("the eventName, the eventTime, and eventSource", false)
	f("", false)
	f(strings.Repeat("x,", maxColumns)+"eventName,eventTime,eventSource", false)
	f(strings.Repeat("x", maxHeader)+",eventName,eventTime,eventSource", false)
}

// FuzzDecoder: whatever the table, nothing panics, ordinals and offsets add
// up, what is yielded is an object that CloudTrail's parser takes or rejects,
// and it does not matter how the bytes arrive.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("eventName,eventTime,eventID,note\nA,t,1,\"x\n\"\"y\"\nB,\"t,2\n\"C\"x,,\n"))
	f.Add([]byte("eventjson;useridentity;eventtime\n\"{\"\"a\"\":1}\";{type=x, a={b=c}};\n"))
	f.Add([]byte("Event Name\tEvent Time\tEvent ID\tUser ID\nA\tt\t1\t{'a': [None, 'b\\n']}\n"))
	f.Add([]byte("Event name,Event time,Event ID,Resource type,Resource name\nA,t,1,\"a,b\",\"c\"\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got := outcome(NewDecoder(bytes.NewReader(in), Options{MaxRow: 1 << 10}))
		if again := outcome(NewDecoder(iotest.OneByteReader(bytes.NewReader(in)), Options{MaxRow: 1 << 10})); again != got {
			t.Fatalf("%q: %s, byte by byte %s", in, got, again)
		}
		d := NewDecoder(bytes.NewReader(in), Options{MaxRow: 1 << 10})
		var p cloudtrail.Parser
		var s jsonscan.Scanner
		var rec cloudtrail.Record
		last := int64(-1)
		for ordinal := int64(0); ; ordinal++ {
			object, err := d.Next()
			if err == io.EOF {
				return
			}
			if r, ok := errors.AsType[*decode.Rejection](err); ok {
				if r.Record != ordinal || r.Records != 1 || r.Offset <= last && last > 0 || r.Offset > int64(len(in)) {
					t.Fatalf("record %d: %v, the last at %d", ordinal, r, last)
				}
				last = r.Offset
				continue
			}
			if err != nil || !json.Valid(object) || object[0] != '{' {
				t.Fatalf("%q: %v", object, err)
			}
			s.Reset(object, 0)
			err = p.Parse(&s, &rec)
			if _, ok := errors.AsType[*decode.Rejection](err); err != nil && !ok {
				t.Fatalf("%q: %v", object, err)
			}
		}
	})
}
