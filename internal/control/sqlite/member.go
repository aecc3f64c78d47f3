package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	memberColumns = `graph_arn, account_id, email, status, disabled_reason, invitation_type, invited, updated, packages`
	memberReads   = memberColumns + `, asff, core, eks, usage_updated`
	selectMember  = `SELECT ` + memberReads + ` FROM member WHERE graph_arn = ? AND account_id = ?`
	// The ids come as one JSON array, so the statement does not depend on
	// their number.
	selectMembersOf = `SELECT ` + memberReads + ` FROM member
		WHERE graph_arn = ? AND account_id IN (SELECT value FROM json_each(?)) ORDER BY account_id`
	selectMembers = `SELECT ` + memberReads + ` FROM member
		WHERE graph_arn = ? AND account_id > ? ORDER BY account_id LIMIT ?`
	selectMembershipsOf = `SELECT ` + memberReads + ` FROM member WHERE account_id = ? ORDER BY graph_arn`
	selectMemberCount   = `SELECT count(*) FROM member WHERE graph_arn = ?`
	// One statement, so that the version belongs to the set.
	selectMembership = `SELECT g.membership_version, g.account_id, EXISTS (SELECT 1 FROM organization_account o
			WHERE o.id = g.account_id AND o.status <> 'ACTIVE'), m.account_id FROM graph g
		LEFT JOIN member m ON m.graph_arn = g.arn AND m.status = 'ENABLED' WHERE g.arn = ?`

	upsertMember = `INSERT INTO member (` + memberColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (graph_arn, account_id) DO UPDATE SET email = excluded.email, status = excluded.status,
		disabled_reason = excluded.disabled_reason, invitation_type = excluded.invitation_type,
		invited = excluded.invited, updated = excluded.updated, packages = excluded.packages`
	// Of accounts that sent nothing the subquery is NULL, hence the outer join.
	copyUsage = `UPDATE member SET (asff, core, eks, usage_updated) = (
			SELECT coalesce(u.asff, 0), coalesce(u.core, 0), coalesce(u.eks, 0), coalesce(u.updated, -62135596800000000)
			FROM (SELECT 1) LEFT JOIN usage u ON u.graph_arn = member.graph_arn AND u.account_id = member.account_id)
		WHERE graph_arn = ?1 AND (?2 = '' OR account_id = ?2)`
	deleteMember          = `DELETE FROM member WHERE graph_arn = ? AND account_id = ?`
	bumpMembershipVersion = `UPDATE graph SET membership_version = membership_version + 1 WHERE arn = ?`
)

func scanMember(r row) (m control.Member, err error) {
	err = r.Scan(&m.GraphARN, &m.AccountID, &m.Email, &m.Status, &m.DisabledReason, &m.InvitationType,
		stamp{&m.Invited}, stamp{&m.Updated}, &m.Packages,
		&m.Usage.BytesPerDay[0], &m.Usage.BytesPerDay[1], &m.Usage.BytesPerDay[2], stamp{&m.Usage.Updated})
	return m, err
}

// Member returns one member.
func (r reader) Member(ctx context.Context, graphARN, accountID string) (control.Member, error) {
	m, err := scanMember(r.QueryRowContext(ctx, selectMember, graphARN, accountID))
	if err != nil {
		return control.Member{}, fmt.Errorf("read member %s of graph %q: %w", accountID, graphARN, known(err))
	}
	return m, nil
}

// MembersOf returns those of the accounts that are members.
func (r reader) MembersOf(ctx context.Context, graphARN string, accountIDs []string) ([]control.Member, error) {
	ids, err := json.Marshal(accountIDs)
	if err != nil {
		return nil, fmt.Errorf("read members of graph %q: %w", graphARN, err)
	}
	l, err := collect(ctx, r.conn, scanMember, selectMembersOf, graphARN, string(ids))
	if err != nil {
		return nil, fmt.Errorf("read members of graph %q: %w", graphARN, err)
	}
	return l, nil
}

// Members returns one page of members.
func (r reader) Members(ctx context.Context, graphARN, after string, limit int) ([]control.Member, error) {
	l, err := collect(ctx, r.conn, scanMember, selectMembers, graphARN, after, rowLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("list members of graph %q: %w", graphARN, err)
	}
	return l, nil
}

// MembershipsOf returns the entries of one account in all graphs.
func (r reader) MembershipsOf(ctx context.Context, accountID string) ([]control.Member, error) {
	l, err := collect(ctx, r.conn, scanMember, selectMembershipsOf, accountID)
	if err != nil {
		return nil, fmt.Errorf("list memberships of account %s: %w", accountID, err)
	}
	return l, nil
}

// MemberCount returns the number of a graph's members.
func (r reader) MemberCount(ctx context.Context, graphARN string) (n int, err error) {
	if err := r.QueryRowContext(ctx, selectMemberCount, graphARN).Scan(&n); err != nil {
		return 0, fmt.Errorf("count members of graph %q: %w", graphARN, err)
	}
	return n, nil
}

// rowLimit is the LIMIT for "at most n, 0 for all".
func rowLimit(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// Membership returns the accepted accounts of a graph.
func (r reader) Membership(ctx context.Context, graphARN string) (control.Membership, error) {
	m := control.Membership{Accounts: map[string]struct{}{}}
	rows, err := collect(ctx, r.conn, func(r row) (struct{}, error) {
		var admin string
		var suspended bool
		var member sql.NullString
		if err := r.Scan(&m.Version, &admin, &suspended, &member); err != nil {
			return struct{}{}, err
		}
		if !suspended {
			m.Accounts[admin] = struct{}{}
		}
		if member.Valid {
			m.Accounts[member.String] = struct{}{}
		}
		return struct{}{}, nil
	}, selectMembership, graphARN)
	if err == nil && len(rows) == 0 {
		err = control.ErrNotFound
	}
	if err != nil {
		return control.Membership{}, fmt.Errorf("read membership of graph %q: %w", graphARN, err)
	}
	return m, nil
}

// SetMember enters or replaces a member.
func (t tx) SetMember(ctx context.Context, m control.Member) error {
	err := t.keepVersion(ctx, m.GraphARN, m.AccountID, m.Status == control.MemberEnabled, func() error {
		_, err := t.ExecContext(ctx, upsertMember, m.GraphARN, m.AccountID, m.Email, string(m.Status),
			string(m.DisabledReason), string(m.InvitationType), micros(m.Invited), micros(m.Updated), string(m.Packages))
		if err != nil {
			return known(err)
		}
		_, err = t.ExecContext(ctx, copyUsage, m.GraphARN, m.AccountID)
		return err
	})
	if err != nil {
		return fmt.Errorf("set member %s of graph %q: %w", m.AccountID, m.GraphARN, err)
	}
	return nil
}

// RemoveMember removes a member.
func (t tx) RemoveMember(ctx context.Context, graphARN, accountID string) error {
	err := t.keepVersion(ctx, graphARN, accountID, false, func() error {
		return change(ctx, t.conn, control.ErrNotFound, deleteMember, graphARN, accountID)
	})
	if err != nil {
		return fmt.Errorf("remove member %s of graph %q: %w", accountID, graphARN, err)
	}
	return nil
}

// keepVersion runs write and adds one to the membership version when the
// account was enabled before and is not afterwards, or the other way round.
func (t tx) keepVersion(ctx context.Context, graphARN, accountID string, enabled bool, write func() error) error {
	old, err := t.Member(ctx, graphARN, accountID)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	if (old.Status == control.MemberEnabled) == enabled {
		return nil
	}
	return change(ctx, t.conn, control.ErrNotFound, bumpMembershipVersion, graphARN)
}
