package enrich

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUserDatabases(t *testing.T) {
	t.Parallel()
	city4 := writeFile(t, "city4.mmdb", buildMMDB("Nested-City", 4, map[string]any{
		"51.15.0.0/16": nestedCity,
		"8.8.8.0/24":   map[string]any{"country": map[string]any{}}, // knows the network, not the place
	}))
	city6 := writeFile(t, "city6.mmdb", buildMMDB("Flat City", 6, map[string]any{
		"2a02:898::/32": flatCity, "133.11.0.0/16": flatCity,
	}))
	asn := writeFile(t, "asn.mmdb", buildMMDB("ASN", 6, map[string]any{"51.15.0.0/17": flatASN, "2a02::/16": flatASN}))
	e := open(t, Options{CityDB: []string{city4, city6}, ASNDB: []string{asn}})

	f := func(ip string, want Place) {
		t.Helper()
		if diff := cmp.Diff(want, e.Lookup(netip.MustParseAddr(ip))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", ip, diff)
		}
	}
	hague, singapore := readLocation(nestedCity), readLocation(flatCity)
	f("51.15.200.1", hague)
	hague.fill(readNetwork(flatASN))
	f("51.15.0.1", hague)
	f("133.11.0.1", singapore) // the second file, where the first knows nothing
	singapore.fill(readNetwork(flatASN))
	f("2a02:898::1", singapore)
	f("8.8.8.8", Place{Country: "US", CountryName: "United States"}) // from the embedded database
	f("192.0.2.1", Place{})

	if !e.HasASN() {
		t.Error("HasASN = false, want true")
	}
	want := `city "Nested-City" 2026-06-17; city "Flat City" 2026-06-17; asn "ASN" 2026-06-17; ` +
		"country @ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719"
	if got := e.Version(); got != want {
		t.Errorf("Version = %s\nwant %s", got, want)
	}
	if n, err := e.Failures(); n != 0 || err != nil {
		t.Errorf("Failures = %d, %v, want none", n, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	asn := writeFile(t, "asn.mmdb", buildMMDB("GeoLite2-ASN", 6, map[string]any{"51.15.0.0/16": flatASN}))
	city := writeFile(t, "city.mmdb", buildMMDB("GeoLite2-City", 6, map[string]any{"51.15.0.0/16": nestedCity}))
	country := writeFile(t, "country.mmdb", embedded)
	none := writeFile(t, "none.mmdb", buildMMDB("Empty", 4, nil))
	text := writeFile(t, "text.mmdb", []byte("ip,country\n"))
	cut := writeFile(t, "cut.mmdb", embedded[:len(embedded)/2])
	// 120 nodes of which every path leads nowhere: 2^120 empty networks.
	maze := &mmdbBuilder{kind: "Maze", ipVersion: 6}
	for i := range 119 {
		maze.nodes = append(maze.nodes, [2]int{i + 1, i + 1})
	}
	maze.nodes = append(maze.nodes, [2]int{empty, empty})
	endless := writeFile(t, "endless.mmdb", maze.bytes())
	loop := writeFile(t, "loop.mmdb", (&mmdbBuilder{kind: "Loop", ipVersion: 6, nodes: [][2]int{{0, 0}}}).bytes())
	missing := filepath.Join(t.TempDir(), "missing.mmdb")

	f := func(o Options, want ...string) {
		t.Helper()
		e, err := Open(o)
		if err == nil {
			t.Cleanup(func() { _ = e.Close() })
			t.Errorf("Open(%+v) succeeded, want an error with %q", o, want)
			return
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("Open(%+v): %q, want %q in it", o, err, w)
			}
		}
	}
	f(Options{CityDB: []string{asn}}, "city database "+asn+" is of another kind", `type "GeoLite2-ASN"`, "none of 1 records",
		"fields are: autonomous_system_number, autonomous_system_organization")
	f(Options{CityDB: []string{country}}, "is of another kind", "none of 4096 records", "fields are: country_code")
	f(Options{ASNDB: []string{city}}, "asn database "+city+" is of another kind", "has an autonomous system organization",
		"fields are: city, country, location, subdivisions")
	f(Options{ASNDB: []string{none}}, "none of 0 records")
	f(Options{ASNDB: []string{endless}}, "none of 0 records")
	f(Options{ASNDB: []string{loop}}, "read asn database "+loop)
	f(Options{CityDB: []string{text}}, "open city database "+text)
	f(Options{CityDB: []string{cut}}, "open city database "+cut)
	f(Options{ASNDB: []string{missing}}, "open asn database "+missing, "no such file")
	f(Options{ASNDB: []string{t.TempDir()}}, "open asn database")
	f(Options{CityDB: []string{city, asn}}, "city database "+asn) // the first must be closed again
	f(Options{Overlay: []string{missing}}, "open overlay", missing)
	f(Options{Overlay: []string{t.TempDir()}}, "read overlay")
}

// A database with one damaged record answers for the others, and says so.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	// Opening looks at 51.15.0.0/16, the lowest network, which stays whole.
	data := buildMMDB("City", 4, map[string]any{"51.15.0.0/16": flatCity, "133.11.0.0/16": nestedCity})
	i := bytes.LastIndex(data, []byte("\x48location")) // a text of 8 bytes
	if i < 0 {
		t.Fatal("the test's database has no location")
	}
	data[i] = 0x5f // a text of 65,821 bytes and more
	e := open(t, Options{CityDB: []string{writeFile(t, "damaged.mmdb", data)}})

	if got := e.Lookup(netip.MustParseAddr("51.15.0.1")); got.City != "Singapore" {
		t.Errorf("whole record = %+v, want Singapore", got)
	}
	japan := Place{Country: "JP", CountryName: "Japan"}
	for range 2 { // the second answer comes from the cache
		if diff := cmp.Diff(japan, e.Lookup(netip.MustParseAddr("133.11.0.1"))); diff != "" {
			t.Errorf("damaged record (-want +got):\n%s", diff)
		}
	}
	n, err := e.Failures()
	if n != 1 || err == nil || !strings.Contains(err.Error(), "look up 133.11.0.1 in city database") {
		t.Errorf("Failures = %d, %v, want 1 that names the address and the database", n, err)
	}
}
