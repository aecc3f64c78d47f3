package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"
)

// MaxSkew is how far a request's clock may be from ours, both ways.
const MaxSkew = 15 * time.Minute

// dateLayout is the form of X-Amz-Date.
const dateLayout = "20060102T150405Z"

// Verify says whether a request was signed with secret at about the time now.
// The body is the whole body of the request, which has been read before. A
// request that must not be trusted gives an *Error. As in AWS a request may be
// sent again as long as its date is within MaxSkew: nothing is kept of those
// that were seen.
func Verify(r *http.Request, body []byte, a Authorization, secret string, now time.Time) error {
	signed, err := signingTime(r.Header, a.SignedHeaders)
	if err != nil {
		return err
	}
	if a.Credential.Date != signed.Format("20060102") {
		return invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'.",
			a.Credential.Date, signed.Format("20060102"))
	}
	if err := checkSkew(signed, now); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	payloadHash := hex.EncodeToString(sum[:])
	if claimed := r.Header.Values("X-Amz-Content-Sha256"); len(claimed) > 1 || len(claimed) == 1 && claimed[0] != payloadHash {
		return invalid("The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	canonical, err := canonicalRequest(r, a.SignedHeaders, payloadHash)
	if err != nil {
		return err
	}
	want := signature(secret, a.Credential, signed, canonical)
	if !hmac.Equal([]byte(want), []byte(a.Signature)) {
		return invalid("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// signingTime reads the time from the date header that is signed: X-Amz-Date,
// or else Date.
func signingTime(h http.Header, signedHeaders []string) (time.Time, error) {
	name := "x-amz-date"
	if !slices.Contains(signedHeaders, name) {
		name = "date"
	}
	if !slices.Contains(signedHeaders, name) {
		return time.Time{}, invalid("'x-amz-date' or 'date' must be a signed header.")
	}
	values := h.Values(name)
	if len(values) != 1 {
		return time.Time{}, incomplete("The request must have one '%s' header.", name)
	}
	if t, err := time.Parse(dateLayout, values[0]); err == nil {
		return t, nil
	}
	if t, err := http.ParseTime(values[0]); name == "date" && err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, incomplete("The '%s' header must have the form 20060102T150405Z.", name)
}

func checkSkew(signed, now time.Time) error {
	at, is := signed.Format(dateLayout), now.UTC().Format(dateLayout)
	if limit := now.Add(-MaxSkew); signed.Before(limit) {
		return invalid("Signature expired: %s is now earlier than %s (%s - 15 min.)", at, limit.UTC().Format(dateLayout), is)
	}
	if limit := now.Add(MaxSkew); signed.After(limit) {
		return invalid("Signature not yet current: %s is still later than %s (%s + 15 min.)", at, limit.UTC().Format(dateLayout), is)
	}
	return nil
}

// signature computes the signature of a canonical request, in hexadecimal.
func signature(secret string, c Credential, signed time.Time, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	toSign := algorithm + "\n" + signed.Format(dateLayout) + "\n" + c.scope() + "\n" + hex.EncodeToString(hash[:])
	key := []byte("AWS4" + secret)
	for _, part := range []string{c.Date, c.Region, c.Service, "aws4_request", toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
