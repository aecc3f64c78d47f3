package orgs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// check says what is wrong with an organization that a Source is about to
// return. Acting upon a wrong one would remove members from their graphs.
func check(o control.Organization) error {
	if !isOrganizationID(o.ID) {
		return fmt.Errorf("organization id %q is not o- and 10 to 32 lower-case letters or digits", o.ID)
	}
	for i, a := range o.Accounts {
		if !entity.IsAccountID(a.ID) {
			return fmt.Errorf("account id %q is not 12 digits", a.ID)
		}
		if i > 0 && a.ID == o.Accounts[i-1].ID {
			return fmt.Errorf("account %s is listed twice", a.ID)
		}
		if i > 0 && a.ID < o.Accounts[i-1].ID {
			return errors.New("the accounts are not sorted by id")
		}
		switch a.Status {
		case control.AccountActive, control.AccountSuspended, control.AccountClosed:
		default:
			return fmt.Errorf("account %s has the unknown status %q", a.ID, a.Status)
		}
	}
	if _, ok := o.Account(o.ManagementAccountID); !ok {
		return fmt.Errorf("management account %q is not among the %d accounts", o.ManagementAccountID, len(o.Accounts))
	}
	if id := o.DelegatedAdministrator; id != "" {
		if id == o.ManagementAccountID {
			return fmt.Errorf("management account %s is the delegated administrator", id)
		}
		if _, ok := o.Account(id); !ok {
			return fmt.Errorf("delegated administrator %q is not among the accounts", id)
		}
	}
	return nil
}

// isOrganizationID checks ^o-[a-z0-9]{10,32}$ (Organizations API, Organization.Id).
func isOrganizationID(s string) bool {
	rest, ok := strings.CutPrefix(s, "o-")
	return ok && len(rest) >= 10 && len(rest) <= 32 && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}
