package enrich

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Place is what is known of an address. The zero Place means that nothing
// is; every field may be empty on its own.
type Place struct {
	Country     string // ISO 3166-1 alpha-2 code in capitals, and XK for Kosovo
	CountryName string // English short name, the same from every source; the code itself when it has no name
	Region      string // first subdivision (state, province), as the source spells it
	City        string // as the source spells it, in English where it has a choice

	// Latitude and Longitude are degrees, north and east positive, rounded to
	// one decimal (about 11 km) as Detective does. They mean something only
	// when HasCoordinates is set: 0, 0 is a point in the sea.
	Latitude, Longitude float64
	HasCoordinates      bool

	ASN uint32 // autonomous system number, 0 when unknown
	ASO string // autonomous system organization, "" when unknown
}

// Location returns the place in words, at the grain at which a location is
// new to a principal: "Amsterdam, Netherlands", or "Netherlands" when the
// city is not known. A region stands in for a missing city. It returns "" for
// an unknown country.
func (p Place) Location() string {
	switch {
	case p.Country == "":
		return ""
	case p.City != "":
		return p.City + ", " + p.CountryName
	case p.Region != "":
		return p.Region + ", " + p.CountryName
	default:
		return p.CountryName
	}
}

// fill takes from q what p does not know, in two groups that are never mixed:
// a city of one source beside the country of another would be wrong.
func (p *Place) fill(q Place) {
	if p.Country == "" {
		p.Country, p.CountryName, p.Region, p.City = q.Country, q.CountryName, q.Region, q.City
		p.Latitude, p.Longitude, p.HasCoordinates = q.Latitude, q.Longitude, q.HasCoordinates
	}
	if p.ASO == "" {
		p.ASN, p.ASO = q.ASN, q.ASO
	}
}

// setCountry sets code and name when code is a country's; a placeholder such
// as "-" or "ZZ" leaves p unchanged and returns false.
func (p *Place) setCountry(code string) bool {
	code, ok := countryCode(code)
	if ok {
		p.Country, p.CountryName = code, countryName(code)
	}
	return ok
}

// setCoordinates sets rounded coordinates and returns true, or returns false
// when they are no point on Earth.
func (p *Place) setCoordinates(lat, lon float64) bool {
	if !isLatitude(lat) || !isLongitude(lon) {
		return false
	}
	p.Latitude, p.Longitude, p.HasCoordinates = oneDecimal(lat), oneDecimal(lon), true
	return true
}

// Comparisons with NaN are false, so NaN is neither.
func isLatitude(v float64) bool  { return v >= -90 && v <= 90 }
func isLongitude(v float64) bool { return v >= -180 && v <= 180 }

func oneDecimal(v float64) float64 {
	if v = math.Round(v*10) / 10; v == 0 {
		return 0 // not -0, which would be printed with its sign
	}
	return v
}

// maxText bounds a name in bytes. The longest place and organization names
// of the databases in use have about 150.
const maxText = 256

// isText reports whether s can be shown to people: valid UTF-8 of at most
// maxText bytes without control or other invisible characters, which could
// forge lines in a terminal or a report.
func isText(s string) bool {
	return len(s) <= maxText && utf8.ValidString(s) && strings.IndexFunc(s, unprintable) < 0
}

// text makes s satisfy isText and trims space.
func text(s string) string {
	if !isText(s) {
		s = strings.ToValidUTF8(s, "")
		s = strings.Map(func(r rune) rune {
			if unprintable(r) {
				return -1
			}
			return r
		}, s)
		if len(s) > maxText {
			s = strings.ToValidUTF8(s[:maxText], "")
		}
	}
	return strings.TrimSpace(s)
}

func unprintable(r rune) bool { return !unicode.IsGraphic(r) }
