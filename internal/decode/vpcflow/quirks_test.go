package vpcflow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// line14 is a line in the default format, with another account and others
// addresses if told.
const line14 = "2 123456789012 eni-0a1b 192.0.2.10 198.51.100.20 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK"

// brief writes down what a record says, in a short form.
func brief(rec *Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "v%d %s %s %v:%d>%v:%d/%d %dp %db %d-%d %v %v", rec.Version, rec.AccountID, rec.InterfaceID,
		rec.Src, rec.SrcPort, rec.Dst, rec.DstPort, rec.Protocol, rec.Packets, rec.Bytes, rec.Start, rec.End, rec.Action, rec.Status)
	if rec.VPCID+rec.SubnetID+rec.InstanceID != "" || rec.Has&HasTCPFlags != 0 {
		fmt.Fprintf(&b, " %s,%s,%s flags %d", rec.VPCID, rec.SubnetID, rec.InstanceID, rec.TCPFlags)
	}
	if rec.PktSrc.IsValid() || rec.PktDst.IsValid() {
		fmt.Fprintf(&b, " pkt %v>%v", rec.PktSrc, rec.PktDst)
	}
	if rec.Region+rec.AZID+rec.PktSrcService+rec.PktDstService != "" || rec.Direction != DirectionNone {
		fmt.Fprintf(&b, " %s,%s %s>%s %v path %d", rec.Region, rec.AZID, rec.PktSrcService, rec.PktDstService, rec.Direction, rec.TrafficPath)
	}
	if rec.RejectReason != "" {
		fmt.Fprintf(&b, " for %s", rec.RejectReason)
	}
	if len(rec.Rest) > 0 {
		fmt.Fprintf(&b, " | %s", rec.Rest)
	}
	if !rec.Canonical {
		b.WriteString(" (as written)")
	}
	return b.String()
}

// outcome writes down all that a decoder yields, a line each.
func outcome(next func(*Record) error) string {
	var b strings.Builder
	var rec Record
	for {
		err := next(&rec)
		switch r, rejected := err.(*Rejection); {
		case err == nil:
			b.WriteString(brief(&rec) + "\n")
		case rejected:
			foreign := ""
			if r.Foreign {
				foreign = " foreign"
			}
			fmt.Fprintf(&b, "<%s%s %d*%d@%d> %s\n", r.Reason, foreign, r.Record, r.Records, r.Offset, r.Detail)
		default:
			b.WriteString(err.Error())
			return b.String()
		}
	}
}

