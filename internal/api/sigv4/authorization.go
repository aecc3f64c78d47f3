package sigv4

import (
	"net/http"
	"slices"
	"strings"
)

const algorithm = "AWS4-HMAC-SHA256"

// Credential says whose key signed a request and for what.
type Credential struct {
	AccessKeyID string
	Date        string // of the signing key, 20060102
	Region      string
	Service     string
}

// Authorization is a parsed Authorization header.
type Authorization struct {
	Credential    Credential
	SignedHeaders []string // lower case, sorted, each once, host among them
	Signature     string   // 64 lower-case hexadecimal digits
}

// Authorize parses the Authorization header of a request. It returns an
// *Error with code MissingToken if there is none, Incomplete if it is not one.
func Authorize(h http.Header) (Authorization, error) {
	switch values := h.Values("Authorization"); len(values) {
	case 0:
		return Authorization{}, &Error{Code: MissingToken, Message: "Missing Authentication Token"}
	case 1:
		return ParseAuthorization(values[0])
	default:
		return Authorization{}, incomplete("The request must have one Authorization header.")
	}
}

// ParseAuthorization parses the value of an Authorization header:
//
//	AWS4-HMAC-SHA256 Credential=KEY/20060102/REGION/SERVICE/aws4_request,
//	SignedHeaders=host;x-amz-date, Signature=…
//
// The three parts may stand in any order. The error is an *Error.
func ParseAuthorization(value string) (Authorization, error) {
	var a Authorization
	rest, ok := strings.CutPrefix(value, algorithm+" ")
	if !ok {
		return a, incomplete("Authorization header requires the algorithm '%s'.", algorithm)
	}
	parts := make(map[string]string, 3)
	for part := range strings.SplitSeq(rest, ",") {
		name, val, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := parts[name]; !ok || twice {
			return a, incomplete("Authorization header is not a list of key=value pairs.")
		}
		parts[name] = val
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return a, incomplete("Authorization header requires '%s' parameter.", name)
		}
	}
	if len(parts) != 3 {
		return a, incomplete("Authorization header has an unknown parameter.")
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || slices.Contains(scope, "") || !digits(scope[1], 8) {
		return a, incomplete("Credential must have the form key/date/region/service/aws4_request.")
	}
	a.Credential = Credential{AccessKeyID: scope[0], Date: scope[1], Region: scope[2], Service: scope[3]}

	a.SignedHeaders = strings.Split(parts["SignedHeaders"], ";")
	for i, name := range a.SignedHeaders {
		if name == "" || name != strings.ToLower(name) || i > 0 && name <= a.SignedHeaders[i-1] {
			return a, incomplete("SignedHeaders must be lower-case names in alphabetical order, each once.")
		}
	}
	if !slices.Contains(a.SignedHeaders, "host") {
		return a, invalid("'host' must be a signed header.")
	}
	a.Signature = parts["Signature"]
	if !hexadecimal(a.Signature, 64) {
		return a, incomplete("Signature must be 64 lower-case hexadecimal digits.")
	}
	return a, nil
}

// String writes the header's value in its usual form.
func (a Authorization) String() string {
	c := a.Credential
	return algorithm + " Credential=" + c.AccessKeyID + "/" + c.scope() +
		", SignedHeaders=" + strings.Join(a.SignedHeaders, ";") + ", Signature=" + a.Signature
}

// scope is the credential scope, which is part of what is signed.
func (c Credential) scope() string {
	return c.Date + "/" + c.Region + "/" + c.Service + "/aws4_request"
}

// CheckScope says whether the credential is for one of the Regions (any, if
// the list is nil) and for the service. The error is an *Error.
func (c Credential) CheckScope(service string, regions []string) error {
	if regions != nil && !slices.Contains(regions, c.Region) {
		return invalid("Credential should be scoped to a valid Region: %s.", strings.Join(regions, ", "))
	}
	if c.Service != service {
		return invalid("Credential should be scoped to correct service: '%s'.", service)
	}
	return nil
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

func hexadecimal(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}
