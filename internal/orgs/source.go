package orgs

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// ServicePrincipal is the name under which AWS Organizations knows Detective.
const ServicePrincipal = "detective.amazonaws.com"

// Errors that callers decide on, wrapped with what was asked for.
var (
	// ErrNone says that there is no organization.
	ErrNone = errors.New("there is no organization")
	// ErrNotMember says that the account does not belong to the organization.
	ErrNotMember = errors.New("not an account of the organization")
	// ErrRefused says that the rules of organizations forbid the change.
	ErrRefused = errors.New("refused")
)

// Source knows the organization.
//
//   - All methods MUST be safe for concurrent use and MUST return soon after
//     ctx has ended.
type Source interface {
	// Organization returns the organization as it is now.
	//
	//  - It MUST return all accounts, sorted by id, the management account
	//    among them; closed ones MAY be missing.
	//  - DelegatedAdministrator MUST be the account that is the delegated
	//    administrator for ServicePrincipal, never the management account,
	//    and empty when there is none. It MAY be an account that is not
	//    active: AWS tells what it has.
	//  - It MUST return an error that wraps ErrNone when there is no
	//    organization, and only then.
	//  - It MUST return an error when it does not know all of this: half a
	//    directory looks as if accounts had left.
	Organization(ctx context.Context) (control.Organization, error)

	// RegisterDelegatedAdministrator makes the account the delegated
	// administrator for ServicePrincipal.
	//
	//  - It MUST succeed when the account is that already.
	//  - It MUST return an error that wraps ErrNone when there is no
	//    organization, ErrNotMember for a strange account, and ErrRefused
	//    when the account may not be delegated: the management account, one
	//    that is not active, any while another account is delegated.
	RegisterDelegatedAdministrator(ctx context.Context, accountID string) error
}

var (
	_ Source = (*AWS)(nil)
	_ Source = (*Own)(nil)
)
