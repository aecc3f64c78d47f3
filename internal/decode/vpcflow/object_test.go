package vpcflow

import (
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
)

func TestObject(t *testing.T) {
	var p Parser
	f := func(in, want string) {
		t.Helper()
		var s jsonscan.Scanner
		s.Reset([]byte(in+"\n"), 0)
		var rec Record
		err := p.Object(&s, &rec)
		var got string
		if err != nil {
			got = err.Error()
			if r, ok := err.(*Rejection); ok {
				got = string(r.Reason) + ": " + r.Detail
				if r.Foreign {
					got += ", foreign"
				}
			}
		} else {
			got = brief(&rec)
			if raw := strings.TrimSpace(in); string(rec.Raw) != raw {
				t.Errorf("%s: raw is %s", in, rec.Raw)
			}
			if rec.Format.String() != DefaultFormat().String() {
				t.Errorf("%s: format %q", in, rec.Format)
			}
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
		if _, ok := err.(*Rejection); (err == nil || ok) && s.Pos() != len(in) {
			t.Errorf("%s: stopped at byte %d", in, s.Pos())
		}
	}
	const plain = brief14 + " (as written)"
	f(`{"version":2,"account-id":"123456789012","interface-id":"eni-0a1b","srcaddr":"192.0.2.10","dstaddr":"198.51.100.20","srcport":49152,"dstport":443,"protocol":"6","packets":10,"bytes":8400,"start":"1700000000","end":1700000059,"action":"ACCEPT","log-status":"OK"}`, plain)
	f(` {"Version":"2","accountId":"123456789012","interfaceId":"eni-0a1b","srcAddr":"192.0.2.10","dstAddr":"198.51.100.20","srcPort":"49152","dstPort":"443","protocol":6,"packets":"10","bytes":"8400","start":1700000000,"end":1700000059,"action":"ACCEPT","logStatus":"OK","more":{"srcaddr":"x"},"tags":[1]}`, plain)
	f(`{"version":2,"account_id":"123456789012","interface_id":"eni-0a1b","srcaddr":"192.0.2.10","dstaddr":"198.51.100.20","srcport":49152,"dstport":443,"protocol":6,"packets":10,"bytes":8400,"start":1700000000,"end":1700000059,"action":"ACCEPT","log_status":"OK","subNetId":"subnet-1","tcp_flags":2,"pkt_src_aws_service":"S3","flow_direction":"ingress","pkt-dst-aws-service":"-"}`,
		brief14+" ,subnet-1, flags 2 , S3> ingress path 0 (as written)")
	f(`{"@timestamp":"x","region":"outside","aws":{"s3":{"srcaddr":"no"},"start":1,"vpc":{"srcaddr":"192.0.2.1","dstaddr":null,"srcport":"","start":"1700000000"}}}`,
		"v0   192.0.2.1:0>invalid IP:0/0 0p 0b 1700000000-0 - - outside, > - path 0 (as written)")
	f(`{"srcAddr":"192.0.2.1","dstAddr":"192.0.2.2"}`, "no-flow-time: neither start nor end")
	f(`{"srcAddr":"192.0.2.1","dstAddr":"null","start":1700000000}`, `malformed-flow: dstaddr is "null"`)
	f(`{"srcAddr":"192.0.2.1","dstPort":1.5,"start":1700000000}`, `malformed-flow: dstport is "1.5"`)
	f(`{"srcAddr":"192.0.2.1","start":1700000000}`, "not-vpcflow: an object that is no flow record, foreign")
	f(`{"version":"1.08","action":"jump","start":"now"}`, "not-vpcflow: an object that is no flow record, foreign")
	f(`{}`, "not-vpcflow: an object that is no flow record, foreign")
	f(`{"srcAddr":"192.0.2.1",`, jsonscan.ErrEnd.Error())
	f(`{"srcAddr":}`, "no value at byte 11")
	f(`{"aws":{"vpc":{"srcaddr":"192.0.2.1"`, jsonscan.ErrEnd.Error())
}

// Object is what jsonstream asks for.
func TestObjectInStream(t *testing.T) {
	var p Parser
	var rec Record
	d := jsonstream.NewReader(strings.NewReader(`[{"srcAddr":"192.0.2.1","dstPort":1,"start":1},{"a":1},{"srcAddr":"192.0.2.1","dstPort":2,"start":2}]`), jsonstream.Options{Foreign: ReasonNotVPCFlow})
	got := outcome(func(r *Record) error {
		raw, err := d.Next(func(s *jsonscan.Scanner) error { return p.Object(s, &rec) })
		if err == nil && string(raw) != string(rec.Raw) {
			t.Errorf("raw is %s; the stream says %s", rec.Raw, raw)
		}
		*r = rec
		return err
	})
	want := "v0   192.0.2.1:0>invalid IP:1/0 0p 0b 1-0 - - (as written)\n" +
		"<not-vpcflow foreign 1*1@47> an object that is no flow record\n" +
		"v0   192.0.2.1:0>invalid IP:2/0 0p 0b 2-0 - - (as written)\nEOF"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// FuzzObject: nothing panics, and an object is no good only if it says so.
func FuzzObject(f *testing.F) {
	f.Add(`{"srcAddr":"192.0.2.1","dstPort":1,"start":1}`)
	f.Add(`{"aws":{"vpc":{"srcaddr":"192.0.2.1","dstaddr":"::1","end":"1700000000","protocol":6}},"x":[{}]}`)
	f.Add(`{"aws":{"vpc":[]},"srcaddr":{}}`)
	f.Fuzz(func(t *testing.T, in string) {
		var p Parser
		var s, plain jsonscan.Scanner
		var rec Record
		s.Reset([]byte(in+"\n"), 0)
		plain.Reset([]byte(in+"\n"), 0)
		err := p.Object(&s, &rec)
		if plain.Kind() != jsonscan.Object {
			return
		}
		raw, ok := plain.Skip()
		_, rejected := err.(*Rejection)
		if (err == nil || rejected) != ok {
			t.Fatalf("%q: %v, but valid is %v", in, err, ok)
		}
		if ok && s.Pos() != plain.Pos() || err == nil && string(rec.Raw) != string(raw) {
			t.Fatalf("%q: read %q up to %d; the object is %q up to %d", in, rec.Raw, s.Pos(), raw, plain.Pos())
		}
		if err == nil && (rec.Canonical || rec.Time() > maxTime) {
			t.Fatalf("%q: %+v", in, rec)
		}
	})
}
