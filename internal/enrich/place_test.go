package enrich

import (
	"math"
	"strings"
	"testing"
)

func TestLocation(t *testing.T) {
	f := func(p Place, want string) {
		t.Helper()
		if got := p.Location(); got != want {
			t.Errorf("Location of %+v = %q, want %q", p, got, want)
		}
	}
	f(Place{}, "")
	f(Place{ASN: 64500, ASO: "Example"}, "")
	f(Place{Country: "NL", CountryName: "Netherlands"}, "Netherlands")
	f(Place{Country: "NL", CountryName: "Netherlands", Region: "North Holland"}, "North Holland, Netherlands")
	f(Place{Country: "NL", CountryName: "Netherlands", Region: "North Holland", City: "Amsterdam"}, "Amsterdam, Netherlands")
}

func TestSetCoordinates(t *testing.T) {
	f := func(lat, lon, wantLat, wantLon float64, want bool) {
		t.Helper()
		var p Place
		got := p.setCoordinates(lat, lon)
		if got != want || p.HasCoordinates != want || p.Latitude != wantLat || p.Longitude != wantLon {
			t.Errorf("setCoordinates(%v, %v) = %v and %+v, want %v and %v, %v", lat, lon, got, p, want, wantLat, wantLon)
		}
		if math.Signbit(p.Latitude) && p.Latitude == 0 {
			t.Errorf("latitude of %v is -0", lat)
		}
	}
	f(52.3676, 4.9041, 52.4, 4.9, true)
	f(-33.8688, 151.2093, -33.9, 151.2, true)
	f(-0.04, -0.05, 0, -0.1, true)
	f(90, -180, 90, -180, true)
	f(90.01, 0, 0, 0, false)
	f(0, 180.01, 0, 0, false)
	f(math.NaN(), 0, 0, 0, false)
	f(0, math.Inf(1), 0, 0, false)
}

func TestText(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := text(in); got != want || !isText(got) {
			t.Errorf("text(%q) = %q (clean: %v), want %q", in, got, isText(got), want)
		}
	}
	f("São Paulo", "São Paulo")
	f("  Köln ", "Köln")
	f("a\x1b[31mred\nb", "a[31mredb")
	f("abc\u202etxt", "abctxt") // right-to-left override
	f("bad\xff", "bad")
	f(strings.Repeat("a", maxText-1)+"é", strings.Repeat("a", maxText-1)) // never half a letter
}

func TestCountryCode(t *testing.T) {
	f := func(in, want string, ok bool) {
		t.Helper()
		if got, gotOK := countryCode(in); gotOK != ok || ok && got != want {
			t.Errorf("countryCode(%q) = %q, %v, want %q, %v", in, got, gotOK, want, ok)
		}
	}
	f("NL", "NL", true)
	f("nl", "NL", true)
	f("", "", false)
	f("-", "", false)
	f("ZZ", "", false)
	f("xx", "", false)
	f("USA", "", false)
	f("1A", "", false)
	f("é", "", false) // two bytes
}

func TestCountries(t *testing.T) {
	// 249 of ISO 3166-1, AN and XK.
	if got, want := len(countries), 251; got != want {
		t.Errorf("%d countries, want %d", got, want)
	}
	names := map[string]string{}
	for i, c := range countries {
		if code, ok := countryCode(c.code); !ok || code != c.code {
			t.Errorf("%q is no code", c.code)
		}
		if i > 0 && countries[i-1].code >= c.code {
			t.Errorf("%s stands behind %s: lookups need the order", c.code, countries[i-1].code)
		}
		if before := names[c.name]; before != "" || c.name == "" {
			t.Errorf("%s and %s are both %q", before, c.code, c.name)
		}
		names[c.name] = c.code
		if got := countryName(c.code); got != c.name {
			t.Errorf("countryName(%q) = %q, want %q", c.code, got, c.name)
		}
	}
	if got := countryName("QQ"); got != "QQ" {
		t.Errorf("name of an unassigned code = %q, want the code", got)
	}
}
