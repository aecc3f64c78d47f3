package enrich

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t testing.TB, o Options) *Enricher {
	t.Helper()
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// The licence notice must speak of the bytes that are shipped.
func TestEmbeddedNotice(t *testing.T) {
	readme, err := os.ReadFile("data/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("`%x`", sha256.Sum256(embedded)), embeddedPackage, "| " + embeddedVersion + " |",
		"CC0-1.0", "CC BY 4.0", "known errors",
	} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("data/README.md does not name %q", want)
		}
	}
	licence, err := os.ReadFile("data/NRO_LICENSE")
	if err != nil || !strings.Contains(string(licence), "nro.net") {
		t.Errorf("data/NRO_LICENSE: %q, %v", licence, err)
	}
}

// Every network of the database can be decoded and has a country that has a
// name.
func TestEmbeddedNetworks(t *testing.T) {
	t.Parallel()
	c, err := openCountry()
	if err != nil {
		t.Fatal(err)
	}
	n, seen := 0, map[string]bool{}
	for network := range c.db.Networks() {
		var rec struct {
			Code string `maxminddb:"country_code"`
		}
		if err := network.Decode(&rec); err != nil {
			t.Fatalf("%s: %v", network.Prefix(), err)
		}
		if name, ok := findCountry(rec.Code); (!ok || name == "") && !seen[rec.Code] {
			t.Errorf("%s: country %q has no name", network.Prefix(), rec.Code)
		}
		seen[rec.Code] = true
		n++
	}
	if n < 500_000 || len(seen) < 240 {
		t.Errorf("%d networks in %d countries: too few to be the whole database", n, len(seen))
	}
}

// Addresses whose networks have been in one country for decades: universities,
// registries, public resolvers.
func TestLookupCountry(t *testing.T) {
	t.Parallel()
	e := open(t, Options{})
	f := func(ip, code, name string) {
		t.Helper()
		want := Place{Country: code, CountryName: name}
		if diff := cmp.Diff(want, e.Lookup(netip.MustParseAddr(ip))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ip, diff)
		}
	}
	f("8.8.8.8", "US", "United States")
	f("::ffff:8.8.8.8", "US", "United States")
	f("193.0.6.139", "NL", "Netherlands")
	f("2001:67c:2e8:22::c100:68b", "NL", "Netherlands")
	f("2001:67c:2e8:22::c100:68b%eth0", "NL", "Netherlands")
	f("2001:4860:4860::8888", "US", "United States")
	f("133.11.0.1", "JP", "Japan")
	f("200.160.2.3", "BR", "Brazil")
	f("129.132.1.1", "CH", "Switzerland")
	f("141.20.1.1", "DE", "Germany")
	f("202.120.2.1", "CN", "China")

	// Private, special and documentation addresses have no place, whatever
	// the database says of the latter.
	for _, ip := range []string{
		"10.0.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0",
		"224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
		"192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "3fff::1",
	} {
		f(ip, "", "")
	}
	if got := e.Lookup(netip.Addr{}); got != (Place{}) {
		t.Errorf("Lookup of the invalid address = %+v, want nothing", got)
	}
	if e.HasASN() {
		t.Error("HasASN = true with countries only")
	}
	if n, err := e.Failures(); n != 0 || err != nil {
		t.Errorf("Failures = %d, %v, want none", n, err)
	}
	if got, want := e.Version(), "country @ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719"; got != want {
		t.Errorf("Version = %q, want %q", got, want)
	}
}

// The exclusion above must be ours: the database does have such records.
func TestEmbeddedHasDocumentationRanges(t *testing.T) {
	c, err := openCountry()
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.lookup(netip.MustParseAddr("203.0.113.9"))
	if err != nil || p.Country == "" {
		t.Errorf("the database knows nothing of 203.0.113.9 (%+v, %v): the exclusion of documentation ranges can go", p, err)
	}
}
