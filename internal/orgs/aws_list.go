package orgs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	// pageSize is the most that one call returns (Organizations API).
	pageSize = 20
	// maxPages ends a listing that does not end itself. The highest quota is
	// 50,000 accounts (Organizations user guide, quotas), 2,500 full pages;
	// AWS may send some that are not full.
	maxPages = 5_000
)

// accounts returns all accounts of the organization, by id.
func (s *AWS) accounts(ctx context.Context) ([]control.OrganizationAccount, error) {
	var all []control.OrganizationAccount
	err := pages(func(token *string) (*string, error) {
		out, err := s.client.ListAccounts(ctx, &organizations.ListAccountsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		if out.Accounts == nil && aws.ToString(out.NextToken) == "" {
			// It would look like the end of the list.
			return nil, errors.New("the answer has neither Accounts nor NextToken")
		}
		for _, a := range out.Accounts {
			account, err := accountOf(a)
			if err != nil {
				return nil, err
			}
			all = append(all, account)
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	sortAccounts(all)
	return all, nil
}

// delegatedAdministrator returns the account that is Detective's delegated
// administrator, or nothing. AWS allows one; if it told of more, the first
// that was delegated would be it.
func (s *AWS) delegatedAdministrator(ctx context.Context) (string, error) {
	var all []types.DelegatedAdministrator
	err := pages(func(token *string) (*string, error) {
		out, err := s.client.ListDelegatedAdministrators(ctx, &organizations.ListDelegatedAdministratorsInput{
			MaxResults: aws.Int32(pageSize), NextToken: token, ServicePrincipal: aws.String(ServicePrincipal),
		})
		if err != nil {
			return nil, err
		}
		if out.DelegatedAdministrators == nil && aws.ToString(out.NextToken) == "" {
			// It would look as if the delegation had ended.
			return nil, errors.New("the answer has neither DelegatedAdministrators nor NextToken")
		}
		all = append(all, out.DelegatedAdministrators...)
		return out.NextToken, nil
	})
	if err != nil {
		return "", fmt.Errorf("list delegated administrators: %w", err)
	}
	if len(all) == 0 {
		return "", nil
	}
	first := slices.MinFunc(all, func(a, b types.DelegatedAdministrator) int {
		return since(a).Compare(since(b))
	})
	if aws.ToString(first.Id) == "" {
		return "", errors.New("list delegated administrators: one has no id")
	}
	return *first.Id, nil
}

// since is the time of a delegation. One without comes last.
func since(d types.DelegatedAdministrator) time.Time {
	if d.DelegationEnabledDate == nil {
		return time.Unix(1<<40, 0)
	}
	return *d.DelegationEnabledDate
}

// pages calls next with the token that it returned before, until it returns
// none.
func pages(next func(token *string) (*string, error)) error {
	var token *string
	for range maxPages {
		following, err := next(token)
		if err != nil {
			return err
		}
		if aws.ToString(following) == "" {
			return nil
		}
		if token != nil && *token == *following {
			return errors.New("a page names itself as the next one")
		}
		token = following
	}
	return fmt.Errorf("no end after %d pages", maxPages)
}

// accountOf takes over what AWS tells of an account. It does not check the
// id; check does.
func accountOf(a types.Account) (control.OrganizationAccount, error) {
	// AWS retires Status in favor of State on 2026-09-09 (types.Account).
	state := string(a.State)
	if state == "" {
		state = string(a.Status)
	}
	status, ok := statusOf(types.AccountState(state))
	if !ok {
		return control.OrganizationAccount{}, fmt.Errorf("account %q has the unknown state %q", aws.ToString(a.Id), state)
	}
	account := control.OrganizationAccount{
		ID: aws.ToString(a.Id), Email: aws.ToString(a.Email), Name: aws.ToString(a.Name), Status: status,
	}
	if a.JoinedTimestamp != nil {
		account.Joined = stored(*a.JoinedTimestamp)
	}
	return account, nil
}

// statusOf returns the status of an account by its State. The values of the
// retired Status are among them.
func statusOf(state types.AccountState) (_ control.AccountStatus, ok bool) {
	switch state {
	case types.AccountStateActive:
		return control.AccountActive, true
	case types.AccountStateSuspended, types.AccountStatePendingClosure, types.AccountStatePendingActivation:
		return control.AccountSuspended, true
	case types.AccountStateClosed:
		return control.AccountClosed, true
	}
	return "", false
}
