package vpcflow

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// reference reads a line the plain way: strings.Fields, strconv and
// netip.ParseAddr.
func reference(line string, f *Format) (Record, decode.Reason) {
	words := strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' })
	if f != nil {
		rec, reason, _ := referenceLine(line, words, f.Names())
		return rec, reason
	}
	if len(words) >= defaultColumns {
		rec, reason, fits := referenceLine(line, words, documented[:min(len(words), len(documented))])
		if reason == "" && !fits {
			rec, reason, _ = referenceLine(line, words, documented[:defaultColumns])
		}
		if reason == "" && rec.Has&HasVersion != 0 {
			return rec, ""
		}
		if reason != "" && LooksLike([]byte(line)) {
			return rec, reason
		}
	}
	ends, times, said := 0, 0, 0
	for _, w := range words {
		if a, err := netip.ParseAddr(w); err == nil && a.Zone() == "" || strings.HasPrefix(w, "eni-") {
			ends++
		}
		if _, err := strconv.ParseUint(w, 10, 64); err == nil && (len(w) == 9 || len(w) == 10) {
			times++
		}
		if slices.Contains([]string{"ACCEPT", "REJECT", "OK", "NODATA", "SKIPDATA"}, w) {
			said++
		}
	}
	if ends > 0 && times > 0 && times+said > 1 {
		return Record{}, ReasonUnknownFormat
	}
	return Record{}, ReasonNotVPCFlow
}

// referenceLine reads a line whose columns are named.
func referenceLine(line string, words, names []string) (rec Record, reason decode.Reason, fits bool) {
	if len(words) < len(names) {
		return Record{}, ReasonMalformed, false
	}
	rec = Record{Raw: []byte(line), Format: newFormat(names)}
	fits = true
	var rebuilt, rest []string
	number := func(w string, limit uint64, there Columns) uint64 {
		n, err := strconv.ParseUint(w, 10, 64)
		if err != nil || n > limit || w[0] == '+' || len(w) > 20 {
			reason = ReasonMalformed
		}
		rec.Has |= there
		rebuilt = append(rebuilt, strconv.FormatUint(n, 10))
		return n
	}
	addr := func(w string) netip.Addr {
		a, err := netip.ParseAddr(w)
		if err != nil || a.Zone() != "" {
			return netip.Addr{}
		}
		return a
	}
	stored := func(w string) netip.Addr {
		a := addr(w)
		if !a.IsValid() {
			reason = ReasonMalformed
		}
		rebuilt = append(rebuilt, a.String())
		return a
	}
	text := func(w string) string { rebuilt = append(rebuilt, w); return w }
	other := func(w string, ok bool) string { fits = fits && ok; return w }
	seen := map[string]bool{}
	for i, w := range words {
		name := "beyond"
		if i < len(names) && !seen[names[i]] {
			name = names[i]
		}
		seen[name] = true
		if slices.Index(documented, name) < 0 || slices.Index(documented, name) >= defaultColumns {
			rest = append(rest, w)
			rebuilt = append(rebuilt, w)
		}
		if w == "-" {
			if i := slices.Index(documented, name); name == "account-id" {
				rebuilt = append(rebuilt, "unknown")
			} else if i >= 0 && i < defaultColumns {
				rebuilt = append(rebuilt, "-")
			}
			continue
		}
		switch name {
		case "version":
			rec.Version = uint8(number(w, 255, HasVersion))
		case "account-id":
			if text(w) != "unknown" {
				rec.AccountID = w
			}
		case "interface-id":
			rec.InterfaceID = text(w)
		case "srcaddr":
			rec.Src = stored(w)
		case "dstaddr":
			rec.Dst = stored(w)
		case "srcport":
			rec.SrcPort = uint16(number(w, 65535, HasSrcPort))
		case "dstport":
			rec.DstPort = uint16(number(w, 65535, HasDstPort))
		case "protocol":
			rec.Protocol = uint8(number(w, 255, HasProtocol))
		case "packets":
			rec.Packets = number(w, 1<<64-1, HasPackets)
		case "bytes":
			rec.Bytes = number(w, 1<<64-1, HasBytes)
		case "start":
			rec.Start = int64(number(w, maxTime, HasStart))
		case "end":
			rec.End = int64(number(w, maxTime, HasEnd))
		case "action":
			rec.Action = Action(slices.Index([]string{"", "ACCEPT", "REJECT"}, text(w)))
			if w != "ACCEPT" && w != "REJECT" {
				reason = ReasonMalformed
			}
		case "log-status":
			rec.Status = Status(slices.Index([]string{"", "OK", "NODATA", "SKIPDATA"}, text(w)))
			if w != "OK" && w != "NODATA" && w != "SKIPDATA" {
				reason = ReasonMalformed
			}
		case "vpc-id":
			rec.VPCID = other(w, strings.HasPrefix(w, "vpc-"))
		case "subnet-id":
			rec.SubnetID = other(w, strings.HasPrefix(w, "subnet-"))
		case "instance-id":
			rec.InstanceID = other(w, strings.HasPrefix(w, "i-"))
		case "tcp-flags":
			n, err := strconv.ParseUint(w, 10, 16)
			if ok := err == nil && len(w) <= 20; ok {
				rec.TCPFlags, rec.Has = uint16(n), rec.Has|HasTCPFlags
			} else {
				other(w, false)
			}
		case "type":
			other(w, w == "IPv4" || w == "IPv6" || w == "EFA")
		case "pkt-srcaddr":
			rec.PktSrc = addr(w)
			other(w, rec.PktSrc.IsValid())
		case "pkt-dstaddr":
			rec.PktDst = addr(w)
			other(w, rec.PktDst.IsValid())
		case "region":
			rec.Region = w
		case "az-id":
			rec.AZID = w
		case "pkt-src-aws-service":
			rec.PktSrcService = w
		case "pkt-dst-aws-service":
			rec.PktDstService = w
		case "flow-direction":
			rec.Direction = map[string]Direction{"ingress": Ingress, "egress": Egress}[w]
			other(w, rec.Direction != DirectionNone)
		case "traffic-path":
			n, err := strconv.ParseUint(w, 10, 8)
			if err != nil || len(w) > 20 {
				n = 0
				other(w, false)
			}
			rec.TrafficPath = uint8(n)
		case "reject-reason":
			rec.RejectReason = w
		}
	}
	if reason == "" && rec.Has&(HasStart|HasEnd) == 0 {
		reason = ReasonNoTime
	}
	if reason != "" {
		return Record{}, reason, false
	}
	rec.Rest = []byte(strings.Join(rest, " "))
	rec.Canonical = strings.Join(rebuilt, " ") == line
	return rec, "", fits
}

