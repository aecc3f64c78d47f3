package sigv4

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var zeros = strings.Repeat("0", 64)

func TestParseAuthorization(t *testing.T) {
	t.Parallel()
	want := Authorization{
		Credential:    Credential{AccessKeyID: "AKID", Date: "20260304", Region: "us-east-1", Service: "detective"},
		SignedHeaders: []string{"host", "x-amz-date"},
		Signature:     zeros,
	}
	for _, header := range []string{
		"AWS4-HMAC-SHA256 Credential=AKID/20260304/us-east-1/detective/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + zeros,
		"AWS4-HMAC-SHA256 Signature=" + zeros + ",SignedHeaders=host;x-amz-date,Credential=AKID/20260304/us-east-1/detective/aws4_request",
	} {
		got, err := ParseAuthorization(header)
		if err != nil {
			t.Errorf("%s: %v", header, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", header, diff)
		}
	}
}

func TestParseAuthorizationRefuses(t *testing.T) {
	t.Parallel()
	const (
		credential = "Credential=AKID/20260304/us-east-1/detective/aws4_request"
		headers    = "SignedHeaders=host;x-amz-date"
	)
	signature := "Signature=" + zeros
	f := func(name string, code string, parts ...string) {
		t.Helper()
		header := "AWS4-HMAC-SHA256 " + strings.Join(parts, ", ")
		_, err := ParseAuthorization(header)
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code != code {
			t.Errorf("%s: %s: got %v, want %s", name, header, err, code)
		}
	}
	f("nothing", Incomplete)
	f("no credential", Incomplete, headers, signature)
	f("no headers", Incomplete, credential, signature)
	f("no signature", Incomplete, credential, headers)
	f("empty signature", Incomplete, credential, headers, "Signature=")
	f("twice", Incomplete, credential, headers, signature, signature)
	f("unknown part", Incomplete, credential, headers, signature, "X=1")
	f("no value", Incomplete, credential, headers, signature, "X")
	f("short scope", Incomplete, "Credential=AKID/20260304/us-east-1/detective", headers, signature)
	f("long scope", Incomplete, "Credential=A/B/20260304/us-east-1/detective/aws4_request", headers, signature)
	f("other terminator", Incomplete, "Credential=AKID/20260304/us-east-1/detective/aws5_request", headers, signature)
	f("empty key", Incomplete, "Credential=/20260304/us-east-1/detective/aws4_request", headers, signature)
	f("date", Incomplete, "Credential=AKID/2026-3-4/us-east-1/detective/aws4_request", headers, signature)
	f("headers out of order", Incomplete, credential, "SignedHeaders=x-amz-date;host", signature)
	f("header twice", Incomplete, credential, "SignedHeaders=host;host", signature)
	f("header in upper case", Incomplete, credential, "SignedHeaders=Host", signature)
	f("empty header", Incomplete, credential, "SignedHeaders=;host", signature)
	f("host not signed", InvalidSignature, credential, "SignedHeaders=x-amz-date", signature)
	f("signature in upper case", Incomplete, credential, headers, "Signature="+strings.Repeat("A", 64))
	f("short signature", Incomplete, credential, headers, "Signature="+zeros[1:])
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	f := func(code string, values ...string) {
		t.Helper()
		_, err := Authorize(http.Header{"Authorization": values})
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code != code {
			t.Errorf("%q: got %v, want %s", values, err, code)
		}
	}
	f(MissingToken)
	f(Incomplete, "")
	f(Incomplete, "Basic Zm9vOmJhcg==")
	f(Incomplete, "AWS4-HMAC-SHA256 a", "AWS4-HMAC-SHA256 b")
}

func TestCheckScope(t *testing.T) {
	t.Parallel()
	c := Credential{AccessKeyID: "K", Date: "20260304", Region: "eu-west-1", Service: "detective"}
	f := func(service string, regions []string, want string) {
		t.Helper()
		if got := message(c.CheckScope(service, regions)); got != want {
			t.Errorf("CheckScope(%s, %v) = %q, want %q", service, regions, got, want)
		}
	}
	f("detective", []string{"us-east-1", "eu-west-1"}, "")
	f("detective", nil, "")
	f("detective", []string{"us-east-1"}, "Credential should be scoped to a valid Region: us-east-1.")
	f("detective", []string{}, "Credential should be scoped to a valid Region: .")
	f("sts", nil, "Credential should be scoped to correct service: 'sts'.")
}

// FuzzParseAuthorization: what is accepted comes back from its own String.
func FuzzParseAuthorization(f *testing.F) {
	for _, rec := range recordings(f) {
		for _, v := range rec.Vectors {
			for name, value := range v.Headers {
				if strings.EqualFold(name, "authorization") {
					f.Add(value)
				}
			}
		}
	}
	f.Add("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,SignedHeaders=,Signature=,")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := ParseAuthorization(header)
		if err != nil {
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("%q: error %v is no *Error", header, err)
			}
			return
		}
		again, err := ParseAuthorization(a.String())
		if err != nil {
			t.Fatalf("%q: written as %q: %v", header, a, err)
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Fatalf("%q: (-first +second)\n%s", header, diff)
		}
	})
}
