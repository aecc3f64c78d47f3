package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

// ingestAction is the IAM action that a key with policies needs on the graph.
// The AWS managed policies of Detective do not allow it.
const ingestAction = "gumshoe:Ingest"

// pushCaller is who pushes.
type pushCaller struct {
	identity.Principal
	keyID  string
	region string // where the graph is looked for
	proven bool   // it is who it says

	signature *sigv4.Authorization // to be checked once the body is known; nil for none
	secret    string
}

// identity is the caller in the terms of the API.
func (c *pushCaller) identity() detective.Caller {
	return detective.Caller{AccountID: c.AccountID, ARN: c.ARN, AccessKeyID: c.keyID, Region: c.region}
}

// wrongKey is the one answer to a key that is not known or was revoked, and to
// a wrong secret or signature: no answer tells which keys there are. (That the
// body of a signed request is read only if its key is known does tell; the ids
// of keys are no secrets, and no bodies are taken in from strangers.)
func wrongKey() *pushFault {
	return &pushFault{status: http.StatusForbidden, code: "UnrecognizedClientException",
		message: "The access key is not known, or its secret, the signature or the time of the signature is wrong."}
}

// authenticate finds out who pushes, by an access key in one of the forms
//
//	Authorization: AWS4-HMAC-SHA256 …       for the service detective or execute-api
//	Authorization: Basic …                  access key id and secret access key
//	Authorization: Bearer ID:SECRET
//	X-Amz-Firehose-Access-Key: ID:SECRET    Amazon Data Firehose
//
// All but the first show the secret to whoever reads along: without TLS they
// are for loopback. The server listens elsewhere only behind a TLS proxy, or
// where --insecure-http says that this is known.
//
// Attempts are not counted, as the API does not: a secret has 240 random bits,
// and behind a proxy a limit for an address would shut everybody out.
func (d *pushDesk) authenticate(r *http.Request) (*pushCaller, error) {
	if pair := r.Header.Get(firehoseAccessKey); pair != "" {
		id, secret, _ := strings.Cut(pair, ":")
		return d.bySecret(r, id, secret)
	}
	values := r.Header.Values("Authorization")
	if len(values) == 1 {
		scheme, rest, _ := strings.Cut(values[0], " ")
		switch {
		case strings.EqualFold(scheme, "Bearer"):
			id, secret, _ := strings.Cut(strings.TrimSpace(rest), ":")
			return d.bySecret(r, id, secret)
		case strings.EqualFold(scheme, "Basic"):
			id, secret, _ := r.BasicAuth()
			return d.bySecret(r, id, secret)
		}
	}
	return d.bySignature(r)
}

// bySecret checks a key that came with its secret.
func (d *pushDesk) bySecret(r *http.Request, id, secret string) (*pushCaller, error) {
	regions := d.house.config.Regions
	region := r.URL.Query().Get("region")
	switch {
	case region == "":
		region = regions[0]
	case !slices.Contains(regions, region):
		return nil, badPush(fmt.Sprintf("The region must be one of %s.", strings.Join(regions, ", ")))
	}
	c, err := d.lookup(r, id, region)
	if err != nil {
		return nil, err
	}
	if !d.dev && !sameSecret(c.secret, secret) {
		return nil, wrongKey()
	}
	c.proven = true
	return c, nil
}

// sameSecret compares in a time that tells nothing. The empty secret is
// nobody's.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return a != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// bySignature looks up who is said to have signed. Whether that is so can be
// said once the body is there, see prove; bodies of unknown keys are not read.
func (d *pushDesk) bySignature(r *http.Request) (*pushCaller, error) {
	a, err := sigv4.Authorize(r.Header)
	if err != nil {
		return nil, err
	}
	service := "detective"
	if a.Credential.Service == "execute-api" {
		service = a.Credential.Service
	}
	if err := a.Credential.CheckScope(service, d.house.config.Regions); err != nil {
		return nil, err
	}
	if r.Header.Get("X-Amz-Security-Token") != "" && !d.dev {
		return nil, wrongKey() // no session tokens are issued
	}
	c, err := d.lookup(r, a.Credential.AccessKeyID, a.Credential.Region)
	if err != nil {
		return nil, err
	}
	if c.proven = d.dev; !d.dev {
		c.signature = &a
	}
	return c, nil
}

