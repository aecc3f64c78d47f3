package policy

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func compileEquals(literal string) (test, error) {
	return func(v value) bool { return v.text == literal }, refuseVariable(literal)
}

func compileEqualsIgnoreCase(literal string) (test, error) {
	return func(v value) bool { return strings.EqualFold(v.text, literal) }, refuseVariable(literal)
}

func compileLike(literal string) (test, error) {
	p := pattern{text: literal}
	return func(v value) bool { return p.matches(v.text) }, refuseVariable(literal)
}

// compileARN compares each of the six parts of an ARN, all of which may have
// wildcards, on its own.
func compileARN(literal string) (test, error) {
	if err := refuseVariable(literal); err != nil {
		return nil, err
	}
	want, err := splitARN(literal)
	if err != nil {
		return nil, fmt.Errorf("%q is no ARN: %w", literal, err)
	}
	return func(v value) bool {
		got, err := splitARN(v.text)
		if err != nil {
			return false
		}
		for i := range want {
			if !(pattern{text: want[i]}).matches(got[i]) {
				return false
			}
		}
		return true
	}, nil
}

// compileBool compares with true or false; a tag with any other value
// matches neither.
func compileBool(literal string) (test, error) {
	if literal != "true" && literal != "false" {
		return nil, fmt.Errorf("%q is neither true nor false", literal)
	}
	return func(v value) bool { return strings.EqualFold(v.text, literal) }, nil
}

// compileAddress takes an address or a range in CIDR form, of IPv4 or IPv6.
func compileAddress(literal string) (test, error) {
	prefix, err := netip.ParsePrefix(literal)
	if addr, addrErr := netip.ParseAddr(literal); addrErr == nil {
		prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if err != nil {
		return nil, fmt.Errorf("%q is neither an IP address nor a range such as 203.0.113.0/24", literal)
	}
	if prefix.Addr().Is4In6() || strings.Contains(literal, "%") {
		return nil, fmt.Errorf("%q: addresses are written without a zone, and IPv4 in its own form", literal)
	}
	return func(v value) bool { return prefix.Contains(v.addr) }, nil
}

// compileDate compares the request's time with an instant.
func compileDate(holds func(request, policy time.Time) bool) func(string) (test, error) {
	return func(literal string) (test, error) {
		t, err := parseDate(literal)
		return func(v value) bool { return holds(v.time, t) }, err
	}
}

// parseDate reads a date (its first moment in UTC) or a date and time with a
// zone in the W3C forms of ISO 8601, or seconds since 1970. A year alone is
// not taken: it cannot be told from seconds.
func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	// Nine digits begin in 1973, eleven end in 5138.
	if len(s) >= 9 && len(s) <= 11 && consistsOf(s, isDigit) {
		if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: 2026-01-31, 2026-01-31T12:00:00Z or seconds since 1970", s)
}
