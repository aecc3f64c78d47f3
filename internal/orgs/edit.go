package orgs

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Create returns a new organization that consists of its management account,
// which joins now. The email and the name may be empty. It returns an error
// that wraps ErrRefused when managementID is not 12 digits.
func Create(managementID, email, name string, now time.Time) (control.Organization, error) {
	if !entity.IsAccountID(managementID) {
		return control.Organization{}, fmt.Errorf("create organization: %w: account id %q is not 12 digits", ErrRefused, managementID)
	}
	return control.Organization{
		// Text is of letters and digits, 5 random bits each.
		ID:                  "o-" + strings.ToLower(rand.Text()[:10]),
		ManagementAccountID: managementID,
		Accounts: []control.OrganizationAccount{{
			ID: managementID, Email: email, Name: name, Status: control.AccountActive, Joined: stored(now),
		}},
	}, nil
}

// Add returns the organization with one more account, which joins as an
// active one; an empty status means that, too. It returns an error that wraps
// ErrNone for the zero organization, and ErrRefused when the account is a
// member already or is not fit to be one.
func Add(o control.Organization, account control.OrganizationAccount) (control.Organization, error) {
	refuse := func(reason string) (control.Organization, error) {
		return control.Organization{}, fmt.Errorf("add account %q: %w: %s", account.ID, ErrRefused, reason)
	}
	if o.ID == "" {
		return control.Organization{}, fmt.Errorf("add account %q: %w", account.ID, ErrNone)
	}
	if !entity.IsAccountID(account.ID) {
		return refuse("its id is not 12 digits")
	}
	if member, ok := o.Account(account.ID); ok {
		return refuse("it is a member already, " + string(member.Status))
	}
	account.Status = cmp.Or(account.Status, control.AccountActive)
	if account.Status != control.AccountActive {
		return refuse("it is " + string(account.Status) + "; accounts join as ACTIVE")
	}
	account.Joined = stored(account.Joined)
	o.Accounts = append(slices.Clone(o.Accounts), account)
	sortAccounts(o.Accounts)
	return o, nil
}

// Remove returns the organization without the account. If it was the
// delegated administrator, there is none afterwards. Like the functions
// below it returns an error that wraps ErrNone for the zero organization,
// ErrNotMember for a strange account, and ErrRefused for the management
// account. A closed account stays, so that it cannot come back.
func Remove(o control.Organization, id string) (control.Organization, error) {
	return edit("remove", o, id, func(o *control.Organization, i int) string {
		if o.Accounts[i].Status == control.AccountClosed {
			return "it is closed, which cannot be undone"
		}
		o.Accounts = slices.Delete(o.Accounts, i, i+1)
		endDelegation(o, id)
		return ""
	})
}

// Suspend returns the organization with the active account suspended. The
// delegated administrator stays that, as in AWS, for when the account comes
// back.
func Suspend(o control.Organization, id string) (control.Organization, error) {
	return setStatus("suspend", o, id, control.AccountSuspended, control.AccountActive)
}

// Restore returns the organization with the suspended account active again.
// A closed account does not come back.
func Restore(o control.Organization, id string) (control.Organization, error) {
	return setStatus("restore", o, id, control.AccountActive, control.AccountSuspended)
}

// Close returns the organization with the account, active or suspended,
// closed for good. If it was the delegated administrator, there is none
// afterwards.
func Close(o control.Organization, id string) (control.Organization, error) {
	return setStatus("close", o, id, control.AccountClosed, control.AccountActive, control.AccountSuspended)
}

// Delegate returns the organization with the account as its delegated
// administrator. It must be active, and no other account may be delegated;
// if it is itself, nothing changes.
func Delegate(o control.Organization, id string) (control.Organization, error) {
	return edit("delegate to", o, id, func(o *control.Organization, i int) string {
		if s := o.Accounts[i].Status; s != control.AccountActive {
			return "it is " + string(s)
		}
		if d := o.DelegatedAdministrator; d != "" && d != id {
			return "account " + d + " is the delegated administrator"
		}
		o.DelegatedAdministrator = id
		return ""
	})
}

// Undelegate returns the organization without a delegated administrator. It
// returns an error that wraps ErrNone for the zero organization, and
// ErrRefused when there is no delegated administrator.
func Undelegate(o control.Organization) (control.Organization, error) {
	if o.ID == "" {
		return control.Organization{}, fmt.Errorf("end the delegation: %w", ErrNone)
	}
	if o.DelegatedAdministrator == "" {
		return control.Organization{}, fmt.Errorf("end the delegation: %w: no account is the delegated administrator", ErrRefused)
	}
	o.Accounts = slices.Clone(o.Accounts)
	o.DelegatedAdministrator = ""
	return o, nil
}

// setStatus moves an account that has one of the statuses from to another one.
func setStatus(verb string, o control.Organization, id string, to control.AccountStatus, from ...control.AccountStatus) (control.Organization, error) {
	return edit(verb, o, id, func(o *control.Organization, i int) string {
		a := &o.Accounts[i]
		if !slices.Contains(from, a.Status) {
			return "it is " + string(a.Status)
		}
		a.Status = to
		if to == control.AccountClosed {
			endDelegation(o, id)
		}
		return ""
	})
}

// edit applies a change to account i of a copy of the organization. The
// management account stays as it is: an organization is not without one.
// The change returns why it is refused, if it is.
func edit(verb string, o control.Organization, id string, change func(o *control.Organization, i int) string) (control.Organization, error) {
	fail := func(err error) (control.Organization, error) {
		return control.Organization{}, fmt.Errorf("%s account %q: %w", verb, id, err)
	}
	if o.ID == "" {
		return fail(ErrNone)
	}
	i := slices.IndexFunc(o.Accounts, func(a control.OrganizationAccount) bool { return a.ID == id })
	if i < 0 {
		return fail(ErrNotMember)
	}
	if id == o.ManagementAccountID {
		return fail(fmt.Errorf("%w: it is the management account", ErrRefused))
	}
	o.Accounts = slices.Clone(o.Accounts)
	if reason := change(&o, i); reason != "" {
		return fail(fmt.Errorf("%w: %s", ErrRefused, reason))
	}
	return o, nil
}

func endDelegation(o *control.Organization, id string) {
	if o.DelegatedAdministrator == id {
		o.DelegatedAdministrator = ""
	}
}

func sortAccounts(accounts []control.OrganizationAccount) {
	slices.SortFunc(accounts, func(a, b control.OrganizationAccount) int { return cmp.Compare(a.ID, b.ID) })
}

// stored is a time as the control store keeps it, so that what comes back
// equals what went in.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
