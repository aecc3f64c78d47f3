package rules

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDocument bounds the text that is searched for a JSON document inside, in
// bytes. CloudTrail cuts request parameters at 100 KB.
const maxDocument = 256 << 10

// scalarText returns the text that a scalar is compared as; ok is false for
// objects, lists and null.
func scalarText(v any) (s string, ok bool) {
	switch t := v.(type) {
	case string:
		return t, true
	case bool:
		return strconv.FormatBool(t), true
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64), true
	}
	return "", false
}

// eachText calls yield with the forms that v is compared as until one call
// returns true: a scalar's text, then its URL-decoded form and the compact
// form of a JSON document in either; an object's compact JSON.
func eachText(v any, yield func(string) bool) bool {
	s, ok := scalarText(v)
	if !ok {
		c, ok := compact(v)
		return ok && yield(c)
	}
	if yield(s) {
		return true
	}
	if _, isText := v.(string); !isText {
		return false
	}
	if d, ok := unescape(s); ok && yield(d) {
		return true
	}
	if doc, ok := document(s); ok {
		c, ok := compact(doc)
		return ok && yield(c)
	}
	return false
}

// unescape returns the URL-decoded form of s; ok is false when it has none.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 || len(s) > maxDocument {
		return "", false
	}
	d, err := url.PathUnescape(s)
	return d, err == nil && d != s
}

// document returns the JSON object or list that s holds, plain or
// URL-encoded.
func document(s string) (any, bool) {
	if len(s) > maxDocument {
		return nil, false
	}
	t := strings.TrimSpace(s)
	if strings.HasPrefix(t, "%") {
		d, ok := unescape(t)
		if !ok {
			return nil, false
		}
		t = strings.TrimSpace(d)
	}
	if t == "" || (t[0] != '{' && t[0] != '[') {
		return nil, false
	}
	v, err := decodeJSON([]byte(t))
	return v, err == nil
}

// compact returns v as JSON without white space, members sorted by name.
func compact(v any) (string, bool) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	return string(b), err == nil
}

// lower returns s in lower case; it allocates only where something changes.
func lower(s string) string { return strings.ToLower(s) }

// equalLower reports lower(s) == low without allocating for ASCII texts.
func equalLower(s, low string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return lower(s) == low
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if i >= len(low) || low[i] != c {
			return false
		}
	}
	return len(s) == len(low)
}
