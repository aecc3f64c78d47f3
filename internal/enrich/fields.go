package enrich

import (
	"fmt"
	"strconv"
	"strings"
)

// The field mapping: where the databases in use keep what we read. The first
// path that leads to a value of the right form wins. Sources: the README files
// of the ip-location-db packages (flat keys: country_code, city, state1),
// MaxMind's documentation of GeoIP2 and GeoLite2, which DB-IP's own MMDB files
// follow (nested, names.en), and IPinfo's (lat, lng, region, as_name).
var (
	countryPaths   = [][]string{{"country_code"}, {"country", "iso_code"}, {"country"}}
	regionPaths    = [][]string{{"state1"}, {"subdivisions", "0", "names", "en"}, {"region"}}
	cityPaths      = [][]string{{"city"}, {"city", "names", "en"}}
	latitudePaths  = [][]string{{"latitude"}, {"location", "latitude"}, {"lat"}}
	longitudePaths = [][]string{{"longitude"}, {"location", "longitude"}, {"lng"}}
	asnPaths       = [][]string{{"autonomous_system_number"}, {"as_number"}, {"asn"}}
	asoPaths       = [][]string{{"autonomous_system_organization"}, {"as_organization"}, {"as_name"}}
)

// readLocation maps a database record to a Place's country, region, city and
// coordinates. A record without a country gives none of them.
func readLocation(rec any) Place {
	var p Place
	for _, path := range countryPaths {
		if p.setCountry(scalar(rec, path)) {
			break
		}
	}
	if p.Country == "" {
		return Place{}
	}
	p.Region = first(rec, regionPaths)
	p.City = first(rec, cityPaths)
	lat, errLat := strconv.ParseFloat(first(rec, latitudePaths), 64)
	lon, errLon := strconv.ParseFloat(first(rec, longitudePaths), 64)
	// Flat databases write 0, 0 for "unknown"; no network is there.
	if errLat == nil && errLon == nil && (lat != 0 || lon != 0) {
		p.setCoordinates(lat, lon)
	}
	return p
}

// readNetwork maps a database record to a Place's ASN and ASO. A number
// without an organization is unknown: NEW_ASO compares organizations.
func readNetwork(rec any) Place {
	aso := first(rec, asoPaths)
	if aso == "" {
		return Place{}
	}
	asn, err := parseASN(first(rec, asnPaths))
	if err != nil {
		asn = 0
	}
	return Place{ASN: asn, ASO: aso}
}

// parseASN reads "64500" or "AS64500". Number 0 is reserved (RFC 7607) and
// refused.
func parseASN(s string) (uint32, error) {
	digits := s
	if len(s) > 2 && strings.EqualFold(s[:2], "AS") {
		digits = s[2:]
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not an autonomous system number from 1 to 4294967295", s)
	}
	return uint32(n), nil
}

func first(rec any, paths [][]string) string {
	for _, path := range paths {
		if s := scalar(rec, path); s != "" {
			return s
		}
	}
	return ""
}

// scalar follows path through maps, and through lists by index, and returns
// the text or number at its end as clean text; "" when there is none.
func scalar(v any, path []string) string {
	for _, key := range path {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(node) {
				return ""
			}
			v = node[i]
		default:
			return ""
		}
	}
	switch v := v.(type) {
	case string:
		return text(v)
	case float32, float64, int, int32, int64, uint, uint16, uint32, uint64:
		return fmt.Sprint(v)
	default:
		return ""
	}
}