// What is known to occur in files, each with what becomes of it.
func TestQuirks(t *testing.T) {
	f := func(name string, o Options, in string, want ...string) {
		t.Helper()
		d := NewDecoder(strings.NewReader(in), o)
		got := outcome(d.Next)
		if diff := cmp.Diff(strings.Join(append(want, "EOF"), "\n"), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	const (
		header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
		plain  = "v2 123456789012 eni-0a1b 192.0.2.10:49152>198.51.100.20:443/6 10p 8400b 1700000000-1700000059 ACCEPT OK"
		no     = "invalid IP"
	)
	// Headers and line breaks.
	f("header", Options{}, header+"\n"+line14+"\n", plain)
	f("no header", Options{}, line14+"\n", plain)
	f("no line break at the end", Options{}, header+"\n"+line14, plain)
	f("carriage returns", Options{}, header+"\r\n"+line14+"\r\n"+line14+"\r", plain, plain)
	f("byte order mark", Options{}, bom+header+"\n"+line14+"\n", plain)
	f("byte order mark, no header", Options{}, bom+line14+"\n", plain)
	f("blank lines", Options{}, "\n\n"+header+"\n \n"+line14+"\n\t\r\n\n"+line14+"\n\n", plain, plain)
	f("header only", Options{}, header+"\n")
	f("empty", Options{}, "")
	f("nothing but line breaks", Options{}, "\n\r\n\n")
	f("underscores", Options{}, strings.ReplaceAll(header, "-", "_")+"\n"+line14+"\n", plain)
	f("concatenated", Options{}, header+"\n"+line14+"\nstart interface-id bytes end\n1700000000 eni-9 7 1700000001\n"+header+"\n"+line14+"\n",
		plain, "v0  eni-9 invalid IP:0>invalid IP:0/0 0p 7b 1700000000-1700000001 - -", plain)
	f("concatenated with a mark", Options{}, header+"\n"+line14+"\n"+bom+header+"\n"+line14+"\n", plain, plain)

	// Formats.
	f("reordered", Options{}, "end start srcaddr dstaddr account-id\n1700000059 1700000000 192.0.2.1 192.0.2.2 123456789012\n",
		"v0 123456789012  192.0.2.1:0>192.0.2.2:0/0 0p 0b 1700000000-1700000059 - -")
	f("unknown names", Options{}, "start tag-of-tomorrow srcaddr end x\n1700000000 blue 192.0.2.1 1700000059 -\n",
		"v0   192.0.2.1:0>invalid IP:0/0 0p 0b 1700000000-1700000059 - - | blue -")
	f("more columns than the header", Options{}, header+"\n"+line14+" a b\n", plain+" | a b")
	f("fewer columns", Options{}, header+"\n2 123456789012 eni-0a1b\n"+line14+"\n", "<malformed-flow 0*1@115> 3 columns; want 14", plain)
	f("configured", Options{Format: "${start} ${end} ${srcaddr} ${log-status}"}, "1700000000 1700000059 192.0.2.1 OK\n",
		"v0   192.0.2.1:0>invalid IP:0/0 0p 0b 1700000000-1700000059 - OK")
	f("configured, bare names", Options{Format: "start srcaddr"}, "1700000000 192.0.2.1\n", "v0   192.0.2.1:0>invalid IP:0/0 0p 0b 1700000000-0 - -")
	f("a header beats the configuration", Options{Format: "start srcaddr"}, header+"\n"+line14+"\n", plain)
	f("twice the same column", Options{}, "start srcaddr srcaddr\n1700000000 192.0.2.1 192.0.2.2\n", "v0   192.0.2.1:0>invalid IP:0/0 0p 0b 1700000000-0 - - | 192.0.2.2")
	f("15 columns", Options{}, line14+" vpc-7\n", plain+" vpc-7,, flags 0 | vpc-7")
	f("15 columns, not the documented one", Options{}, line14+" us-east-1\n", plain+" | us-east-1")
	f("22 columns", Options{}, line14+" vpc-7 subnet-7 i-7 2 IPv4 10.0.0.1 10.0.0.2 us-east-1\n",
		plain+" vpc-7,subnet-7,i-7 flags 2 pkt 10.0.0.1>10.0.0.2 us-east-1, > - path 0 | vpc-7 subnet-7 i-7 2 IPv4 10.0.0.1 10.0.0.2 us-east-1")
	const v5 = " vpc-7 subnet-7 i-7 18 IPv4 10.0.0.1 10.0.0.2 us-east-1 use1-az5 - - AMAZON CLOUDFRONT ingress 1"
	f("29 columns", Options{}, line14+v5+"\n", plain+" vpc-7,subnet-7,i-7 flags 18 pkt 10.0.0.1>10.0.0.2 us-east-1,use1-az5 AMAZON>CLOUDFRONT ingress path 1 |"+v5)
	const v8 = " - - - - - - - - - - - - - egress - arn:aws:ecs:us-east-1:123456789012:cluster/c c - - 1 2 pay t u v BPA"
	f("40 columns", Options{}, line14+v8+"\n", plain+" , > egress path 0 for BPA |"+v8)
	f("42 columns and more", Options{}, line14+v8+" nat-1 1 x\n", plain+" , > egress path 0 for BPA |"+v8+" nat-1 1 x")
	f("mixed widths", Options{}, line14+"\n"+line14+" vpc-7\n"+line14+" x\n"+line14+"\n", plain, plain+" vpc-7,, flags 0 | vpc-7", plain+" | x", plain)
	f("transit gateway", Options{}, "version resource-type account-id tgw-id tgw-attachment-id srcaddr dstaddr start end log-status packets-lost-no-route\n"+
		"6 TransitGateway 123456789012 tgw-1 tgw-attach-1 192.0.2.1 192.0.2.2 1700000000 1700000059 OK 0\n",
		"v6 123456789012  192.0.2.1:0>192.0.2.2:0/0 0p 0b 1700000000-1700000059 - OK | TransitGateway tgw-1 tgw-attach-1 0")
	f("not AWS's order", Options{}, "1700000000 eni-1 192.0.2.1 192.0.2.2 OK\n",
		"<unknown-flow-format 0*1@0> a flow record without a header, in an order that is not AWS's: configure its format")

	// Values.
	f("account unknown", Options{}, "2 unknown eni-1 192.0.2.1 192.0.2.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK\n",
		"v2  eni-1 192.0.2.1:1>192.0.2.2:2/6 1p 40b 1700000000-1700000059 ACCEPT OK")
	f("account absent", Options{}, "2 - eni-1 192.0.2.1 192.0.2.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK\n",
		"v2  eni-1 192.0.2.1:1>192.0.2.2:2/6 1p 40b 1700000000-1700000059 ACCEPT OK (as written)")
	f("NODATA", Options{}, "2 123456789012 eni-1 - - - - - - - 1700000000 1700000059 - NODATA\n",
		"v2 123456789012 eni-1 "+no+":0>"+no+":0/0 0p 0b 1700000000-1700000059 - NODATA")
	f("SKIPDATA", Options{}, "2 123456789012 eni-1 - - - - - - - 1700000000 1700000059 - SKIPDATA\n",
		"v2 123456789012 eni-1 "+no+":0>"+no+":0/0 0p 0b 1700000000-1700000059 - SKIPDATA")
	f("NODATA with addresses", Options{}, "3 123456789012 - 2001:db8:: 192.0.2.2 42910 80 17 51 33615 1700000000 1700000021 REJECT NODATA\n",
		"v3 123456789012  2001:db8:::42910>192.0.2.2:80/17 51p 33615b 1700000000-1700000021 REJECT NODATA")
	f("ICMP", Options{}, "2 123456789012 eni-1 192.0.2.1 192.0.2.2 0 0 1 4 336 1700000000 1700000059 REJECT OK\n",
		"v2 123456789012 eni-1 192.0.2.1:0>192.0.2.2:0/1 4p 336b 1700000000-1700000059 REJECT OK")
	f("odd widths of times", Options{}, "2 64111117617 eni-1 192.0.2.1 192.0.2.2 1 2 6 1 40 164000066 1640000297 ACCEPT OK\n",
		"v2 64111117617 eni-1 192.0.2.1:1>192.0.2.2:2/6 1p 40b 164000066-1640000297 ACCEPT OK")
	f("other white space", Options{}, " "+strings.ReplaceAll(line14, " ", "\t")+"  \n", plain+" (as written)")
	f("leading zeros", Options{}, "2 123456789012 eni-1 192.0.2.1 192.0.2.2 080 2 6 1 40 1700000000 1700000059 ACCEPT OK\n",
		"v2 123456789012 eni-1 192.0.2.1:80>192.0.2.2:2/6 1p 40b 1700000000-1700000059 ACCEPT OK (as written)")
	f("a long form of IPv6", Options{}, "2 123456789012 eni-1 2001:0db8::1 2001:db8::2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK\n",
		"v2 123456789012 eni-1 2001:db8::1:1>2001:db8::2:2/6 1p 40b 1700000000-1700000059 ACCEPT OK (as written)")
	f("no time", Options{}, header+"\n2 123456789012 eni-1 192.0.2.1 192.0.2.2 1 2 6 1 40 - - ACCEPT OK\n", "<no-flow-time 0*1@115> neither start nor end")
	f("milliseconds", Options{}, header+"\n2 123456789012 eni-1 192.0.2.1 192.0.2.2 1 2 6 1 40 1700000000000 - ACCEPT OK\n", `<malformed-flow 0*1@115> start is "1700000000000"`)
	f("only an end", Options{}, "srcaddr end\n192.0.2.1 1700000059\n", "v0   192.0.2.1:0>"+no+":0/0 0p 0b 0-1700000059 - -")
	for _, bad := range [][2]string{{"49152", "65536"}, {"443", "-1"}, {" 6 ", " 256 "}, {"192.0.2.10", "192.0.2.010"}, {"198.51.100.20", "198.51.100.256"}, {"8400", "8e3"}, {"ACCEPT", "accept"}, {"OK", "ok"}} {
		want := `is "` + strings.TrimSpace(bad[1]) + `"`
		d := NewDecoder(strings.NewReader(header+"\n"+strings.Replace(line14, bad[0], bad[1], 1)+"\n"+line14+"\n"), Options{})
		if got := outcome(d.Next); !strings.HasPrefix(got, "<malformed-flow 0*1@115> ") || !strings.Contains(got, want) || !strings.HasSuffix(got, plain+"\nEOF") {
			t.Errorf("%s in place of %s: %s", bad[1], bad[0], got)
		}
	}

	// Cut off and mixed up.
	f("cut inside a line", Options{}, header+"\n"+line14+"\n"+line14[:60], plain, "<truncated 1*1@216> the object ends inside a line")
	f("cut inside the last value", Options{}, header+"\n"+line14[:len(line14)-1], "<truncated 0*1@115> the object ends inside a line")
	f("cut, no header", Options{}, line14+"\n"+line14[:20], plain, "<truncated 1*1@101> the object ends inside a line")
	f("a bad value in an unfinished line", Options{}, header+"\n"+strings.Replace(line14, "443", "x", 1), `<malformed-flow 0*1@115> dstport is "x"`)
	f("a comment first", Options{}, "# my flow logs\n# of May\n"+line14+"\n", "<not-vpcflow foreign 0*2@0> no flow record", plain)
	f("a comment, then a header", Options{}, "# my flow logs\n"+header+"\n"+line14+"\n", "<not-vpcflow foreign 0*1@0> no flow record", plain)
	f("a comment between", Options{}, line14+"\n# more\n"+line14+"\n", plain, "<not-vpcflow foreign 1*1@101> no flow record", plain)
	f("a bad line first", Options{}, strings.Replace(line14, "443", "x", 1)+"\n"+line14+"\n", `<malformed-flow 0*1@0> dstport is "x"`, plain)

	// No flow logs.
	f("JSON", Options{}, `{"Records":[]}`, "<not-vpcflow foreign 0*1@0> looks like JSON")
	f("a list", Options{}, "\n [1]", "<not-vpcflow foreign 0*1@0> looks like JSON")
	f("XML", Options{}, "<?xml version=\"1.0\"?>\n<a/>\n", "<not-vpcflow foreign 0*1@0> looks like text/xml; charset=utf-8")
	f("an image", Options{}, "\x89PNG\x0D\x0A\x1A\x0A\x00\x00", "<not-vpcflow foreign 0*1@0> looks like image/png")
	f("UTF-16", Options{}, "\xff\xfe2\x00 \x001\x00", "<not-vpcflow foreign 0*1@0> looks like text/plain; charset=utf-16le")
	f("a text", Options{}, "Call me\nIshmael.\nSome years", "<not-vpcflow foreign 0*1@0> no flow record, the first of 3 lines")
	f("a text, with a format", Options{Format: "start end"}, "Call me\nIshmael.\n", `<not-vpcflow foreign 0*1@0> start is "Call", the first of 2 lines`)
	f("a long text", Options{}, strings.Repeat("Ishmael\n", 1000), "<not-vpcflow foreign 0*1@0> no flow record in the first 100 lines")
	f("CSV", Options{}, "account_id,action,az_id\n123456789012,REJECT,use1-az1\n", "<not-vpcflow foreign 0*1@0> no flow record, the first of 2 lines")
	f("an access log", Options{}, `192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326`+"\n", "<not-vpcflow foreign 0*1@0> no flow record")
}

func TestIsHeader(t *testing.T) {
	f := func(line string, want bool) {
		t.Helper()
		if got := IsHeader([]byte(line)); got != want {
			t.Errorf("%q: %v; want %v", line, got, want)
		}
	}
	f("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status", true)
	f("account_id\tinterface_id", true)
	f("srcaddr dstaddr", true)
	f("srcaddr new-1 dstaddr new-2", true)
	f("srcaddr new-1 dstaddr new-2 new-3", false)
	f("tgw-id start", true)
	f("start end action type", false) // could be prose
	f("srcaddr", false)
	f("", false)
	f("Version Account-Id", true)
	f("SRCADDR DSTADDR Some.Name", true)
	f("srcAddr dstAddr interfaceId", true)
	f("srcaddr,dstaddr", false)
	f("srcaddr dstaddr srcport:", false)
	f(line14, false)
	f("srcaddr dstaddr "+strings.Repeat("srcport ", maxColumns), false)
	f("srcaddr dstaddr "+strings.Repeat("x", maxName+1), false)
}

func TestLooksLike(t *testing.T) {
	for i, line := range seedLines {
		if got, want := LooksLike([]byte(line)), strings.Count(line, " ") >= 13 && line[0] != '-' && !strings.Contains(line, "accept") &&
			!strings.Contains(line, "DONE") && !strings.Contains(line, "srcaddr") && !strings.Contains(line, "GET") &&
			!strings.Contains(line, "1700000000000"); got != want && line[0] != ' ' {
			t.Errorf("line %d, %q: %v; want %v", i, line, got, want)
		}
	}
	for _, line := range []string{
		`{"version":2,"account_id":"123456789012"}`,
		"2,123456789012,eni-0a1b,192.0.2.10,198.51.100.20,49152,443,6,10,8400,1700000000,1700000059,ACCEPT,OK",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14",
		"2024-01-02 12:00:00 1 2 3 4 5 6 7 8 9 10 ACCEPT OK",
		"a b c d e f g h i j k l m n",
	} {
		if LooksLike([]byte(line)) {
			t.Errorf("%q looks like a flow record", line)
		}
	}
}

func TestParseFormat(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		got, err := ParseFormat(text)
		if err != nil || got.String() != want {
			t.Errorf("%q: %v, %v; want %q", text, got, err, want)
		}
		if err == nil {
			if again, err := ParseFormat(got.String()); err != nil || again.String() != want {
				t.Errorf("%q again: %v, %v", text, again, err)
			}
		}
	}
	f("${version} ${account-id}", "version account-id")
	f(" version\taccount_id\n", "version account-id")
	f("${version} x", "version x")
	f("Version accountId SRCADDR pktDstAddr Own_Name x.Y", "version account-id srcaddr pkt-dstaddr Own-Name x.Y")
	for _, bad := range []string{"", " ", "${version", "version}", "$version", "${}", "1", "a,b", strings.Repeat("a ", maxColumns+1), strings.Repeat("a", maxName+1)} {
		if got, err := ParseFormat(bad); err == nil {
			t.Errorf("%.70q: %v; want an error", bad, got)
		}
	}
}
