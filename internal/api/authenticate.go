package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// ErrUnknownKey is what a KeyLookup returns for a key that it does not have.
var ErrUnknownKey = errors.New("unknown access key")

// unknownKey is the code of the answer to a key that is not known.
const unknownKey = "UnrecognizedClientException"

// authenticate says who made a request that was signed for the service. The
// body is the request's, whole. Only the Regions given are accepted, or any
// if the list is nil.
func (s *server) authenticate(r *http.Request, body []byte, service string, regions []string) (detective.Caller, error) {
	a, err := sigv4.Authorize(r.Header)
	if err != nil {
		return detective.Caller{}, err
	}
	if err := a.Credential.CheckScope(service, regions); err != nil {
		return detective.Caller{}, err
	}
	if s.dev {
		return s.trust(r.Context(), a.Credential)
	}
	if r.Header.Get("X-Amz-Security-Token") != "" {
		return detective.Caller{}, &sigv4.Error{Code: unknownKey,
			Message: "The security token included in the request is invalid: this service issues no session tokens, use an access key without one."}
	}
	secret, caller, err := s.lookup(r.Context(), a.Credential)
	if err != nil {
		return detective.Caller{}, err
	}
	if secret == "" { // anybody could sign with it
		return detective.Caller{}, fmt.Errorf("access key %s has no secret", a.Credential.AccessKeyID)
	}
	if err := sigv4.Verify(r, body, a, secret, s.now()); err != nil {
		return detective.Caller{}, err
	}
	return caller, nil
}

// trust is the development mode: no signature is checked, and an access key
// id of 12 digits is the account's id.
func (s *server) trust(ctx context.Context, c sigv4.Credential) (detective.Caller, error) {
	if isAccountID(c.AccessKeyID) {
		return detective.Caller{
			AccountID:   c.AccessKeyID,
			ARN:         inPartition(entity.RootARN(c.AccessKeyID), c.Region),
			AccessKeyID: c.AccessKeyID,
			Region:      c.Region,
		}, nil
	}
	_, caller, err := s.lookup(ctx, c)
	return caller, err
}

// lookup returns the secret and the owner of a key.
func (s *server) lookup(ctx context.Context, c sigv4.Credential) (string, detective.Caller, error) {
	secret, caller, err := s.keys.LookupKey(ctx, c.AccessKeyID)
	if errors.Is(err, ErrUnknownKey) {
		return "", detective.Caller{}, &sigv4.Error{Code: unknownKey, Message: "The security token included in the request is invalid."}
	}
	if err != nil {
		return "", detective.Caller{}, fmt.Errorf("look up access key %s: %w", c.AccessKeyID, err)
	}
	caller.AccessKeyID = c.AccessKeyID
	caller.Region = c.Region
	caller.ARN = inPartition(caller.ARN, c.Region)
	return secret, caller, nil
}

// inPartition returns the ARN in the partition of the Region that was called:
// clients take their partition from their own ARN.
func inPartition(arn, region string) string {
	if rest, ok := strings.CutPrefix(arn, "arn:aws:"); ok {
		return "arn:" + entity.Partition(region) + ":" + rest
	}
	return arn
}

func isAccountID(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) == 12
}