// prove checks the caller's signature, if that is how it identifies itself.
func (c *pushCaller) prove(r *http.Request, body []byte, now time.Time) error {
	if c.signature == nil {
		return nil
	}
	err := sigv4.Verify(r, body, *c.signature, c.secret, now)
	var refused *sigv4.Error
	if c.secret == "" || errors.As(err, &refused) && refused.Code == sigv4.InvalidSignature {
		return wrongKey()
	}
	c.proven = err == nil
	return err
}

// lookup finds a key. With --dev an id of 12 digits is the account's.
func (d *pushDesk) lookup(r *http.Request, id, region string) (*pushCaller, error) {
	c := &pushCaller{keyID: id, region: region}
	if d.dev && entity.IsAccountID(id) {
		c.AccountID, c.ARN = id, entity.RootARN(id)
		return c, nil
	}
	var err error
	c.secret, c.Principal, err = d.house.identity.LookupKey(r.Context(), id)
	if errors.Is(err, identity.ErrUnknownKey) {
		return nil, wrongKey()
	}
	if err != nil {
		return nil, fmt.Errorf("look up the access key of a push: %w", err)
	}
	if rest, ok := strings.CutPrefix(c.ARN, "arn:aws:"); ok {
		c.ARN = "arn:" + entity.Partition(region) + ":" + rest
	}
	return c, nil
}

// graphOf returns the graph that takes what the caller pushes, if the caller's
// policies allow it.
func (d *pushDesk) graphOf(r *http.Request, c *pushCaller) (control.Graph, error) {
	g, err := d.house.detective.GraphOf(r.Context(), c.AccountID, c.region)
	if errors.Is(err, control.ErrNotFound) {
		return g, &pushFault{status: http.StatusNotFound, code: string(detective.ResourceNotFound),
			message: fmt.Sprintf("Account %s administers no behavior graph in %s.", c.AccountID, c.region)}
	}
	if err != nil {
		return g, fmt.Errorf("look up the graph of account %s: %w", c.AccountID, err)
	}
	if c.Policies != nil && policy.Evaluate(c.Policies, policy.Request{
		Action: ingestAction, Resource: g.ARN, ResourceTags: g.Tags, PrincipalARN: c.ARN, Account: c.AccountID,
		Region: c.region, SourceIP: sourceIP(r), UserAgent: r.UserAgent(), Time: d.now(),
	}) != policy.Allowed {
		return g, &pushFault{status: http.StatusForbidden, code: string(detective.AccessDenied),
			message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", c.ARN, ingestAction, g.ARN)}
	}
	return g, nil
}

// sourceIP is the address that a request came from.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// keyForm is what the ids of access keys look like, and accounts with --dev.
// Secrets have lower-case letters.
var keyForm = regexp.MustCompile(`^[A-Z0-9]{12,128}$`)

// claimedKey is the key id that a refused request gives, for the audit log.
// What does not look like one is left out: it may be a secret in the wrong
// place.
func claimedKey(r *http.Request) string {
	id, _, _ := strings.Cut(r.Header.Get(firehoseAccessKey), ":")
	if id == "" {
		scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") {
			id, _, _ = strings.Cut(strings.TrimSpace(rest), ":")
		} else if basic, _, ok := r.BasicAuth(); ok {
			id = basic
		} else if a, err := sigv4.Authorize(r.Header); err == nil {
			id = a.Credential.AccessKeyID
		}
	}
	if !keyForm.MatchString(id) {
		return ""
	}
	return id
}
