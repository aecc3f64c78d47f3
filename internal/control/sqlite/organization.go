package sqlite

import (
	"context"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	// One statement, so that the accounts belong to the organization.
	selectOrganization = `SELECT o.id, o.source, o.management_account, o.delegated_administrator,
		COALESCE(a.id, ''), COALESCE(a.email, ''), COALESCE(a.name, ''), COALESCE(a.status, ''), COALESCE(a.joined, 0)
		FROM organization o LEFT JOIN organization_account a ON true ORDER BY a.id`
	upsertOrganization = `INSERT INTO organization (one, id, source, management_account, delegated_administrator)
		VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET id = excluded.id, source = excluded.source,
		management_account = excluded.management_account, delegated_administrator = excluded.delegated_administrator`
	deleteOrganization = `DELETE FROM organization`

	organizationAccountColumns = `id, email, name, status, joined`
	selectOrganizationAccount  = `SELECT ` + organizationAccountColumns + ` FROM organization_account WHERE id = ?`
	insertOrganizationAccount  = `INSERT INTO organization_account (` + organizationAccountColumns + `) VALUES (?, ?, ?, ?, ?)`
	deleteOrganizationAccounts = `DELETE FROM organization_account`

	// The graphs whose administrator account is not taken, see selectMembership.
	selectSuspendedGraphs = `SELECT g.arn FROM graph g JOIN organization_account o ON o.id = g.account_id
		WHERE o.status <> 'ACTIVE'`

	organizationAdminColumns = `region, account_id, graph_arn, delegated, auto_enable`
	selectOrganizationAdmin  = `SELECT ` + organizationAdminColumns + ` FROM organization_admin WHERE region = ?`
	selectOrganizationAdmins = `SELECT ` + organizationAdminColumns + ` FROM organization_admin ORDER BY region`
	upsertOrganizationAdmin  = `INSERT INTO organization_admin (` + organizationAdminColumns + `) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (region) DO UPDATE SET account_id = excluded.account_id, graph_arn = excluded.graph_arn,
		delegated = excluded.delegated, auto_enable = excluded.auto_enable`
	deleteOrganizationAdmin = `DELETE FROM organization_admin WHERE region = ?`
)

func scanOrganizationAccount(r row) (a control.OrganizationAccount, err error) {
	err = r.Scan(&a.ID, &a.Email, &a.Name, &a.Status, stamp{&a.Joined})
	return a, err
}

func scanOrganizationAdmin(r row) (a control.OrganizationAdmin, err error) {
	err = r.Scan(&a.Region, &a.AccountID, &a.GraphARN, stamp{&a.Delegated}, &a.AutoEnable)
	return a, err
}

// Organization returns the organization.
func (r reader) Organization(ctx context.Context) (o control.Organization, err error) {
	found := false
	_, err = collect(ctx, r.conn, func(r row) (struct{}, error) {
		var a control.OrganizationAccount
		err := r.Scan(&o.ID, &o.Source, &o.ManagementAccountID, &o.DelegatedAdministrator,
			&a.ID, &a.Email, &a.Name, &a.Status, stamp{&a.Joined})
		found = true
		if a.ID != "" {
			o.Accounts = append(o.Accounts, a)
		}
		return struct{}{}, err
	}, selectOrganization)
	if err == nil && !found {
		err = control.ErrNotFound
	}
	if err != nil {
		return control.Organization{}, fmt.Errorf("read organization: %w", err)
	}
	return o, nil
}

// OrganizationAccount returns one account of the organization.
func (r reader) OrganizationAccount(ctx context.Context, id string) (control.OrganizationAccount, error) {
	a, err := scanOrganizationAccount(r.QueryRowContext(ctx, selectOrganizationAccount, id))
	if err != nil {
		return control.OrganizationAccount{}, fmt.Errorf("read account %s of the organization: %w", id, known(err))
	}
	return a, nil
}

