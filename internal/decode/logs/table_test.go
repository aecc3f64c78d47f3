package logs

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

const columns = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

var tables = []struct {
	name, in string
	want     []string // the raw records, or reasons
}{
	{"commas", commas(columns) + "\n" + commas(line) + "\n", []string{line}},
	{"quoted names of Athena", quoted(strings.ReplaceAll(columns, "-", "_")) + "\n" + quoted(line) + "\n", []string{line}},
	{"an older table of Athena's", "\"version\",\"account\",\"interfaceid\",\"sourceaddress\",\"destinationaddress\",\"sourceport\",\"destinationport\"," +
		"\"protocol\",\"numpackets\",\"numbytes\",\"starttime\",\"endtime\",\"action\",\"logstatus\"\n" + quoted(line), []string{line}},
	{"semicolons, a byte order mark and CRLF", "\ufeff" + strings.ReplaceAll(columns, " ", ";") + "\r\n" + strings.ReplaceAll(line, " ", ";") + "\r\n", []string{line}},
	{"another order, unknown names and empty cells", "srcAddr,dstAddr,start,end,action,date,interfaceId\n203.0.113.7,10.0.0.5,1767323045,,REJECT,Jan 2,\n",
		[]string{"203.0.113.7 10.0.0.5 1767323045 - REJECT Jan_2 -"}},
	{"the header once more", commas(columns) + "\n" + commas(line) + "\n" + commas(columns) + "\n" + commas(line) + "\n", []string{line, line}},
	{"a bad row", "srcaddr,dstaddr,start,action\nx,10.0.0.5,1767323045,ACCEPT\n1.2.3.4,10.0.0.5\n1.2.3.4,10.0.0.5,1767323045,ACCEPT\n",
		[]string{"malformed-flow", "malformed-csv", "1.2.3.4 10.0.0.5 1767323045 ACCEPT"}},
	{"a quote that is not closed", commas(columns) + "\n\"" + commas(line) + "\n" + commas(line) + "\n", []string{"malformed-csv", line}},
	{"a cell cannot bring columns of its own", "srcaddr,dstaddr,start,end,action\n1.2.3.4,10.0.0.5,1767323045 1767323105,ACCEPT,ACCEPT\n", []string{"malformed-flow"}},
	{"no time", "srcaddr,dstaddr,action\n1.2.3.4,10.0.0.5,ACCEPT\n", []string{"not-json"}},
	{"tabs", strings.ReplaceAll(columns, " ", "\t") + "\n" + strings.ReplaceAll(line, " ", "\t") + "\n", []string{strings.ReplaceAll(line, " ", "\t")}},

	{"messages of CloudWatch Logs", "@timestamp,@message,@logStream\n2026-01-02 03:04:05.000," + line + ",s\n2026-01-02 03:04:05.000," + cell(trail) + ",s\n" +
		"2026-01-02 03:04:05.000,,s\n2026-01-02 03:04:05.000,hello,s\n2026-01-02 03:04:05.000," + cell(`{"Records":[`+audit+`,`+duty+`]}`) + ",s\n",
		[]string{line, trail, "malformed-csv", "unrecognized", audit, duty}},

	{"an export of CloudWatch Logs, flow lines", export(line, line), []string{line, line}},
	{"with a header", export(columns, line), []string{line}},
	{"of audit events, several lines each", export(strings.Replace(audit, ",", ",\n ", 1), audit), []string{strings.Replace(audit, ",", ",\n ", 1), audit}},
	{"without an end", strings.TrimSpace(export(trail)), []string{trail}},
	{"of something else", export("hello", line), []string{"not-json"}},
	{"no stamp", "2026-01-02T03:04:05 " + line, []string{"not-json"}},

	{"names in other spellings", "Version accountId INTERFACE_ID srcAddr dstAddr srcPort dstPort protocol packets bytes start end action logStatus Own.Name\n" + line + " x\n", []string{line + " x"}},

	{"gzip in gzip", "\x1f\x8b\x08\x00", []string{"unknown-container"}},
	{"xz", "\xfd7zXZ\x00\x00", []string{"unknown-container"}},
	{"bzip2", "BZh91AY&SY", []string{"unknown-container"}},
	{"zip", "PK\x03\x04\x14\x00", []string{"unknown-container"}},
	{"tar", "a.json" + strings.Repeat("\x00", 251) + "ustar\x0000", []string{"unknown-container"}},
	{"UTF-16 with a mark", "\xff\xfe{\x00", []string{"unknown-container"}},
	{"UTF-16 without", "{\x00\"\x00R\x00e\x00c\x00o\x00r\x00d\x00s\x00", []string{"unknown-container"}},
	{"UTF-16, the other way round", "\x00{\x00\"\x00R\x00e\x00c\x00o\x00r\x00d", []string{"unknown-container"}},
	{"zeros", strings.Repeat("\x00", 100), []string{"not-json"}},
	{"a Parquet file that is none", "PAR1xxxxxxxx\x10\x00\x00\x00PAR1", []string{"malformed-parquet"}},
}

