package controltest

import (
	"context"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// member returns the membership of the n-th account in a graph.
func member(graphNumber, n int) control.Member {
	return control.Member{
		GraphARN: graph(graphNumber).ARN, AccountID: account(n).ID, Email: account(n).Email,
		Status: control.MemberEnabled, InvitationType: control.ByInvitation,
		Invited: start, Updated: start.Add(time.Duration(n) * time.Minute),
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
	step("disabling", true, set(func(m *control.Member) {
		m.Status, m.DisabledReason = control.MemberAcceptedButDisabled, control.VolumeUnknown
	}))
	step("removal of a disabled member", false, remove)
	step("entering as enabled", true, set(enabled))
	step("removal of an enabled member", true, remove)
	if version(2) != other {
		t.Error("the version of another graph changed")
	}
}
