package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
)

func newRoom(bytes int64) *push.Room { return push.NewRoom(bytes) }

// The forms in which a request shows a key.
func basic(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(id, secret) }
}

func bearer(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+id+":"+secret) }
}

func firehoseKey(id, secret string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Authorization")
		r.Header.Set(firehoseAccessKey, id+":"+secret)
	}
}

// signedFor signs as the SDKs do.
func signedFor(t testing.TB, service, region string, at time.Time) func(id, secret string) func(*http.Request) {
	return func(id, secret string) func(*http.Request) {
		return func(r *http.Request) {
			t.Helper()
			r.Header.Del("Authorization")
			content, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(content)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(body)
			key := aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
			if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), service, region, at); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPushAuthentication(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	revoked, err := p.house.identity.CreateKey(t.Context(), pushAccountID, identity.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.house.identity.RevokeKey(t.Context(), revoked.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	const unknown = "AKIAIOSFODNN7EXAMPLE"
	delivered := `{"requestId":"r","timestamp":1,"records":[]}`
	forms := map[string]struct {
		show func(id, secret string) func(*http.Request)
		body string
	}{
		"basic":       {basic, trail("a")},
		"bearer":      {bearer, trail("a")},
		"firehose":    {firehoseKey, delivered},
		"detective":   {signedFor(t, "detective", defaultRegion, time.Now()), trail("a")},
		"execute-api": {signedFor(t, "execute-api", defaultRegion, time.Now()), trail("a")},
	}
	for name, form := range forms {
		if a := p.push("auto", form.body, form.show(p.key.AccessKeyID, p.key.SecretAccessKey)); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		// All that is wrong about a key looks alike.
		var first string
		for what, key := range map[string][2]string{
			"wrong secret": {p.key.AccessKeyID, p.key.SecretAccessKey[1:] + "x"}, "half a secret": {p.key.AccessKeyID, p.key.SecretAccessKey[:20]},
			"no secret": {p.key.AccessKeyID, ""}, "unknown key": {unknown, p.key.SecretAccessKey}, "revoked key": {revoked.AccessKeyID, revoked.SecretAccessKey},
		} {
			a := p.push("auto", form.body, form.show(key[0], key[1]))
			if a.Status != http.StatusForbidden || a.Header.Get("x-amzn-ErrorType") != "UnrecognizedClientException" {
				t.Errorf("%s, %s: %d %s", name, what, a.Status, a.Body)
			}
			told := a.Message
			if a.ErrorMessage != nil {
				told = *a.ErrorMessage
			}
			if first == "" {
				first = told
			}
			if told == "" || told != first {
				t.Errorf("%s, %s: told %q, others %q", name, what, told, first)
			}
		}
	}
	f := func(name, code string, change func(*http.Request)) {
		t.Helper()
		if a := p.push("auto", trail("b"), change); a.Status != http.StatusForbidden || a.Code != code {
			t.Errorf("%s: %d %s, want %s", name, a.Status, a.Body, code)
		}
	}
	header := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
	}
	sign := signedFor(t, "detective", defaultRegion, time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey)
	f("nothing", "MissingAuthenticationTokenException", func(r *http.Request) { r.Header.Del("Authorization") })
	f("two", "IncompleteSignatureException", header("Authorization", "Bearer a:b", "Bearer c:d"))
	f("another scheme", "IncompleteSignatureException", header("Authorization", "Digest username=x"))
	f("a part of a signature", "IncompleteSignatureException", header("Authorization", "AWS4-HMAC-SHA256 Credential=x"))
	f("bearer without a colon", "UnrecognizedClientException", header("Authorization", "Bearer "+p.key.AccessKeyID))
	f("basic that is none", "UnrecognizedClientException", header("Authorization", "Basic !"))
	f("another service", "InvalidSignatureException", signedFor(t, "s3", defaultRegion, time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey))
	f("another Region", "InvalidSignatureException", signedFor(t, "detective", "mars-north-1", time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey))
	f("long ago", "UnrecognizedClientException", signedFor(t, "detective", defaultRegion, time.Now().Add(-time.Hour))(p.key.AccessKeyID, p.key.SecretAccessKey))
	f("a session token", "UnrecognizedClientException", func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "x"); sign(r) })
	f("another body", "UnrecognizedClientException", func(r *http.Request) {
		sign(r)
		other := strings.Replace(trail("b"), "alice", "mally", 1)
		r.Body = io.NopCloser(strings.NewReader(other))
		r.Header.Del("X-Amz-Content-Sha256")
	})

	// Nothing of it told a secret to the log or the audit log.
	p.mu.Lock()
	calls := p.calls
	p.mu.Unlock()
	wrong, known := 0, 0
	for _, c := range calls {
		if c.Operation != "Ingest" || c.ErrorCode == "" || c.Caller.SourceIP != "127.0.0.1" || c.RequestID == "" {
			t.Errorf("written down: %+v", c)
		}
		if c.Known {
			known++
		}
		if c.Caller.AccessKeyID == unknown {
			wrong++
		}
		if strings.Contains(c.Caller.AccessKeyID+c.ErrorMessage+c.Caller.UserAgent, p.key.SecretAccessKey) {
			t.Errorf("the audit log has a secret: %+v", c)
		}
	}
	if len(calls) != 5*len(forms)+11 || known != 0 || wrong != len(forms) {
		t.Errorf("%d calls written down, %d of known callers, %d of an unknown key", len(calls), known, wrong)
	}
	if strings.Contains(p.logged(), p.key.SecretAccessKey) {
		t.Errorf("the log has a secret:\n%s", p.logged())
	}
}

