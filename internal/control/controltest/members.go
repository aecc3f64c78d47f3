package controltest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// member returns the membership of the n-th account in a graph.
func member(graphNumber, n int) control.Member {
	return control.Member{
		GraphARN: graph(graphNumber).ARN, AccountID: account(n).ID, Email: account(n).Email,
		Status: control.MemberEnabled, InvitationType: control.ByInvitation,
		Invited: start, Updated: start.Add(time.Duration(n) * time.Minute),
		Packages: packages(graphNumber + n),
	}
}

func members(t *testing.T, s control.Store) {
	arn := graph(1).ARN
	err := try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetMember(ctx, member(1, 2)) })
	wantError(t, "member of an unknown graph", err, control.ErrNotFound)
	_, err = s.Membership(t.Context(), arn)
	wantError(t, "membership of an unknown graph", err, control.ErrNotFound)
	same(t, "Members of an unknown graph", []control.Member(nil))(s.Members(t.Context(), arn, "", 0))

	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
		}
		for _, n := range []int{5, 3, 4, 6} {
			if err := tx.SetMember(ctx, member(1, n)); err != nil {
				return err
			}
		}
		return tx.SetMember(ctx, member(2, 9))
	})
	all := []control.Member{member(1, 3), member(1, 4), member(1, 5), member(1, 6)}
	same(t, "Members", all)(s.Members(t.Context(), arn, "", 0))
	same(t, "first page", all[:2])(s.Members(t.Context(), arn, "", 2))
	same(t, "second page", all[2:])(s.Members(t.Context(), arn, account(4).ID, 2))
	same(t, "page behind the last", []control.Member(nil))(s.Members(t.Context(), arn, account(6).ID, 2))
	same(t, "MembersOf", []control.Member{all[0], all[2]})(
		s.MembersOf(t.Context(), arn, []string{account(5).ID, account(9).ID, account(3).ID, account(3).ID}))
	same(t, "MembersOf nobody", []control.Member(nil))(s.MembersOf(t.Context(), arn, nil))
	_, err = s.Member(t.Context(), arn, account(9).ID)
	wantError(t, "member of another graph", err, control.ErrNotFound)

	disabled := member(1, 4)
	disabled.Status, disabled.DisabledReason = control.MemberAcceptedButDisabled, control.VolumeTooHigh
	disabled.InvitationType, disabled.Email = control.ByOrganization, ""
	disabled.Invited, disabled.Packages = start.Add(time.Hour), packages(77)
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.SetMember(ctx, disabled); err != nil {
			return err
		}
		return tx.RemoveMember(ctx, arn, account(6).ID)
	})
	same(t, "replaced member", disabled)(s.Member(t.Context(), arn, account(4).ID))
	m, err := s.Membership(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	// The administrator (1) is accepted without being a member.
	for n, want := range map[int]bool{1: true, 3: true, 4: false, 5: true, 6: false, 9: false} {
		if m.Accepts(account(n).ID) != want {
			t.Errorf("Accepts(account %d) = %v; want %v", n, !want, want)
		}
	}
	err = try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.RemoveMember(ctx, arn, account(6).ID) })
	wantError(t, "removal of somebody who is no member", err, control.ErrNotFound)
}

func membershipVersion(t *testing.T, s control.Store) {
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateGraph(ctx, graph(2)); err != nil {
			return err
		}
		return tx.CreateGraph(ctx, graph(1))
	})
	version := func(g int) int64 {
		t.Helper()
		m, err := s.Membership(t.Context(), graph(g).ARN)
		if err != nil {
			t.Fatal(err)
		}
		return m.Version
	}
	last, other := version(1), version(2)
	step := func(what string, grows bool, fn func(context.Context, control.Tx) error) {
		t.Helper()
		put(t, s, fn)
		now := version(1)
		if (now > last) != grows || now < last {
			t.Errorf("%s: version goes from %d to %d; want it to grow: %v", what, last, now, grows)
		}
		last = now
	}
	set := func(change func(*control.Member)) func(context.Context, control.Tx) error {
		m := member(1, 5)
		change(&m)
		return func(ctx context.Context, tx control.Tx) error { return tx.SetMember(ctx, m) }
	}
	remove := func(ctx context.Context, tx control.Tx) error {
		return tx.RemoveMember(ctx, graph(1).ARN, account(5).ID)
	}
	invited := func(m *control.Member) { m.Status = control.MemberInvited }
	enabled := func(*control.Member) {}
	step("an invitation", false, set(invited))
	step("enabling", true, set(enabled))
	step("enabling again", false, set(enabled))
	step("a new e-mail address", false, set(func(m *control.Member) { m.Email = "other@example.com" }))
	step("other packages", false, set(func(m *control.Member) { m.Packages = packages(3) }))
	step("disabling", true, set(func(m *control.Member) {
		m.Status, m.DisabledReason = control.MemberAcceptedButDisabled, control.VolumeUnknown
	}))
	step("removal of a disabled member", false, remove)
	step("entering as enabled", true, set(enabled))
	step("removal of an enabled member", true, remove)
	for _, p := range []control.Packages{packages(5), packages(5), ""} {
		put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetGraphPackages(ctx, graph(1).ARN, p) })
		if now := version(1); now != last+1 {
			t.Errorf("SetGraphPackages: version goes from %d to %d; want one more", last, now)
		}
		last = version(1)
	}
	if version(2) != other {
		t.Error("the version of another graph changed")
	}
}

