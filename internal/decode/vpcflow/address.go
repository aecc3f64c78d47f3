package vpcflow

import (
	"bytes"
	"net/netip"
)

// address reads an IPv4 or IPv6 address as netip.ParseAddr does, without
// allocating. There are no zones in flow logs.
func address(word []byte) (netip.Addr, verdict) {
	if a, ok := ipv4(word); ok {
		return a, exact
	}
	if bytes.IndexByte(word, ':') < 0 {
		return netip.Addr{}, wrong
	}
	var a netip.Addr
	if bytes.IndexByte(word, '.') >= 0 {
		// An IPv4 address in IPv6 is too rare for a way of its own.
		var err error
		if a, err = netip.ParseAddr(string(word)); err != nil || a.Zone() != "" {
			return netip.Addr{}, wrong
		}
	} else {
		var ok bool
		if a, ok = ipv6(word); !ok {
			return netip.Addr{}, wrong
		}
	}
	var text [64]byte
	if !bytes.Equal(a.AppendTo(text[:0]), word) {
		return a, inexact
	}
	return a, exact
}

// ipv4 reads four decimal numbers without leading zeros.
func ipv4(word []byte) (netip.Addr, bool) {
	if len(word) < len("0.0.0.0") || len(word) > len("255.255.255.255") {
		return netip.Addr{}, false
	}
	var a [4]byte
	part, value, digits := 0, 0, 0
	for _, c := range word {
		if c == '.' {
			if digits == 0 || part == 3 {
				return netip.Addr{}, false
			}
			a[part] = byte(value)
			part, value, digits = part+1, 0, 0
			continue
		}
		d := int(c) - '0'
		if d < 0 || d > 9 || digits > 0 && value == 0 {
			return netip.Addr{}, false
		}
		value, digits = value*10+d, digits+1
		if value > 255 {
			return netip.Addr{}, false
		}
	}
	if digits == 0 || part != 3 {
		return netip.Addr{}, false
	}
	a[3] = byte(value)
	return netip.AddrFrom4(a), true
}

// ipv6 reads groups of hexadecimal digits between colons, one run of zero
// groups left out at most.
func ipv6(word []byte) (netip.Addr, bool) {
	var a [16]byte
	n, gap := 0, -1 // bytes read, and where the "::" is among them
	i := 0
	if bytes.HasPrefix(word, []byte("::")) {
		gap, i = 0, 2
	}
	for i < len(word) {
		if n == len(a) {
			return netip.Addr{}, false
		}
		value, digits := 0, 0
		for ; i < len(word) && word[i] != ':'; i++ {
			d := hexDigit(word[i])
			if digits++; d < 0 || digits > 4 {
				return netip.Addr{}, false
			}
			value = value<<4 | d
		}
		if digits == 0 {
			return netip.Addr{}, false
		}
		a[n], a[n+1] = byte(value>>8), byte(value)
		n += 2
		if i == len(word) {
			break
		}
		i++ // the colon
		if i == len(word) {
			return netip.Addr{}, false
		}
		if word[i] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap = n
			i++
		}
	}
	switch {
	case gap < 0:
		return netip.AddrFrom16(a), n == len(a)
	case n == len(a):
		return netip.Addr{}, false // nothing was left out
	}
	copy(a[len(a)-(n-gap):], a[gap:n])
	clear(a[gap : len(a)-(n-gap)])
	return netip.AddrFrom16(a), true
}

// hexDigit is the value of c, -1 if it is no digit.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
