package enrich

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// overlayColumns is the header line of an overlay, in this order.
var overlayColumns = []string{"cidr", "country", "region", "city", "latitude", "longitude", "asn", "aso"}

// The columns' places in a line.
const (
	colCIDR = iota
	colCountry
	colRegion
	colCity
	colLatitude
	colLongitude
	colASN
	colASO
)

// overlayRow is one line of an overlay.
type overlayRow struct {
	prefix netip.Prefix // masked, IPv4 or IPv6, never IPv4 in IPv6
	place  Place
}

// fieldError is a fault of one column of one line.
type fieldError struct {
	column int // index into overlayColumns
	reason string
}

func (e *fieldError) Error() string { return e.reason }

func fault(column int, format string, args ...any) error {
	return &fieldError{column, fmt.Sprintf(format, args...)}
}

// parseOverlayRow reads the fields of one line. Faults of a field are a
// *fieldError.
func parseOverlayRow(rec []string) (overlayRow, error) {
	if len(rec) != len(overlayColumns) {
		return overlayRow{}, fmt.Errorf("%d fields, want %d: %s", len(rec), len(overlayColumns), strings.Join(overlayColumns, ","))
	}
	for i := range rec {
		if !isText(rec[i]) {
			return overlayRow{}, fault(i, "%.40q is longer than %d bytes, not UTF-8 or has control characters", rec[i], maxText)
		}
		rec[i] = strings.TrimSpace(rec[i])
	}
	prefix, err := parsePrefix(rec[colCIDR])
	if err != nil {
		return overlayRow{}, err
	}
	var p Place
	if err := overlayLocation(rec, &p); err != nil {
		return overlayRow{}, err
	}
	if rec[colASN] != "" {
		if p.ASN, err = parseASN(rec[colASN]); err != nil {
			return overlayRow{}, fault(colASN, "%v", err)
		}
		if rec[colASO] == "" {
			return overlayRow{}, fault(colASO, "empty beside an ASN; NEW_ASO compares organizations")
		}
	}
	p.ASO = rec[colASO]
	if p.Country == "" && p.ASO == "" {
		return overlayRow{}, fault(colCountry, "neither a country nor an organization: the line says nothing")
	}
	return overlayRow{prefix, p}, nil
}

func overlayLocation(rec []string, p *Place) error {
	if rec[colCountry] == "" {
		for _, c := range []int{colRegion, colCity, colLatitude, colLongitude} {
			if rec[c] != "" {
				return fault(colCountry, "empty beside a %s", overlayColumns[c])
			}
		}
		return nil
	}
	code, _ := countryCode(rec[colCountry])
	if _, known := findCountry(code); !known {
		return fault(colCountry, "%q is not an ISO 3166-1 code of two letters", rec[colCountry])
	}
	p.setCountry(code)
	p.Region, p.City = rec[colRegion], rec[colCity]
	if rec[colLatitude] == "" && rec[colLongitude] == "" {
		return nil
	}
	lat, err := strconv.ParseFloat(rec[colLatitude], 64)
	if err != nil || !isLatitude(lat) {
		return fault(colLatitude, "%q is not a number of degrees from -90 to 90", rec[colLatitude])
	}
	lon, err := strconv.ParseFloat(rec[colLongitude], 64)
	if err != nil || !isLongitude(lon) {
		return fault(colLongitude, "%q is not a number of degrees from -180 to 180", rec[colLongitude])
	}
	p.setCoordinates(lat, lon)
	return nil
}

// parsePrefix reads a CIDR, or a lone address as a prefix of all its bits.
func parsePrefix(s string) (netip.Prefix, error) {
	var prefix netip.Prefix
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		prefix = netip.PrefixFrom(ip, ip.BitLen())
	} else if prefix, err = netip.ParsePrefix(s); err != nil {
		return netip.Prefix{}, fault(colCIDR, "%q is not an address or a CIDR such as 192.0.2.0/24", s)
	}
	if prefix.Addr().Is4In6() {
		return netip.Prefix{}, fault(colCIDR, "%s is IPv4 in IPv6; write it as IPv4", s)
	}
	if m := prefix.Masked(); m != prefix {
		return netip.Prefix{}, fault(colCIDR, "%s has bits behind its length; %s is meant?", s, m)
	}
	if neverPlaced(prefix) {
		return netip.Prefix{}, fault(colCIDR, "%s is private or special: such addresses have no place on the Internet and are never looked up", s)
	}
	return prefix, nil
}

// neverPlaced reports whether prefix lies within one of the ranges that
// entity calls private. No such range is shorter than /3 (IPv4) or /7 (IPv6),
// and no longer prefix has its two ends in two of them.
func neverPlaced(prefix netip.Prefix) bool {
	shortest := 3
	if prefix.Addr().Is6() {
		shortest = 7
	}
	return prefix.Bits() >= shortest && isSpecial(prefix.Addr()) && isSpecial(lastAddr(prefix))
}

func isSpecial(ip netip.Addr) bool {
	return entity.ParseAddress(ip.String()).Class != entity.PublicAddress
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	ip, _ := netip.AddrFromSlice(b)
	return ip
}
