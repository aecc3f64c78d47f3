package cloudtrail

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// delivery is a log file with n records of about 1.3 KB: few principals,
// own ids, as in a real trail.
func delivery(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := []byte(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		user := random.IntN(200)
		b = fmt.Appendf(b, `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA%016d:session-%d","arn":"arn:aws:sts::111122223333:assumed-role/service-role-%d/session-%d","accountId":"111122223333","accessKeyId":"ASIA%016d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%016d","arn":"arn:aws:iam::111122223333:role/team/service-role-%d","accountId":"111122223333","userName":"service-role-%d"},"webIdFederationData":{},"attributes":{"creationDate":"2024-01-02T03:00:00Z","mfaAuthenticated":"false"}}},`,
			user, user, user, user, user, user, user, user)
		b = fmt.Appendf(b, `"eventTime":"2024-01-02T%02d:%02d:%02dZ","eventSource":"ec2.amazonaws.com","eventName":"Describe%d","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.%d","userAgent":"aws-cli/2.15.1 Python/3.11.6 Linux/5.10.16 exe/x86_64.debian.12 prompt/off command/ec2.describe-%d",`,
			i/3600%24, i/60%60, i%60, user%40, user, user%40)
		b = fmt.Appendf(b, `"requestParameters":{"maxResults":1000,"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"web-%d"},{"value":"db-%d"}]}}]}},"responseElements":null,"requestID":"%08x-1111-4111-8111-%012x","eventID":"%08x-2222-4222-8222-%012x","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.us-east-1.amazonaws.com"}}`,
			user, user, random.Uint32(), random.Uint64N(1<<48), random.Uint32(), random.Uint64N(1<<48))
	}
	return append(b, "]}"...)
}

const deliveryRecords = 20_000

func BenchmarkDecoder(b *testing.B) {
	in := delivery(deliveryRecords)
	d := NewDecoder(strings.NewReader(""), Options{})
	run(b, in, func() int { d.Reset(bytes.NewReader(in)); return drain(b, d) })
}

func BenchmarkDecoderGzip(b *testing.B) {
	in := delivery(deliveryRecords)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(in); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	u := decode.NewReader(strings.NewReader(""), decode.Limits{})
	defer u.Close()
	d := NewDecoder(u, Options{})
	run(b, in, func() int {
		u.Reset(bytes.NewReader(packed.Bytes()))
		d.Reset(u)
		return drain(b, d)
	})
}

// BenchmarkRealLogs decodes the real trail, file by file, unpacked before.
func BenchmarkRealLogs(b *testing.B) {
	var files [][]byte
	size := 0
	for _, in := range unpacked(b, realData(b)+"/cloudtrail/env-sans504-s3-2021") {
		files = append(files, in)
		size += len(in)
	}
	d := NewDecoder(strings.NewReader(""), Options{})
	run(b, make([]byte, size), func() (n int) {
		for _, in := range files {
			d.Reset(bytes.NewReader(in))
			n += drain(b, d)
		}
		return n
	})
}

// BenchmarkReference does the same work the plain way: jsontext finds the
// records, json v2 unmarshals each into a struct.
func BenchmarkReference(b *testing.B) {
	in := delivery(deliveryRecords)
	type record struct {
		EventVersion, EventID, EventTime, EventSource, EventName, AwsRegion string
		SourceIPAddress, UserAgent, ErrorCode, ErrorMessage, RequestID      string
		EventType, EventCategory, RecipientAccountId, SharedEventID         string
		ReadOnly, ManagementEvent                                           bool
		UserIdentity                                                        struct {
			Type, PrincipalID, ARN, AccountID, AccessKeyID, UserName, InvokedBy string
			SessionContext                                                      struct {
				SessionIssuer struct{ Type, PrincipalID, ARN, AccountID, UserName string }
				Attributes    struct{ MFAAuthenticated string }
			}
		}
		Resources                           []struct{ ARN, AccountID, Type string }
		RequestParameters, ResponseElements jsontext.Value
		AdditionalEventData                 jsontext.Value
	}
	run(b, in, func() (n int) {
		dec := jsontext.NewDecoder(bytes.NewReader(in), lax...)
		for range 3 { // {, "Records", [
			if _, err := dec.ReadToken(); err != nil {
				b.Fatal(err)
			}
		}
		for dec.PeekKind() == '{' {
			raw, err := dec.ReadValue()
			if err != nil {
				b.Fatal(err)
			}
			var rec record
			if err := jsonv2.Unmarshal(raw, &rec, jsonv2.MatchCaseInsensitiveNames(true)); err != nil {
				b.Fatal(err)
			}
			n++
		}
		return n
	})
}

func run(b *testing.B, in []byte, once func() int) {
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += once()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
}

func drain(b *testing.B, d *Decoder) (n int) {
	var rec Record
	for {
		switch err := d.Next(&rec); {
		case err == nil:
			n++
		case errors.Is(err, io.EOF):
			return n
		default:
			b.Fatal(err)
		}
	}
}
