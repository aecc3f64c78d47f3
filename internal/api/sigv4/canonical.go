package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest is the text whose hash is signed. It fails with an *Error
// if a signed header is not there or the query cannot be read.
func canonicalRequest(r *http.Request, signedHeaders []string, payloadHash string) (string, error) {
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	b.WriteString(canonicalPath(r.URL.EscapedPath()) + "\n")
	b.WriteString(query + "\n")
	for _, name := range signedHeaders {
		value, ok := headerValue(r, name)
		if !ok {
			return "", invalid("The signed header '%s' is not in the request.", name)
		}
		b.WriteString(name + ":" + value + "\n")
	}
	b.WriteString("\n" + strings.Join(signedHeaders, ";") + "\n" + payloadHash)
	return b.String(), nil
}

// canonicalPath encodes the path once more than it is encoded on the wire, as
// every service but S3 has it. Dot segments and double slashes are kept: no
// route has them, so such a request ends in 404 whatever was signed.
func canonicalPath(wire string) string {
	if wire == "" {
		return "/"
	}
	segments := strings.Split(wire, "/")
	for i, s := range segments {
		segments[i] = encode(s)
	}
	return strings.Join(segments, "/")
}

// canonicalQuery decodes the query's names and values, encodes them in the
// one canonical way and sorts the pairs by name, then value. A plus sign is
// a space, exactly as the server reads it when it takes parameters from it.
func canonicalQuery(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	type pair struct{ name, value string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return "", invalid("The query string is not percent-encoded.")
		}
		pairs = append(pairs, pair{encode(n), encode(v)})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.name + "=" + p.value
	}
	return strings.Join(parts, "&"), nil
}

// headerValue is a header's canonical value: several are joined with commas,
// space around and runs of spaces inside are removed. net/http takes three
// headers out of the map, which are put back here.
func headerValue(r *http.Request, name string) (string, bool) {
	switch name {
	case "host":
		return trim(r.Host), r.Host != ""
	case "content-length":
		if r.Header.Get(name) == "" && r.ContentLength >= 0 {
			return strconv.FormatInt(r.ContentLength, 10), true
		}
	case "transfer-encoding":
		if len(r.TransferEncoding) > 0 {
			return strings.Join(r.TransferEncoding, ","), true
		}
	}
	values := r.Header.Values(name)
	if len(values) == 0 {
		return "", false
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = trim(v)
	}
	return strings.Join(trimmed, ","), true
}

func trim(value string) string {
	value = strings.TrimSpace(value)
	for strings.Contains(value, "  ") {
		value = strings.ReplaceAll(value, "  ", " ")
	}
	return value
}

// encode percent-encodes every byte but the unreserved ones of RFC 3986.
func encode(s string) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upper[c>>4])
			b.WriteByte(upper[c&15])
		}
	}
	return b.String()
}