// membershipSuspended changes what the organization says of the administrator
// accounts 1 and 2, of which 1 has a member.
func membershipSuspended(t *testing.T, s control.Store) {
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
		}
		return tx.SetMember(ctx, member(1, 3))
	})
	last := map[int]int64{}
	f := func(what string, grow []int, want map[int][]int, fn func(context.Context, control.Tx) error) {
		t.Helper()
		put(t, s, fn)
		for n := 1; n <= 2; n++ {
			m, err := s.Membership(t.Context(), graph(n).ARN)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			accounts := map[string]struct{}{}
			for _, n := range want[n] {
				accounts[account(n).ID] = struct{}{}
			}
			if diff := cmp.Diff(accounts, m.Accounts); diff != "" {
				t.Errorf("%s: accounts of graph %d (-want +got):\n%s", what, n, diff)
			}
			if grows := slices.Contains(grow, n); (m.Version > last[n]) != grows || m.Version < last[n] {
				t.Errorf("%s: version of graph %d goes from %d to %d; want it to grow: %v", what, n, last[n], m.Version, grows)
			}
			last[n] = m.Version
		}
	}
	// set makes an organization of the accounts 1, 2 and so on.
	set := func(statuses ...control.AccountStatus) func(context.Context, control.Tx) error {
		o := organization(1, len(statuses))
		for k, status := range statuses {
			o.Accounts[k].Status = status
		}
		return func(ctx context.Context, tx control.Tx) error { return tx.SetOrganization(ctx, o) }
	}
	remove := func(ctx context.Context, tx control.Tx) error { return tx.RemoveOrganization(ctx) }
	const active, suspended, closed = control.AccountActive, control.AccountSuspended, control.AccountClosed
	both, neither := map[int][]int{1: {1, 3}, 2: {2}}, map[int][]int{1: {3}}
	first, second := map[int][]int{1: {1, 3}}, map[int][]int{1: {3}, 2: {2}}

	f("no organization", []int{1, 2}, both, func(context.Context, control.Tx) error { return nil })
	f("all active", nil, both, set(active, active))
	f("member suspended", nil, both, set(active, active, suspended)) // what ends its status is not the store's
	f("first suspended", []int{1}, second, set(suspended, active))
	f("first still suspended", nil, second, set(suspended, active))
	f("first closed", nil, second, set(closed, active))
	f("second closed, too", []int{2}, neither, set(closed, closed))
	f("first active, second left", []int{1, 2}, both, set(active))
	f("second suspended", []int{2}, first, set(active, suspended))
	f("organization removed", []int{2}, both, remove)
	f("another organization", []int{1, 2}, neither, set(suspended, suspended))
}

func memberships(t *testing.T, s control.Store) {
	arn := graph(1).ARN
	same(t, "MembershipsOf in an empty store", []control.Member(nil))(s.MembershipsOf(t.Context(), account(7).ID))
	same(t, "MemberCount of an unknown graph", 0)(s.MemberCount(t.Context(), arn))

	invited := member(2, 7) // entries of all statuses count
	invited.Status, invited.InvitationType, invited.Packages = control.MemberInvited, control.ByOrganization, ""
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for _, n := range []int{3, 1, 4, 2} {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
		}
		for _, m := range []control.Member{member(3, 7), invited, member(1, 7), member(1, 8), member(4, 6)} {
			if err := tx.SetMember(ctx, m); err != nil {
				return err
			}
		}
		same(t, "MemberCount within the transaction", 2)(tx.MemberCount(ctx, arn))
		return nil
	})
	same(t, "MembershipsOf", []control.Member{member(1, 7), invited, member(3, 7)})(
		s.MembershipsOf(t.Context(), account(7).ID))
	same(t, "MembershipsOf an administrator who is no member", []control.Member(nil))(
		s.MembershipsOf(t.Context(), account(1).ID))
	for g, want := range map[int]int{1: 2, 2: 1, 3: 1, 4: 1} {
		same(t, fmt.Sprintf("MemberCount of graph %d", g), want)(s.MemberCount(t.Context(), graph(g).ARN))
	}

	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.SetMember(ctx, member(1, 8)); err != nil { // again
			return err
		}
		return tx.RemoveMember(ctx, arn, account(7).ID)
	})
	same(t, "MembershipsOf after a removal", []control.Member{invited, member(3, 7)})(
		s.MembershipsOf(t.Context(), account(7).ID))
	same(t, "MemberCount after a removal", 1)(s.MemberCount(t.Context(), arn))
}
