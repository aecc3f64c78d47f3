package orgs

import (
	"context"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Own is gumshoe's own directory of the organization, kept in the control
// store.
type Own struct{ store control.Store }

// NewOwn returns the directory in the store, which stays the caller's.
func NewOwn(store control.Store) *Own { return &Own{store} }

// Organization returns the organization of the store, see Source.
func (w *Own) Organization(ctx context.Context) (control.Organization, error) {
	return read(ctx, w.store)
}

// RegisterDelegatedAdministrator enters the account as the delegated
// administrator, see Source and Delegate.
func (w *Own) RegisterDelegatedAdministrator(ctx context.Context, accountID string) error {
	return w.store.Update(ctx, func(tx control.Tx) error {
		before, err := read(ctx, tx)
		if err != nil {
			return err
		}
		after, err := Delegate(before, accountID)
		if err != nil {
			return err
		}
		if after.DelegatedAdministrator == before.DelegatedAdministrator {
			return nil
		}
		if err := tx.SetOrganization(ctx, after); err != nil {
			return fmt.Errorf("write the organization's delegated administrator %s: %w", accountID, err)
		}
		return nil
	})
}

func read(ctx context.Context, r control.OrganizationReader) (control.Organization, error) {
	o, err := r.Organization(ctx)
	if errors.Is(err, control.ErrNotFound) {
		return control.Organization{}, fmt.Errorf("read the organization directory: %w", ErrNone)
	}
	if err == nil {
		err = check(o)
	}
	if err != nil {
		return control.Organization{}, fmt.Errorf("read the organization directory: %w", err)
	}
	return o, nil
}
