package controltest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// usages returns the usage of the accounts: one package of the first, two of
// the second and so on.
func usages(accounts ...int) []control.Usage {
	var l []control.Usage
	for k, n := range accounts {
		for p, name := range control.AllPackages() {
			if p <= k {
				l = append(l, control.Usage{
					AccountID: account(n).ID, Package: name,
					BytesPerDay: 10e12 + int64(n*10+p), // more than the quota of 10 TB
					Updated:     start.Add(time.Duration(n) * time.Microsecond),
				})
			}
		}
	}
	return l
}

// sending returns the member with its usage among all.
func sending(m control.Member, all []control.Usage) control.Member {
	for _, u := range all {
		if u.AccountID == m.AccountID {
			m.Usage.BytesPerDay[slices.Index(control.AllPackages(), u.Package)], m.Usage.Updated = u.BytesPerDay, u.Updated
		}
	}
	return m
}

// memberUsage: members come back with the usage of their accounts, whichever
// of the two was entered first.
func memberUsage(t *testing.T, s control.Store) {
	arn := graph(1).ARN
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
		}
		if err := tx.SetMember(ctx, member(1, 3)); err != nil {
			return err
		}
		if err := tx.SetUsage(ctx, graph(2).ARN, usages(9, 3, 4)); err != nil {
			return err
		}
		return tx.SetUsage(ctx, arn, usages(3, 4))
	})
	same(t, "member that sends", sending(member(1, 3), usages(3, 4)))(s.Member(t.Context(), arn, account(3).ID))
	// One that is entered afterwards, with something else passed in.
	late := member(1, 4)
	late.Usage = control.MemberUsage{BytesPerDay: [3]int64{1, 2, 3}, Updated: start}
	silent := member(1, 5)
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(tx.SetMember(ctx, late), tx.SetMember(ctx, silent))
	})
	all := []control.Member{sending(member(1, 3), usages(3, 4)), sending(member(1, 4), usages(3, 4)), silent}
	same(t, "Members", all)(s.Members(t.Context(), arn, "", 0))
	same(t, "MembersOf", all[:2])(s.MembersOf(t.Context(), arn, []string{account(3).ID, account(4).ID}))
	// The account is removed and comes back; its usage was there all the time.
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(tx.RemoveMember(ctx, arn, account(4).ID), tx.SetMember(ctx, member(1, 4)))
	})
	same(t, "member that came back", all[1])(s.Member(t.Context(), arn, account(4).ID))
	// Usage that is gone is gone, and another graph's is not touched.
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(tx.SetUsage(ctx, arn, usages(9, 4)), tx.SetMember(ctx, member(2, 4)))
	})
	same(t, "other usage", []control.Member{member(1, 3), sending(member(1, 4), usages(9, 4)), silent})(s.Members(t.Context(), arn, "", 0))
	same(t, "MembershipsOf", []control.Member{sending(member(1, 4), usages(9, 4)), sending(member(2, 4), usages(9, 3, 4))})(
		s.MembershipsOf(t.Context(), account(4).ID))
}

func usage(t *testing.T, s control.Store) {
	arn := graph(1).ARN
	set := func(n int, u []control.Usage) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetUsage(ctx, graph(n).ARN, u) })
	}
	same(t, "Usage of an unknown graph", []control.Usage(nil))(s.Usage(t.Context(), arn, nil))
	wantError(t, "usage of an unknown graph", set(1, usages(1)), control.ErrNotFound)
	if err := set(1, nil); err != nil {
		t.Errorf("no usage of an unknown graph: %v; want no error", err)
	}

	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
		}
		return tx.SetUsage(ctx, graph(2).ARN, usages(3, 4, 5))
	})
	all := usages(3, 4, 5) // 1, 2 and 3 entries; accounts need not be members
	mixed := []control.Usage{all[4], all[2], all[0], all[5], all[1], all[3]}
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.SetUsage(ctx, arn, mixed); err != nil {
			return err
		}
		same(t, "Usage within the transaction", all)(tx.Usage(ctx, arn, nil))
		return nil
	})
	same(t, "Usage", all)(s.Usage(t.Context(), arn, nil))
	same(t, "Usage of some", append(usages(3), all[3:]...))(
		s.Usage(t.Context(), arn, []string{account(5).ID, account(9).ID, account(3).ID, account(5).ID}))
	// Only what is taken counts: the administrator account's and that of
	// ENABLED members, each package.
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n, status := range map[int]control.MemberStatus{4: control.MemberEnabled, 5: control.MemberAcceptedButDisabled} {
			m := member(1, n)
			m.Status, m.DisabledReason = status, ""
			if err := tx.SetMember(ctx, m); err != nil {
				return err
			}
		}
		own := control.Usage{AccountID: graph(1).AccountID, Package: control.EKSAudit, BytesPerDay: 7, Updated: start}
		if err := tx.SetUsage(ctx, arn, append([]control.Usage{own}, all...)); err != nil {
			return err
		}
		same(t, "UsageTaken", 7+all[1].BytesPerDay+all[2].BytesPerDay)(tx.UsageTaken(ctx, arn))
		o := control.Organization{ID: "o-0123456789", ManagementAccountID: own.AccountID, Accounts: []control.OrganizationAccount{
			{ID: own.AccountID, Status: control.AccountSuspended, Joined: start},
		}}
		if err := tx.SetOrganization(ctx, o); err != nil {
			return err
		}
		same(t, "UsageTaken without its administrator", all[1].BytesPerDay+all[2].BytesPerDay)(tx.UsageTaken(ctx, arn))
		if err := tx.RemoveOrganization(ctx); err != nil {
			return err
		}
		return tx.SetUsage(ctx, arn, all)
	})
	same(t, "UsageTaken of an unknown graph", int64(0))(s.UsageTaken(t.Context(), "unknown"))
	same(t, "Usage of one", all[1:3])(s.Usage(t.Context(), arn, []string{account(4).ID}))
	same(t, "Usage of an account that sent nothing", []control.Usage(nil))(
		s.Usage(t.Context(), arn, []string{account(9).ID}))
	same(t, "Usage of nobody", []control.Usage(nil))(s.Usage(t.Context(), arn, []string{}))

	// All of it is replaced, that of accounts that are not named too.
	less := usages(4)
	less[0].BytesPerDay = 0 // a number like others
	if err := set(1, less); err != nil {
		t.Errorf("SetUsage again: %v", err)
	}
	same(t, "replaced usage", less)(s.Usage(t.Context(), arn, nil))
	if err := set(1, nil); err != nil {
		t.Errorf("SetUsage to none: %v", err)
	}
	same(t, "usage that went", []control.Usage(nil))(s.Usage(t.Context(), arn, nil))
	same(t, "usage of the other graph", all)(s.Usage(t.Context(), graph(2).ARN, nil))
}
