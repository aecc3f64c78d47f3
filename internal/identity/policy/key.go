package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// kind is the type of a condition key's values; operators take several.
type kind uint8

const (
	textKind    kind = 1 << iota
	tagKind          // a text that may also be read as a boolean
	arnKind          // a text that may also be read as an ARN
	addressKind      // an IP address
	dateKind         // an instant

	anyKind = textKind | tagKind | arnKind | addressKind | dateKind
)

// value is a value of a key in a request; the kind says which field is set.
type value struct {
	text string     // texts, tags and ARNs
	addr netip.Addr // addresses, IPv4 in its own form and without a zone
	time time.Time  // dates
}

// contextKey is a condition key.
type contextKey struct {
	kind        kind
	multivalued bool
	values      func(*Request) []value // empty: the request does not have the key
}

// parseKey finds a condition key by its name, in any case.
func parseKey(name string) (contextKey, error) {
	folded := strings.ToLower(name)
	switch folded {
	case "aws:tagkeys":
		return contextKey{kind: textKind, multivalued: true, values: tagKeys}, nil
	case "aws:principalarn":
		return contextKey{kind: arnKind, values: text(func(r *Request) string { return r.PrincipalARN })}, nil
	case "aws:principalaccount":
		return contextKey{kind: textKind, values: text(func(r *Request) string { return r.Account })}, nil
	case "aws:requestedregion":
		return contextKey{kind: textKind, values: text(func(r *Request) string { return r.Region })}, nil
	case "aws:useragent":
		return contextKey{kind: textKind, values: text(func(r *Request) string { return r.UserAgent })}, nil
	case "aws:sourceip":
		return contextKey{kind: addressKind, values: sourceIP}, nil
	case "aws:currenttime":
		return contextKey{kind: dateKind, values: currentTime}, nil
	}
	group, _, ok := strings.Cut(folded, "/")
	_, tag, _ := strings.Cut(name, "/")
	var tags func(*Request) map[string]string
	switch {
	case ok && group == "aws:resourcetag":
		tags = func(r *Request) map[string]string { return r.ResourceTags }
	case ok && group == "aws:requesttag":
		tags = func(r *Request) map[string]string { return r.RequestTags }
	default:
		return contextKey{}, fmt.Errorf("unknown condition key %q", name)
	}
	if tag == "" {
		return contextKey{}, errors.New("the key of the tag is missing behind the slash")
	}
	if err := refuseVariable(tag); err != nil {
		return contextKey{}, err
	}
	return contextKey{kind: tagKind, values: func(r *Request) []value { return tagValue(tags(r), tag) }}, nil
}

// text makes the values of a key that a field holds.
func text(field func(*Request) string) func(*Request) []value {
	return func(r *Request) []value {
		if s := field(r); s != "" {
			return []value{{text: s}}
		}
		return nil
	}
}

// tagValue finds a tag by its key in any case, as IAM does. Where tags differ
// in case only, the exact key comes first, then the least in byte order. A
// tag with an empty value is there.
func tagValue(tags map[string]string, key string) []value {
	if v, ok := tags[key]; ok {
		return []value{{text: v}}
	}
	found, ok := "", false
	for k := range tags {
		if strings.EqualFold(k, key) && (!ok || k < found) {
			found, ok = k, true
		}
	}
	if !ok {
		return nil
	}
	return []value{{text: tags[found]}}
}

func tagKeys(r *Request) []value {
	var keys []value
	if r.TagKeys != nil {
		for _, k := range r.TagKeys {
			keys = append(keys, value{text: k})
		}
		return keys
	}
	for k := range r.RequestTags {
		keys = append(keys, value{text: k})
	}
	return keys
}

func sourceIP(r *Request) []value {
	addr, err := netip.ParseAddr(r.SourceIP)
	if err != nil {
		return nil
	}
	return []value{{addr: addr.Unmap().WithZone("")}}
}

func currentTime(r *Request) []value {
	if r.Time.IsZero() {
		return nil
	}
	return []value{{time: r.Time}}
}
