package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	gojson "github.com/go-json-experiment/json"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const deliveryID = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f"

// deliveryOf is a request's body as Amazon Data Firehose writes it.
func deliveryOf(records ...string) string {
	var b strings.Builder
	b.WriteString(`{"requestId":"` + deliveryID + `","timestamp":1578090901599,"records":[`)
	for i, r := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"data":"` + base64.StdEncoding.EncodeToString([]byte(r)) + `"}`)
	}
	b.WriteString("]}")
	return b.String()
}

func (p *pushing) deliver(body string, change ...func(*http.Request)) pushed {
	p.t.Helper()
	return p.push("auto", body, append([]func(*http.Request){firehoseKey(p.key.AccessKeyID, p.key.SecretAccessKey), func(r *http.Request) {
		r.Header.Set("X-Amz-Firehose-Protocol-Version", "1.0")
		r.Header.Set(firehoseRequestID, deliveryID)
		r.Header.Set("Content-Type", "application/json")
	}}, change...)...)
}

// logGroup is a message of a CloudWatch Logs subscription.
func logGroup(t testing.TB, messages ...string) string {
	t.Helper()
	var events []map[string]any
	for _, m := range messages {
		events = append(events, map[string]any{"id": "1", "timestamp": 1709287200000, "message": m})
	}
	b, err := json.Marshal(map[string]any{"messageType": "DATA_MESSAGE", "owner": pushAccountID, "logGroup": "trail",
		"logStream": "s", "subscriptionFilters": []string{"f"}, "logEvents": events})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The answers are in the form that Firehose takes, and in no other.
func TestFirehose(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	var stored int64
	f := func(name, body string, status int, failure string, more int64, change ...func(*http.Request)) {
		t.Helper()
		a := p.deliver(body, change...)
		var answer map[string]any
		if err := json.Unmarshal([]byte(a.Body), &answer); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a.Status != status || a.RequestID != deliveryID || time.Since(time.UnixMilli(a.Timestamp)).Abs() > time.Hour ||
			a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Content-Length") == "" {
			t.Errorf("%s: %d %v %s", name, a.Status, a.Header, a.Body)
		}
		delete(answer, "requestId")
		delete(answer, "timestamp")
		message, _ := answer["errorMessage"].(string)
		delete(answer, "errorMessage")
		if len(answer) > 0 || (message == "") != (failure == "") || !strings.Contains(message, failure) {
			t.Errorf("%s: %s, want an error with %q", name, a.Body, failure)
		}
		stored += more
		if got := p.stored(); got.Stored != stored {
			t.Errorf("%s: %+v, want %d stored", name, got, stored)
		}
	}
	subscribed := func(ids ...string) string {
		var messages []string
		for _, id := range ids {
			messages = append(messages, trailRecord(id, pushAccountID))
		}
		return gzipped(t, logGroup(t, messages...))
	}
	f("nothing", deliveryOf(), 200, "", 0)
	f("empty records", deliveryOf("", ""), 200, "", 0)
	f("plain records", deliveryOf(trailRecord("1a", pushAccountID), trailRecord("1b", pushAccountID)+"\n", finding), 200, "", 3)
	f("the same again", deliveryOf(trailRecord("1a", pushAccountID), trailRecord("1b", pushAccountID)+"\n", finding), 200, "", 0)
	f("CloudWatch Logs", deliveryOf(subscribed("2a", "2b"), subscribed("2c")), 200, "", 3)
	f("a record twice", deliveryOf(subscribed("3a"), subscribed("3a")), 200, "", 1)
	f("a broken record between good ones", deliveryOf(subscribed("4a"), subscribed("4b")[:60], subscribed("4c"), trailRecord("4d", pushAccountID)), 200, "", 3)
	f("a control message", deliveryOf(gzipped(t, `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`)), 200, "", 0)
	f("lines of a flow log", deliveryOf(strings.Split(strings.TrimSpace(flowLog), "\n")...), 200, "", 2)
	f("packed as a whole", gzipped(t, deliveryOf(subscribed("5a"))), 200, "", 1, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") })
	f("nothing good", deliveryOf("hello"), 400, "Nothing was stored: ", 0)
	f("no delivery", `{"Records":[]}`, 400, "The requestId of the body is another one", 0)
	f("no JSON", "hello", 400, "The body is no delivery of Amazon Data Firehose", 0)
	f("no base64", `{"requestId":"`+deliveryID+`","records":[{"data":"?"}]}`, 400, "The body is no delivery of Amazon Data Firehose", 0)
	f("records that are none", `{"requestId":"`+deliveryID+`","records":{"data":""}}`, 400, "records is no list", 0)
	f("too many records", deliveryOf(make([]string, maxDeliveryRecords+1)...), 400, "more than 10000 records", 0)
	f("as many as there can be", deliveryOf(make([]string, maxDeliveryRecords)...), 200, "", 0)
	f("broken as a whole", gzipped(t, deliveryOf("x"))[:50], 400, "cannot be unpacked", 0)
	f("a bomb", gzipped(t, strings.Repeat(" ", 65<<20)), 413, "must not be larger than", 0)
	f("wrong key", deliveryOf(), 403, "The access key is not known", 0, firehoseKey(p.key.AccessKeyID, "wrong"))
	f("wrong method", deliveryOf(), 405, "POST", 0, func(r *http.Request) { r.Method = http.MethodPut })
	f("signed", deliveryOf(trailRecord("6a", pushAccountID)), 200, "", 1, func(r *http.Request) {
		r.Header.Del(firehoseAccessKey)
		signedFor(t, "execute-api", defaultRegion, time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey)(r)
	})
	a := p.deliver(deliveryOf(trailRecord("7a", pushAccountID)), func(r *http.Request) { r.Header.Del(firehoseRequestID) })
	if a.Status != http.StatusOK || a.RequestID != deliveryID {
		t.Errorf("without the header: %d %s", a.Status, a.Body)
	}
	if got := p.stored(); got.Seen != got.Stored+got.Duplicate+got.Rejected || got.Stored != stored+1 {
		t.Errorf("%+v", got)
	}
}

// A delivery is stored wholly or Firehose is told to send it again.
func TestFirehoseNoRoom(t *testing.T) {
	t.Parallel()
	var records []string
	for _, id := range []string{"a", "b", "c", "d"} {
		records = append(records, gzipped(t, strings.Repeat(trailRecord(id, pushAccountID)+"\n", 40)))
	}
	body := deliveryOf(records...)
	p := newPushing(t, func(d *pushDesk) {
		// For the delivery as it comes, and not for all that is in it.
		d.limits.room = int64(len(body)) + 1 + int64(len(records[0]))
		d.room = newRoom(d.limits.room)
	})
	if a := p.deliver(body); a.Status != http.StatusServiceUnavailable || a.ErrorMessage == nil || !strings.Contains(*a.ErrorMessage, "room") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if got := p.stored(); got != (warehouse.Totals{}) {
		t.Errorf("%+v", got)
	}
}

func TestDeliveryObjects(t *testing.T) {
	t.Parallel()
	const gz, zst = "\x1f\x8b...", "\x28\xb5\x2f\xfd..."
	f := func(name string, records, want []string) {
		t.Helper()
		var d delivery
		for _, r := range records {
			d.Records = append(d.Records, []byte(r))
		}
		var got []string
		for _, o := range d.objects() {
			got = append(got, string(o))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want)\n%s", name, diff)
		}
	}
	f("nothing", nil, nil)
	f("empty", []string{"", ""}, nil)
	f("lines", []string{"a", "b\n", "", "c"}, []string{"a\nb\nc\n"})
	f("packed", []string{gz, zst, gz}, []string{gz, zst, gz})
	f("mixed", []string{"a", gz, "b"}, []string{gz, "a\nb\n"})
}

// FuzzDelivery: no bytes of records are lost or made up.
func FuzzDelivery(f *testing.F) {
	f.Add([]byte(deliveryOf()))
	f.Add([]byte(deliveryOf("a", "", "b\n", "\x1f\x8bc")))
	f.Add([]byte(`{"requestId":1,"records":[{"data":"YQ=="}]}`))
	f.Add([]byte(`{"records":[{"data":null},{}],"records":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d delivery
		if err := gojson.Unmarshal(body, &d); err != nil {
			return
		}
		if len(d.Records) > maxDeliveryRecords {
			t.Fatalf("%d records", len(d.Records))
		}
		var in, out []byte
		for _, r := range d.Records {
			in = append(in, r...)
		}
		for _, o := range d.objects() {
			if len(o) == 0 {
				t.Fatal("an empty object")
			}
			out = append(out, o...)
		}
		if len(in) > len(body) {
			t.Fatalf("%d bytes out of %d", len(in), len(body))
		}
		if a, b := letters(in), letters(out); !bytes.Equal(a, b) {
			t.Fatalf("records %q, objects %q", a, b)
		}
	})
}

// letters are the bytes but for line feeds, sorted.
func letters(b []byte) []byte {
	b = slices.DeleteFunc(slices.Clone(b), func(c byte) bool { return c == '\n' })
	slices.Sort(b)
	return b
}
