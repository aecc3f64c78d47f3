package enrich

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
)

// checkPlace holds what every Place promises, whatever the data was.
func checkPlace(t testing.TB, p Place) {
	t.Helper()
	for _, s := range []string{p.Country, p.CountryName, p.Region, p.City, p.ASO} {
		if !isText(s) {
			t.Errorf("%q in %+v is not clean", s, p)
		}
	}
	if code, ok := countryCode(p.Country); p.Country != "" && (!ok || code != p.Country || p.CountryName == "") {
		t.Errorf("country %q, %q", p.Country, p.CountryName)
	}
	if p.Country == "" && (p.CountryName != "" || p.Region != "" || p.City != "" || p.HasCoordinates) {
		t.Errorf("a location without a country: %+v", p)
	}
	if !isLatitude(p.Latitude) || !isLongitude(p.Longitude) || oneDecimal(p.Latitude) != p.Latitude || oneDecimal(p.Longitude) != p.Longitude {
		t.Errorf("coordinates %v, %v", p.Latitude, p.Longitude)
	}
	if !p.HasCoordinates && (p.Latitude != 0 || p.Longitude != 0) {
		t.Errorf("coordinates %v, %v that are not there", p.Latitude, p.Longitude)
	}
	if p.ASN != 0 && p.ASO == "" {
		t.Errorf("AS%d without an organization", p.ASN)
	}
}

func formatOverlay(t testing.TB, rows []overlayRow) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(overlayHeader)
	w := csv.NewWriter(&b)
	for _, r := range rows {
		p := r.place
		rec := []string{r.prefix.String(), p.Country, p.Region, p.City, "", "", "", p.ASO}
		if p.HasCoordinates {
			rec[colLatitude] = strconv.FormatFloat(p.Latitude, 'f', 1, 64)
			rec[colLongitude] = strconv.FormatFloat(p.Longitude, 'f', 1, 64)
		}
		if p.ASN != 0 {
			rec[colASN] = strconv.FormatUint(uint64(p.ASN), 10)
		}
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.String()
}
