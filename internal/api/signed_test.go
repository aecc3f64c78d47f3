package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signed is a request that testKey signed at testNow, by the SDK's own
// signer. Headers that change sets are signed with it.
func signed(t testing.TB, method, target, body string, change ...func(*http.Request)) *http.Request {
	t.Helper()
	r := newRequest(method, target, body)
	r.Header.Del("Authorization")
	for _, c := range change {
		c(r)
	}
	sign(t, r, body)
	return r
}

// sign adds the headers of the signature.
func sign(t testing.TB, r *http.Request, body string) {
	t.Helper()
	sum := sha256.Sum256([]byte(body))
	key := aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "detective", "us-east-1", testNow); err != nil {
		t.Fatal(err)
	}
}