// The Region of a signature finds the graph, whatever the query says.
func TestPushRegion(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	if a := p.push("auto?region="+pushRegion, trail("a"), signedFor(t, "detective", defaultRegion, time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey)); a.Stored != 1 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	a := p.push("auto", trail("a"), signedFor(t, "detective", pushRegion, time.Now())(p.key.AccessKeyID, p.key.SecretAccessKey))
	if a.Status != http.StatusNotFound || !strings.Contains(a.Message, "no behavior graph in eu-west-1") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// A key with policies needs gumshoe:Ingest on the graph.
func TestPushPermission(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	f := func(want int, policies ...control.KeyPolicy) {
		t.Helper()
		key, err := p.house.identity.CreateKey(t.Context(), pushAccountID, identity.KeyOptions{UserName: "shipper", Policies: policies})
		if err != nil {
			t.Fatal(err)
		}
		a := p.push("auto", trail("a"), bearer(key.AccessKeyID, key.SecretAccessKey))
		if a.Status != want {
			t.Errorf("%v: %d %s, want %d", policies, a.Status, a.Body, want)
		}
		if want == http.StatusOK {
			return
		}
		if message := "User: arn:aws:iam::111122223333:user/shipper is not authorized to perform: gumshoe:Ingest on resource: " + p.graph.ARN; a.Message != message || a.Code != "AccessDeniedException" {
			t.Errorf("%v: %s, want %s", policies, a.Body, message)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if c := p.calls[len(p.calls)-1]; !c.Known || c.Caller.AccountID != pushAccountID || c.Caller.AccessKeyID != key.AccessKeyID || c.ErrorCode != "AccessDeniedException" {
			t.Errorf("written down: %+v", c)
		}
	}
	own := func(effect, resource string) control.KeyPolicy {
		return control.KeyPolicy{Name: effect + ".json", Document: `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"gumshoe:Ingest","Resource":"` + resource + `"}}`}
	}
	f(http.StatusOK, own("Allow", p.graph.ARN))
	f(http.StatusOK, own("Allow", "*"), control.KeyPolicy{Name: "AmazonDetectiveMemberAccess"})
	f(http.StatusForbidden, own("Allow", "*"), own("Deny", p.graph.ARN))
	f(http.StatusForbidden, own("Allow", strings.Replace(p.graph.ARN, pushAccountID, "999999999999", 1)))
	f(http.StatusForbidden, control.KeyPolicy{Name: "AmazonDetectiveInvestigatorAccess"})
	f(http.StatusForbidden, control.KeyPolicy{Name: "AmazonDetectiveFullAccess"})
}

// The keys of other accounts reach their own graphs only.
func TestPushOtherAccount(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	other, err := p.house.identity.CreateAccount(t.Context(), "444455556666", "", "")
	if err != nil {
		t.Fatal(err)
	}
	a := p.push("auto", trail("a"), bearer(other.AccessKeyID, other.SecretAccessKey))
	if a.Status != http.StatusNotFound || a.Message != "Account 444455556666 administers no behavior graph in us-east-1." {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// With --dev any secret will do, and an account's id is a key.
func TestPushDev(t *testing.T) {
	t.Parallel()
	p := newPushing(t, func(d *pushDesk) { d.dev = true })
	for i, form := range []func(*http.Request){
		basic(pushAccountID, "x"), bearer(pushAccountID, ""), basic(p.key.AccessKeyID, "wrong"),
		signedFor(t, "detective", defaultRegion, time.Now().Add(-time.Hour))(pushAccountID, "x"),
	} {
		if a := p.push("auto", trail("a"), form); a.Status != http.StatusOK {
			t.Errorf("%d: %d %s", i, a.Status, a.Body)
		}
	}
	if a := p.push("auto", trail("a"), basic("AKIAIOSFODNN7EXAMPLE", "x")); a.Status != http.StatusForbidden {
		t.Errorf("unknown key: %d %s", a.Status, a.Body)
	}
}

// Of a request that is refused only what looks like a key id is written down.
func TestClaimedKey(t *testing.T) {
	t.Parallel()
	const id, secret = "AKIAIOSFODNN7EXAMPLE", "made/up+secret=for0tests/only123456789ab"
	f := func(name, want string, change func(*http.Request)) {
		t.Helper()
		r := &http.Request{Header: http.Header{}}
		change(r)
		if got := claimedKey(r); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	f("basic", id, basic(id, secret))
	f("bearer", id, bearer(id, secret))
	f("firehose", id, firehoseKey(id, secret))
	f("the wrong way round", "", basic(secret, id))
	f("the secret alone", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) })
	f("the secret alone", "", firehoseKey(secret, ""))
	f("nothing", "", func(*http.Request) {})
	f("long", "", basic(strings.Repeat("A", 1000), secret))
}
