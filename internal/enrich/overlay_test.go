package enrich

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const overlayHeader = "cidr,country,region,city,latitude,longitude,asn,aso\n"

func TestOverlay(t *testing.T) {
	t.Parallel()
	first := writeFile(t, "first.csv", []byte("\xef\xbb\xbf"+strings.ToUpper(overlayHeader)+
		"# home of the simulated company\r\n"+
		"192.0.2.0/24,NL,North Holland,Amsterdam,52.3676,4.9041,64500,Example Office B.V.\r\n"+
		"192.0.2.128/25,DE,,Berlin,,,AS64501,Example ISP\r\n"+
		`2001:db8::/32, us ,"Washington, D.C.",,,,,`+"\n"+
		"8.8.8.8,FR,,,,,,\n"+
		"133.11.0.0/16,,,,,,64502,Example University\n"+
		"0.0.0.0/0,,,,,,,Everybody\n"+
		"141.20.1.1,CH,,,,,,\n"))
	second := writeFile(t, "second.csv", []byte(overlayHeader+"141.20.1.1,AT,,Wien,,,,\n"))
	asn := writeFile(t, "asn.mmdb", buildMMDB("ASN", 6, map[string]any{"8.8.8.0/24": flatASN, "133.11.0.0/16": flatASN}))
	e := open(t, Options{ASNDB: []string{asn}, Overlay: []string{first, second}})

	f := func(ip string, want Place) {
		t.Helper()
		if diff := cmp.Diff(want, e.Lookup(netip.MustParseAddr(ip))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ip, diff)
		}
	}
	f("192.0.2.7", Place{
		Country: "NL", CountryName: "Netherlands", Region: "North Holland", City: "Amsterdam",
		Latitude: 52.4, Longitude: 4.9, HasCoordinates: true, ASN: 64500, ASO: "Example Office B.V.",
	})
	f("192.0.2.128", Place{Country: "DE", CountryName: "Germany", City: "Berlin", ASN: 64501, ASO: "Example ISP"})
	f("2001:db8:1::1", Place{Country: "US", CountryName: "United States", Region: "Washington, D.C."})
	f("8.8.8.8", Place{Country: "FR", CountryName: "France", ASN: 64500, ASO: "Example Hosting B.V."}) // ASN from the database
	f("133.11.0.1", Place{Country: "JP", CountryName: "Japan", ASN: 64502, ASO: "Example University"}) // country from the database
	f("193.0.6.139", Place{Country: "NL", CountryName: "Netherlands", ASO: "Everybody"})
	f("198.51.100.7", Place{ASO: "Everybody"}) // a documentation range: overlay only
	f("141.20.1.1", Place{Country: "AT", CountryName: "Austria", City: "Wien"})
	f("10.0.0.1", Place{}) // not even 0.0.0.0/0
	f("2001:4860:4860::8888", Place{Country: "US", CountryName: "United States"})

	if got := e.Version(); !strings.HasPrefix(got, "overlay sha256:") || strings.Count(got, "overlay") != 2 {
		t.Errorf("Version = %q, want two overlays first", got)
	}
}

func TestOverlayCapabilities(t *testing.T) {
	t.Parallel()
	f := func(row string, want bool) {
		t.Helper()
		e := open(t, Options{Overlay: []string{writeFile(t, "geo.csv", []byte(overlayHeader+row))}})
		if e.HasASN() != want {
			t.Errorf("%q: HasASN = %v, want %v", row, e.HasASN(), want)
		}
	}
	f("", false)
	f("192.0.2.0/24,NL,,,,,,\n", false)
	f("192.0.2.0/24,NL,,Amsterdam,,,,\n", false)
	f("192.0.2.0/24,,,,,,64500,Example\n", true)
}

