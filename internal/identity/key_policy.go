package identity

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

// userName is what IAM takes for the name of a user, without a path.
var userName = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)

// maxPolicies is how many policies a key can have: as many as an IAM user can
// have attached by default.
const maxPolicies = 10

// invalid is an ErrInvalid with a text of its own.
type invalid struct{ error }

func (invalid) Is(target error) bool { return target == ErrInvalid }

func invalidf(format string, args ...any) error { return invalid{fmt.Errorf(format, args...)} }

// check says whether a key can be made so. A key of a user needs a policy:
// without one it could do nothing.
func (o KeyOptions) check() error {
	switch {
	case o.UserName != "" && !userName.MatchString(o.UserName):
		return fmt.Errorf("%w user name %q: 1 to 64 letters, digits and _+=,.@-", ErrInvalid, o.UserName)
	case o.UserName != "" && len(o.Policies) == 0:
		return invalidf("the key of user %s has no policy and could do nothing", o.UserName)
	case len(o.Policies) > maxPolicies:
		return invalidf("a key can have up to %d policies, not %d", maxPolicies, len(o.Policies))
	}
	_, err := readPolicies(o.Policies)
	return err
}

// readPolicies compiles the policies of a key; none give nil.
func readPolicies(all []control.KeyPolicy) (policy.Set, error) {
	var set policy.Set
	for _, p := range all {
		if p.Document == "" {
			managed, ok := policy.Managed(p.Name)
			if !ok {
				return nil, invalidf("there is no managed policy %q; there are %s", p.Name, strings.Join(policy.ManagedNames(), ", "))
			}
			set = append(set, managed)
			continue
		}
		own, err := policy.Parse([]byte(p.Document))
		if err != nil {
			return nil, invalidf("policy %s: %w", p.Name, err)
		}
		set = append(set, own)
	}
	return set, nil
}

// principal returns who a stored key belongs to.
func principal(k control.Key) (Principal, error) {
	p := Principal{AccountID: k.AccountID, ARN: entity.RootARN(k.AccountID)}
	if k.UserName != "" {
		p.ARN = "arn:aws:iam::" + k.AccountID + ":user/" + k.UserName
	}
	set, err := readPolicies(k.Policies)
	if err != nil {
		return p, fmt.Errorf("policies of access key %s: %w", k.AccessKeyID, err)
	}
	if p.Policies = set; set == nil && k.UserName != "" {
		p.Policies = policy.Set{} // allows nothing
	}
	return p, nil
}
