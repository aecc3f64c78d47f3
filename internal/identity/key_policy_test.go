package identity

import (
	"errors"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

const listOnly = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"detective:ListGraphs","Resource":"*"}}`

// may asks what a key may do, as the API does.
func may(t *testing.T, s *Service, key, operation string) bool {
	t.Helper()
	_, p, err := s.LookupKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return p.Policies == nil || policy.Evaluate(p.Policies, policy.Request{Action: policy.ActionOf(operation), Resource: "*"}) == policy.Allowed
}

func TestKeyPolicies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx := t.Context()
	if _, err := s.CreateAccount(ctx, account, "", ""); err != nil {
		t.Fatal(err)
	}
	key, err := s.CreateKey(ctx, account, KeyOptions{UserName: "alice", Policies: []control.KeyPolicy{{Name: "mine", Document: listOnly}}})
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := s.LookupKey(ctx, key.AccessKeyID)
	if err != nil || p.ARN != "arn:aws:iam::111122223333:user/alice" {
		t.Errorf("LookupKey: %+v, %v", p, err)
	}
	if !may(t, s, key.AccessKeyID, "ListGraphs") || may(t, s, key.AccessKeyID, "CreateGraph") {
		t.Error("the key may not do what its policy says")
	}
	// At once, past the cache.
	if err := s.SetKeyPolicies(ctx, key.AccessKeyID, []control.KeyPolicy{{Name: "AmazonDetectiveFullAccess"}}); err != nil {
		t.Fatal(err)
	}
	if !may(t, s, key.AccessKeyID, "CreateGraph") {
		t.Error("the new policy is not in force")
	}
	next, err := s.RotateKey(ctx, key.AccessKeyID)
	if err != nil || next.AccessKeyID == key.AccessKeyID || next.AccountID != account {
		t.Fatalf("RotateKey: %+v, %v", next, err)
	}
	if _, _, err := s.LookupKey(ctx, key.AccessKeyID); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("the rotated key: %v; want ErrUnknownKey", err)
	}
	_, p, err = s.LookupKey(ctx, next.AccessKeyID)
	if err != nil || p.ARN != "arn:aws:iam::111122223333:user/alice" || !may(t, s, next.AccessKeyID, "CreateGraph") {
		t.Errorf("the new key is not like the old one: %+v, %v", p, err)
	}
	for _, gone := range []string{key.AccessKeyID, "AKIANOBODY"} {
		if _, err := s.RotateKey(ctx, gone); !errors.Is(err, control.ErrNotFound) {
			t.Errorf("RotateKey(%s): %v; want ErrNotFound", gone, err)
		}
	}
}

func TestKeyOptionsAreChecked(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx := t.Context()
	first, err := s.CreateAccount(ctx, account, "", "")
	if err != nil {
		t.Fatal(err)
	}
	full := []control.KeyPolicy{{Name: "AmazonDetectiveFullAccess"}}
	for name, o := range map[string]KeyOptions{
		"user without a policy": {UserName: "alice"},
		"user with a path":      {UserName: "a/b", Policies: full},
		"unknown policy":        {Policies: []control.KeyPolicy{{Name: "AdministratorAccess"}}},
		"broken policy":         {Policies: []control.KeyPolicy{{Name: "mine", Document: `{"Statement":[]}`}}},
		"too many":              {Policies: append(append(full, full...), make([]control.KeyPolicy, 9)...)},
	} {
		if _, err := s.CreateKey(ctx, account, o); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v; want ErrInvalid", name, err)
		}
		if o.UserName == "" {
			if err := s.SetKeyPolicies(ctx, first.AccessKeyID, o.Policies); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s, set: %v; want ErrInvalid", name, err)
			}
		}
	}
	if keys, err := s.Keys(ctx); err != nil || len(keys) != 1 || keys[0].Policies != nil {
		t.Errorf("refused keys left %+v, %v", keys, err)
	}
	if !may(t, s, first.AccessKeyID, "CreateGraph") {
		t.Error("a root key may not do everything")
	}
}

// The keys of an account that the organization has as suspended or closed end
// at once, and those of a suspended one come back with it.
func TestKeysOfSuspendedAccounts(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ctx := t.Context()
	key, err := s.CreateAccount(ctx, account, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status control.AccountStatus
		want   error
	}{{control.AccountActive, nil}, {control.AccountSuspended, ErrUnknownKey}, {control.AccountActive, nil}, {control.AccountClosed, ErrUnknownKey}} {
		err := s.store.Update(ctx, func(tx control.Tx) error {
			return tx.SetOrganization(ctx, control.Organization{ID: "o-1", ManagementAccountID: account,
				Accounts: []control.OrganizationAccount{{ID: account, Status: c.status, Joined: now}}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.LookupKey(ctx, key.AccessKeyID); !errors.Is(err, c.want) {
			t.Errorf("%s: LookupKey: %v; want %v", c.status, err, c.want)
		}
	}
}