func TestOverlayFaults(t *testing.T) {
	t.Parallel()
	f := func(name, data, want string) {
		t.Helper()
		rows, err := parseOverlay("geo.csv", []byte(data))
		if err == nil {
			t.Errorf("%s: %d rows, want the error %q", name, len(rows), want)
		} else if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	row := func(name, line, want string) {
		t.Helper()
		f(name, overlayHeader+"192.0.2.0/24,NL,,,,,,\n"+line+"\n", "overlay geo.csv:3:"+want)
	}
	columns := `"cidr,country,region,city,latitude,longitude,asn,aso"`
	f("empty", "", "overlay geo.csv is empty; its first line must be "+columns)
	f("comments only", "# nothing\n", "overlay geo.csv is empty; its first line must be "+columns)
	f("no header", "192.0.2.0/24,NL,,,,,,\n", "overlay geo.csv:1:1: the first line must be "+columns)
	f("other columns", "cidr,country\n", "overlay geo.csv:1:1: the first line must be "+columns)
	f("open quote in the header", "\"cidr", `overlay geo.csv:1:6: extraneous or missing " in quoted-field`)

	row("few fields", "198.51.100.0/24,NL", "1: 2 fields, want 8: cidr,country,region,city,latitude,longitude,asn,aso")
	row("many fields", "198.51.100.0/24,NL,,,,,,,", "1: 9 fields, want 8: cidr,country,region,city,latitude,longitude,asn,aso")
	row("no cidr", ",NL,,,,,,", `1: cidr: "" is not an address or a CIDR such as 192.0.2.0/24`)
	row("octet", "192.0.2.256/32,NL,,,,,,", `1: cidr: "192.0.2.256/32" is not an address or a CIDR such as 192.0.2.0/24`)
	row("length", "192.0.2.0/33,NL,,,,,,", `1: cidr: "192.0.2.0/33" is not an address or a CIDR such as 192.0.2.0/24`)
	row("zone", "fe80::1%eth0,NL,,,,,,", `1: cidr: "fe80::1%eth0" is not an address or a CIDR such as 192.0.2.0/24`)
	row("mapped", "::ffff:192.0.2.0/120,NL,,,,,,", "1: cidr: ::ffff:192.0.2.0/120 is IPv4 in IPv6; write it as IPv4")
	row("host bits", "198.51.100.7/24,NL,,,,,,", "1: cidr: 198.51.100.7/24 has bits behind its length; 198.51.100.0/24 is meant?")
	row("private", "10.1.0.0/16,NL,,,,,,",
		"1: cidr: 10.1.0.0/16 is private or special: such addresses have no place on the Internet and are never looked up")
	row("twice", "192.0.2.0/24,DE,,,,,,", "1: cidr: 192.0.2.0/24 was on line 2 before")
	row("country name", "198.51.100.0/24,Netherlands,,,,,,", `17: country: "Netherlands" is not an ISO 3166-1 code of two letters`)
	row("no such country", "198.51.100.0/24,QQ,,,,,,", `17: country: "QQ" is not an ISO 3166-1 code of two letters`)
	row("city alone", "198.51.100.0/24,,,Delft,,,,", "17: country: empty beside a city")
	row("nothing said", "198.51.100.0/24,,,,,,,", "17: country: neither a country nor an organization: the line says nothing")
	row("latitude", "198.51.100.0/24,NL,,,90.1,4,,", `22: latitude: "90.1" is not a number of degrees from -90 to 90`)
	row("latitude is not a number", "198.51.100.0/24,NL,,,NaN,4,,", `22: latitude: "NaN" is not a number of degrees from -90 to 90`)
	row("latitude alone", "198.51.100.0/24,NL,,,52,,,", `25: longitude: "" is not a number of degrees from -180 to 180`)
	row("longitude alone", "198.51.100.0/24,NL,,,,4,,", `22: latitude: "" is not a number of degrees from -90 to 90`)
	row("asn", "198.51.100.0/24,NL,,,,,ASX,X", `24: asn: "ASX" is not an autonomous system number from 1 to 4294967295`)
	row("asn alone", "198.51.100.0/24,NL,,,,,64500,", "30: aso: empty beside an ASN; NEW_ASO compares organizations")
	row("escape", "198.51.100.0/24,NL,,\x1b[2J,,,,",
		`21: city: "\x1b[2J" is longer than 256 bytes, not UTF-8 or has control characters`)
	row("latin-1", "198.51.100.0/24,NL,,K\xf6ln,,,,",
		`21: city: "K\xf6ln" is longer than 256 bytes, not UTF-8 or has control characters`)
	row("long", "198.51.100.0/24,NL,,"+strings.Repeat("a", 257)+",,,,",
		`21: city: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is longer than 256 bytes, not UTF-8 or has control characters`)

	f("broken quote", overlayHeader+"x,NL,,,,,,\n198.51.100.0/24,NL,,\"A\" b,,,,\n192.0.2.0/24,NL,,,,,,\n",
		`overlay geo.csv:2:1: cidr: "x" is not an address or a CIDR such as 192.0.2.0/24`+"\n"+
			`overlay geo.csv:3:23: extraneous or missing " in quoted-field`)
	f("several", overlayHeader+"x,NL,,,,,,\n192.0.2.0/24,NL,,,,,,\n\n192.0.2.9,N,,,,,,\n",
		`overlay geo.csv:2:1: cidr: "x" is not an address or a CIDR such as 192.0.2.0/24`+"\n"+
			`overlay geo.csv:5:11: country: "N" is not an ISO 3166-1 code of two letters`)
}

func TestOverlayLimits(t *testing.T) {
	t.Parallel()
	_, err := parseOverlay("geo.csv", []byte(overlayHeader+strings.Repeat("x,,,,,,,\n", 1000)))
	if err == nil || strings.Count(err.Error(), "\n") != maxOverlayFault-1 {
		t.Errorf("a thousand faults are reported as:\n%v\nwant the first %d", err, maxOverlayFault)
	}

	var b strings.Builder
	b.WriteString(overlayHeader)
	for i := range maxOverlayRows {
		fmt.Fprintf(&b, "2001:db8:%x:%x::/64,NL,,,,,,\n", i>>16, i&0xffff)
	}
	_, err = parseOverlay("geo.csv", []byte(b.String()+"192.0.2.1,NL,,,,,,\n"))
	if want := fmt.Sprintf("overlay geo.csv:%d:1: more than %d lines", maxOverlayRows+2, maxOverlayRows); err == nil || err.Error() != want {
		t.Errorf("one row too many: %v, want %s", err, want)
	}

	large := writeFile(t, "large.csv", []byte(overlayHeader+"#"+strings.Repeat("x", maxOverlayBytes)))
	if _, err := Open(Options{Overlay: []string{large}}); err == nil || !strings.Contains(err.Error(), "is larger than") {
		t.Errorf("a file that is too large: %v", err)
	}
}

func TestNeverPlaced(t *testing.T) {
	t.Parallel()
	f := func(prefix string, want bool) {
		t.Helper()
		if got := neverPlaced(netip.MustParsePrefix(prefix)); got != want {
			t.Errorf("neverPlaced(%s) = %v, want %v", prefix, got, want)
		}
	}
	for _, p := range []string{
		"10.0.0.0/8", "10.1.2.3/32", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "100.64.0.0/10", "127.0.0.0/8",
		"fc00::/7", "fe80::/10", "::1/128", "ff00::/8", "100::/64",
	} {
		f(p, true)
	}
	for _, p := range []string{
		"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/6", "8.0.0.0/7", "172.0.0.0/8", "192.0.2.0/24", "::/0", "::/1",
		"fc00::/6", "2001:db8::/32", "2000::/3",
	} {
		f(p, false)
	}
}

func FuzzParseOverlay(f *testing.F) {
	f.Add(overlayHeader + "192.0.2.0/24,NL,North Holland,Amsterdam,52.3676,4.9041,64500,Example B.V.\n")
	f.Add(overlayHeader + "2001:db8::/32,us,\"Washington, D.C.\",,-0.04,-180,AS1,\"a \"\"b\"\"\"\n# end")
	f.Add(overlayHeader + "0.0.0.0/0,,,,,,,x\r\n\r\n::/0,XK,,,,,,")
	f.Add("\xef\xbb\xbf" + overlayHeader + "10.0.0.0/8,NL,,,,,,\n\"")
	f.Fuzz(func(t *testing.T, data string) {
		rows, err := parseOverlay("geo.csv", []byte(data))
		if err != nil {
			if rows != nil || !strings.HasPrefix(err.Error(), "overlay geo.csv") {
				t.Fatalf("%d rows with the error %q", len(rows), err)
			}
			return
		}
		// What was read can be written and reads the same.
		again, err := parseOverlay("again.csv", []byte(formatOverlay(t, rows)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rows, again, cmp.AllowUnexported(overlayRow{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
			t.Fatalf("second reading (-first +second):\n%s", diff)
		}
		for _, r := range rows {
			checkPlace(t, r.place)
		}
	})
}