// sameRecord compares records; an empty Rest may be nil.
var sameRecord = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b *Format) bool { return a == b || a != nil && b != nil && a.String() == b.String() }),
	cmp.Comparer(func(a, b []byte) bool { return string(a) == string(b) }),
}

// checkLine reads line in both ways.
func checkLine(t *testing.T, p *Parser, line string, f *Format) {
	t.Helper()
	want, reason := reference(line, f)
	var got Record
	err := p.Line([]byte(line), f, &got)
	if gotReason := reasonOf(err); gotReason != reason {
		t.Fatalf("%q: %v; the reference says %q", line, err, reason)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(want, got, sameRecord); diff != "" {
		t.Fatalf("%q: the reference says otherwise (-):\n%s", line, diff)
	}
	if rebuilt := string(AppendLine(nil, &got)); got.Canonical != (rebuilt == line) {
		t.Fatalf("%q: canonical is %v, but it is rebuilt as %q", line, got.Canonical, rebuilt)
	}
	if LooksLike([]byte(line)) && IsHeader([]byte(line)) {
		t.Fatalf("%q is a record and a header", line)
	}
}

func reasonOf(err error) decode.Reason {
	if err == nil {
		return ""
	}
	return err.(*Rejection).Reason
}

// FuzzLine compares the parser with the reference, in AWS's order, in another
// order, and with unknown and doubled columns.
func FuzzLine(f *testing.F) {
	for _, line := range seedLines {
		f.Add(line)
	}
	shuffled, err := ParseFormat("${end} ${instance-id} ${srcaddr} ${new-in-2030} ${account-id} ${start} ${srcaddr} ${tcp-flags} ${bytes} ${pkt-dstaddr} ${traffic-path} ${version}")
	if err != nil {
		f.Fatal(err)
	}
	short, err := ParseFormat("interface-id start dstport log-status ecs-task-id")
	if err != nil {
		f.Fatal(err)
	}
	var p Parser // with a memory: it must not matter
	f.Fuzz(func(t *testing.T, line string) {
		for _, format := range []*Format{nil, DefaultFormat(), shuffled, short} {
			checkLine(t, &p, line, format)
		}
	})
}

// FuzzAddress compares with netip.ParseAddr.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "01.2.3.4", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1..2.3", "::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
		"::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", "12345::", "g::", "::ffff:1.2.3.4", "::FFFF:102:304", "fe80::1%eth0", ":::", "1:::2", "0:0:0:0:0:0:0:0", "1:2:3:4:5:6:7:8::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := netip.ParseAddr(s)
		good := err == nil && want.Zone() == ""
		got, v := address([]byte(s))
		if good != (v <= inexact) || good && got != want || good && (v == exact) != (want.String() == s) {
			t.Fatalf("%q: %v, %d; netip says %v, %v", s, got, v, want, err)
		}
	})
}

