package entity

import (
	"net/netip"
	"strconv"
	"strings"
)

// AddressClass says what a sourceIPAddress field holds.
type AddressClass uint8

// The numbers are stored in graphs: never renumber, only append.
const (
	NoAddress      AddressClass = iota // absent or empty
	PublicAddress                      // a routable IPv4 or IPv6 address
	PrivateAddress                     // RFC 1918, RFC 4193, shared, link-local, loopback and other special ranges
	ServiceAddress                     // an AWS service's DNS name or "AWS Internal"
	InvalidAddress                     // anything else: placeholders, octets out of range
)

// String returns "public", "private", "aws-service", "invalid" or "none".
func (c AddressClass) String() string {
	switch c {
	case PublicAddress:
		return "public"
	case PrivateAddress:
		return "private"
	case ServiceAddress:
		return "aws-service"
	case InvalidAddress:
		return "invalid"
	default:
		return "none"
	}
}

// IsIP reports whether the class is that of an address on a network, which
// is an entity; service names and garbage are not.
func (c AddressClass) IsIP() bool { return c == PublicAddress || c == PrivateAddress }

// Address is a classified source address. Key is its canonical form: the
// address as netip prints it, the service's DNS name, or the text as found
// when it is invalid.
type Address struct {
	Class AddressClass
	IP    netip.Addr // valid only when Class.IsIP
	Key   string
}

// ParseAddress classifies the text of a sourceIPAddress field. Octets with
// leading zeros, seen in anonymised logs, are read as decimal.
func ParseAddress(s string) Address {
	if s == "" || s == "-" {
		return Address{}
	}
	if ip, err := netip.ParseAddr(s); err == nil {
		return addressOf(ip)
	}
	if s == "AWS Internal" || isServiceName(s) {
		return Address{Class: ServiceAddress, Key: strings.ToLower(s)}
	}
	if ip, ok := parseLeadingZeros(s); ok {
		return addressOf(ip)
	}
	return Address{Class: InvalidAddress, Key: s}
}

func addressOf(ip netip.Addr) Address {
	ip = ip.Unmap().WithZone("")
	a := Address{Class: PublicAddress, IP: ip, Key: ip.String()}
	if isSpecial(ip) {
		a.Class = PrivateAddress
	}
	return a
}

// special lists ranges that never belong to one place on the Internet: the
// shared address space of RFC 6598, benchmarking (RFC 2544), "this network",
// reserved and IPv6 discard. The documentation ranges of RFC 5737 count as
// public: simulated and redacted logs use them for strangers.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("100::/64"),
}

func isSpecial(ip netip.Addr) bool {
	if ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return true
	}
	for _, p := range special {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func isServiceName(s string) bool {
	return strings.HasSuffix(s, ".amazonaws.com") || strings.HasSuffix(s, ".amazonaws.com.cn") ||
		strings.HasSuffix(s, ".aws.internal")
}

func parseLeadingZeros(s string) (netip.Addr, bool) {
	var b [4]byte
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return netip.Addr{}, false
	}
	for i, p := range parts {
		if len(p) == 0 || len(p) > 3 {
			return netip.Addr{}, false
		}
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return netip.Addr{}, false
		}
		b[i] = byte(n)
	}
	return netip.AddrFrom4(b), true
}