func commas(s string) string { return strings.ReplaceAll(s, " ", ",") }

func quoted(s string) string { return `"` + strings.ReplaceAll(s, " ", `","`) + `"` }

func export(messages ...string) (out string) {
	for _, m := range messages {
		out += "2026-01-02T03:04:06.123Z " + m + "\n"
	}
	return out
}

func TestTables(t *testing.T) {
	t.Parallel()
	r := NewReader(Options{})
	defer r.Close()
	for _, c := range tables {
		var got []string
		r.Reset(strings.NewReader(c.in), Context{})
		for len(got) < 10 {
			var rec Record
			err := r.Next(&rec)
			if errors.Is(err, io.EOF) {
				break
			}
			if rejection, ok := errors.AsType[*decode.Rejection](err); ok {
				got = append(got, string(rejection.Reason))
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(rec.Raw))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A table of another kind is not read as one that was not asked for.
func TestTablesOfOneKind(t *testing.T) {
	t.Parallel()
	f := func(kind decode.Kind, in string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, read(t, NewReader(Options{Kind: kind}), in, Context{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
	flows, trails := commas(columns)+"\n"+commas(line)+"\n", "eventJson\n"+cell(trail)+"\n"
	f(decode.KindVPCFlow, flows, "vpcflow")
	f(decode.KindVPCFlow, export(line), "vpcflow")
	f(decode.KindCloudTrail, flows, "-1 not-json")
	f(decode.KindCloudTrail, trails, "cloudtrail")
	f(decode.KindEKSAudit, export(audit), "eksaudit")
	f(decode.KindEKSAudit, "@message\n"+cell(audit)+"\n", "-1 not-json") // one column alone
	f(decode.KindEKSAudit, "@timestamp,@message\nt,"+cell(audit)+"\nt,"+cell(trail)+"\n", "eksaudit", "-1 not-eksaudit")
}

func FuzzStampLength(f *testing.F) {
	for _, s := range []string{"2026-01-02T03:04:05.000Z x", "2026-01-02T03:04:05Z {", "2026-01-02T03:04:05.Z ", "2026-01-02T03:04:05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := stampLength([]byte(s))
		if n < 0 || n > len(s) || n > stampMost || n > 0 && (s[n-2:n] != "Z " || stampLength([]byte(s[:n])) != n) {
			t.Errorf("%q: %d", s, n)
		}
		// Whatever lies behind, only the beginnings of lines are taken away.
		out, err := io.ReadAll(newUnstamped(strings.NewReader(s)))
		if err != nil {
			t.Errorf("%q: %q, %v", s, out, err)
		}
		var want strings.Builder
		for line := range strings.SplitAfterSeq(s, "\n") {
			want.WriteString(line[stampLength([]byte(line)):])
		}
		if string(out) != want.String() {
			t.Errorf("%q: %q; want %q", s, out, want.String())
		}
	})
}