// FuzzNumber compares with strconv.ParseUint.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "00", "7", "65535", "65536", "18446744073709551615", "18446744073709551616", "99999999999999999999", "-1", "+1", "1_0", ""} {
		f.Add(s, uint64(1<<64-1))
		f.Add(s, uint64(65535))
	}
	f.Fuzz(func(t *testing.T, s string, limit uint64) {
		want, err := strconv.ParseUint(s, 10, 64)
		good := err == nil && want <= limit && len(s) <= 20
		got, v := number([]byte(s), limit)
		if good != (v <= inexact) || good && (got != want || (v == exact) != (strconv.FormatUint(want, 10) == s)) {
			t.Fatalf("%q up to %d: %d, %d; strconv says %d, %v", s, limit, got, v, want, err)
		}
	})
}

// seedLines are lines of all kinds, good and bad.
var seedLines = []string{
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 0 0 1 4 336 1700000000 1700000059 REJECT OK",
	"2 123456789012 eni-0a1 2001:db8::1 2001:db8:0:1::2 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 2001:DB8::0001 ::ffff:192.0.2.1 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK",
	"2 unknown eni-0a1 192.0.2.1 198.51.100.2 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK",
	"2 - eni-0a1 192.0.2.1 198.51.100.2 49152 443 6 10 8400 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 - - - - - - - 1700000000 1700000059 - NODATA",
	"2 123456789012 eni-0a1 - - - - - - - 1700000000 1700000059 - SKIPDATA",
	"3 123456789012 - 2001:db8:: 192.0.2.1 42910 80 17 51 33615 1700000000 1700000021 REJECT NODATA",
	"3 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK vpc-1",
	"4 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK vpc-1 subnet-1 i-1 2 IPv4 10.0.0.1 10.0.0.2 us-east-1",
	"5 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK vpc-1 subnet-1 i-1 19 IPv4 10.0.0.1 10.0.0.2 us-east-1 use1-az1 wavelength wl-1 S3 - egress 8",
	"8 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 REJECT OK vpc-1 subnet-1 - 0 EFA - - us-east-1 use1-az1 - - - CLOUDFRONT ingress - arn:aws:ecs:us-east-1:123456789012:cluster/c c - - 1 2 s t u v BPA",
	"10 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 REJECT OK - - - - - - - - - - - - - - - - - - - - - - - - - EC tgw-1 1 one more",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK us-east-1 vpc-1",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 70000 2 6 1 40 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.02 1 2 6 1 40 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 256 1 40 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 01 2 6 1 18446744073709551616 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 01 2 6 1 18446744073709551615 1700000000 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000000 1700000059000 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 - - ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 - 1700000059 ACCEPT OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 accept OK",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT DONE",
	" 2 123456789012\teni-0a1  192.0.2.1 198.51.100.2 1 2 6 1 40 1700000000 1700000059 ACCEPT OK vpc-1 ",
	"2 123456789012 eni-0a1 192.0.2.1 198.51.100.2",
	"1700000059 i-1 192.0.2.1 x 123456789012 1700000000 10.0.0.1 2 40 10.0.0.2 7 5 more",
	"eni-0a1 1700000000 443 OK -",
	"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
	"- - - - - - - - - - - - - -",
	"", "-", " \t", "a", `{"srcaddr":"192.0.2.1"}`,
	`192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326 "-" "curl/8.0"`,
}

// The seeds, and each of their prefixes, through both.
func TestLineAgainstReference(t *testing.T) {
	var p Parser
	for _, line := range seedLines {
		for n := range len(line) + 1 {
			checkLine(t, &p, line[:n], nil)
			checkLine(t, &p, line[:n], DefaultFormat())
		}
	}
}
