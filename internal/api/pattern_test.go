package api

import (
	"strings"
	"testing"
)

func TestIsEmailAddress(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for s, want := range map[string]bool{
		"a@b.co":               true,
		"a b@c@d.example.com":  true, // anything but a line break may stand before the @
		"ä@example.com":        true,
		"a@a-b.c-d.com":        true,
		"a@1.com":              true,
		"a@" + long + ".com":   true,
		"a@b." + long:          true,
		"":                     false,
		"@b.com":               false,
		"a":                    false,
		"a@b":                  false, // no dot
		"a@b.c":                false, // top level of one letter
		"a@b.c1":               false,
		"a@.com":               false,
		"a@b..com":             false,
		"a@-b.com":             false, // what the lookahead is for
		"a@b-.com":             false,
		"a@-.com":              false,
		"a@b_c.com":            false,
		"a@bä.com":             false,
		"a@b.com\n":            false,
		"a\nb@c.com":           false,
		"a@" + long + "a.com":  false,
		"a@b." + long + "a":    false,
		"a@x.-y.example.com":   false,
		"a@x.y-.z.example.com": false,
	} {
		if got := isEmailAddress(s); got != want {
			t.Errorf("isEmailAddress(%q) = %t, want %t", s, got, want)
		}
	}
}

func TestIsTagKey(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"env": true, "a:b/c.d_e": true, "AWS:x": true, "awsx": true, "x aws:": false,
		"+,-./0123456789:;<=": true, // the range +-=
		"aws:x":               false,
		"":                    false, "a b": false, "a@b": false, "a>b": false, "a*b": false, "ä": false, "a\n": false,
	} {
		if got := isTagKey(s); got != want {
			t.Errorf("isTagKey(%q) = %t, want %t", s, got, want)
		}
	}
}

func TestGraphArn(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		testARN: true,
		"arn:aws-us-gov:detective:us-gov-west-1:123456789012:graph:00000000000000000000000000000000": true,
		testARN + "0": false, testARN + "\n": false, " " + testARN: false, strings.ToUpper(testARN): false,
		strings.Replace(testARN, "123456789012", "12345678901", 1): false,
		strings.Replace(testARN, "027c", "027g", 1):                false,
		strings.Replace(testARN, "aws", "gcp", 1):                  false,
	} {
		if v := checkGraphArn(s); (v == nil) != want {
			t.Errorf("checkGraphArn(%q) = %+v, want right: %t", s, v, want)
		}
	}
}
