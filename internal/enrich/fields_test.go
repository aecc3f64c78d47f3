package enrich

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadLocation(t *testing.T) {
	f := func(name string, rec any, want Place) {
		t.Helper()
		if diff := cmp.Diff(want, readLocation(rec)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f("nested", nestedCity, Place{
		Country: "NL", CountryName: "Netherlands", Region: "South Holland", City: "The Hague",
		Latitude: 52.1, Longitude: 4.3, HasCoordinates: true,
	})
	f("flat", flatCity, Place{
		Country: "SG", CountryName: "Singapore", Region: "Central", City: "Singapore",
		Latitude: 1.3, Longitude: 103.9, HasCoordinates: true,
	})
	f("IPinfo: numbers as text, country as code", map[string]any{
		"country": "us", "region": "Oregon", "city": "Portland", "lat": "45.52345", "lng": "-122.67621",
	}, Place{
		Country: "US", CountryName: "United States", Region: "Oregon", City: "Portland",
		Latitude: 45.5, Longitude: -122.7, HasCoordinates: true,
	})
	f("IPinfo Lite: country as name beside its code", map[string]any{"country": "Germany", "country_code": "DE"},
		Place{Country: "DE", CountryName: "Germany"})
	f("placeholders", map[string]any{"country_code": "ZZ", "city": "Nowhere"}, Place{})
	f("coordinates of nowhere", map[string]any{"country_code": "FR", "latitude": 0.0, "longitude": 0.0},
		Place{Country: "FR", CountryName: "France"})
	f("on the equator", map[string]any{"country_code": "KE", "latitude": 0.0, "longitude": 37.1},
		Place{Country: "KE", CountryName: "Kenya", Longitude: 37.1, HasCoordinates: true})
	f("impossible coordinates", map[string]any{"country_code": "FR", "latitude": 100.0, "longitude": "NaN"},
		Place{Country: "FR", CountryName: "France"})
	f("half a point", map[string]any{"country_code": "FR", "latitude": 48.9}, Place{Country: "FR", CountryName: "France"})
	f("lists and maps where text belongs", map[string]any{
		"country_code": []any{"FR"}, "country": map[string]any{"iso_code": "FR"}, "city": []any{}, "subdivisions": []any{},
		"region": map[string]any{},
	}, Place{Country: "FR", CountryName: "France"})
	f("unassigned code", map[string]any{"country_code": "QQ"}, Place{Country: "QQ", CountryName: "QQ"})
	f("not a map", []any{"FR"}, Place{})
	f("text", "FR", Place{})
	f("nothing", nil, Place{})
}

func TestReadNetwork(t *testing.T) {
	f := func(name string, rec any, want Place) {
		t.Helper()
		if diff := cmp.Diff(want, readNetwork(rec)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f("flat", flatASN, Place{ASN: 64500, ASO: "Example Hosting B.V."})
	f("as_organization", map[string]any{"as_number": uint64(4294967295), "as_organization": "Last"},
		Place{ASN: 4294967295, ASO: "Last"})
	f("AS prefix", map[string]any{"asn": "AS64501", "as_name": "Example ISP"}, Place{ASN: 64501, ASO: "Example ISP"})
	f("organization only", map[string]any{"as_name": "Example ISP"}, Place{ASO: "Example ISP"})
	f("number only", map[string]any{"asn": "AS64501"}, Place{})
	f("number out of range", map[string]any{"asn": uint64(1 << 32), "as_name": "X"}, Place{ASO: "X"})
	f("escape sequence", map[string]any{"as_name": "X\x1b[2J"}, Place{ASO: "X[2J"})
	f("nothing", nil, Place{})
}

func TestParseASN(t *testing.T) {
	f := func(in string, want uint32, ok bool) {
		t.Helper()
		if got, err := parseASN(in); got != want || (err == nil) != ok {
			t.Errorf("parseASN(%q) = %d, %v, want %d, ok %v", in, got, err, want, ok)
		}
	}
	f("64500", 64500, true)
	f("AS64500", 64500, true)
	f("as1", 1, true)
	f("4294967295", 4294967295, true)
	for _, bad := range []string{"", "0", "AS", "AS0", "-1", "+1", "1.5", "4294967296", "ASAS1", "0x10", "AS 1"} {
		f(bad, 0, false)
	}
}