// OrganizationAdmin returns the administrator of a Region.
func (r reader) OrganizationAdmin(ctx context.Context, region string) (control.OrganizationAdmin, error) {
	a, err := scanOrganizationAdmin(r.QueryRowContext(ctx, selectOrganizationAdmin, region))
	if err != nil {
		return control.OrganizationAdmin{}, fmt.Errorf("read organization administrator in %s: %w", region, known(err))
	}
	return a, nil
}

// OrganizationAdmins returns the administrators of all Regions.
func (r reader) OrganizationAdmins(ctx context.Context) ([]control.OrganizationAdmin, error) {
	l, err := collect(ctx, r.conn, scanOrganizationAdmin, selectOrganizationAdmins)
	if err != nil {
		return nil, fmt.Errorf("list organization administrators: %w", err)
	}
	return l, nil
}

// SetOrganization enters or replaces the organization.
func (t tx) SetOrganization(ctx context.Context, o control.Organization) error {
	return t.keepVersions(ctx, func() error { return t.setOrganization(ctx, o) })
}

func (t tx) setOrganization(ctx context.Context, o control.Organization) error {
	if _, err := t.ExecContext(ctx, upsertOrganization, o.ID, string(o.Source), o.ManagementAccountID, o.DelegatedAdministrator); err != nil {
		return fmt.Errorf("set organization %s: %w", o.ID, known(err))
	}
	if _, err := t.ExecContext(ctx, deleteOrganizationAccounts); err != nil {
		return fmt.Errorf("replace accounts of organization %s: %w", o.ID, err)
	}
	for _, a := range o.Accounts {
		_, err := t.ExecContext(ctx, insertOrganizationAccount, a.ID, a.Email, a.Name, string(a.Status), micros(a.Joined))
		if err != nil {
			return fmt.Errorf("enter account %s of organization %s: %w", a.ID, o.ID, known(err))
		}
	}
	return nil
}

// RemoveOrganization removes the organization.
func (t tx) RemoveOrganization(ctx context.Context) error {
	err := t.keepVersions(ctx, func() error {
		if err := change(ctx, t.conn, control.ErrNotFound, deleteOrganization); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, deleteOrganizationAccounts)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove organization: %w", err)
	}
	return nil
}

// keepVersions runs write and adds one to the membership version of each graph
// whose administrator account is taken afterwards and was not before, or the
// other way round.
func (t tx) keepVersions(ctx context.Context, write func() error) error {
	changed := map[string]bool{}
	note := func() error {
		arns, err := collect(ctx, t.conn, func(r row) (arn string, err error) { return arn, r.Scan(&arn) }, selectSuspendedGraphs)
		for _, arn := range arns {
			changed[arn] = !changed[arn]
		}
		return err
	}
	if err := note(); err != nil {
		return fmt.Errorf("list graphs of suspended accounts: %w", err)
	}
	if err := write(); err != nil {
		return err
	}
	if err := note(); err != nil {
		return fmt.Errorf("list graphs of suspended accounts: %w", err)
	}
	for arn, yes := range changed {
		if !yes {
			continue
		}
		if err := change(ctx, t.conn, control.ErrNotFound, bumpMembershipVersion, arn); err != nil {
			return fmt.Errorf("raise membership version of graph %q: %w", arn, err)
		}
	}
	return nil
}

// SetOrganizationAdmin enters or replaces the administrator of a Region.
func (t tx) SetOrganizationAdmin(ctx context.Context, a control.OrganizationAdmin) error {
	_, err := t.ExecContext(ctx, upsertOrganizationAdmin, a.Region, a.AccountID, a.GraphARN, micros(a.Delegated), a.AutoEnable)
	if err != nil {
		return fmt.Errorf("set organization administrator %s in %s: %w", a.AccountID, a.Region, known(err))
	}
	return nil
}

// RemoveOrganizationAdmin removes the administrator of a Region.
func (t tx) RemoveOrganizationAdmin(ctx context.Context, region string) error {
	if err := change(ctx, t.conn, control.ErrNotFound, deleteOrganizationAdmin, region); err != nil {
		return fmt.Errorf("remove organization administrator in %s: %w", region, err)
	}
	return nil
}
