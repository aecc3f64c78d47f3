package detective

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// What members send is shown to the administrator and to the member, in
// percent of what is allowed (the API reference's 40 of 160 GB are 25).
func TestMemberUsage(t *testing.T) {
	t.Parallel()
	l := open(t, quota(160))
	ctx := t.Context()
	arn := l.graph(t, admin)
	joined := begin.Truncate(time.Millisecond)
	for id, status := range theMembers {
		l.put(t, control.Member{GraphARN: arn, AccountID: id, Status: status, InvitationType: control.ByInvitation, Updated: joined})
	}
	now := begin.Add(time.Hour).Truncate(time.Microsecond)
	usage := []control.Usage{
		{AccountID: "000000000001", Package: control.DetectiveCore, BytesPerDay: 30, Updated: now},
		{AccountID: "000000000001", Package: control.EKSAudit, BytesPerDay: 10, Updated: now},
		{AccountID: "000000000002", Package: control.DetectiveCore, BytesPerDay: 5, Updated: now},
		{AccountID: admin.AccountID, Package: control.DetectiveCore, BytesPerDay: 7, Updated: now},
	}
	must(t, l.store.Update(ctx, func(tx control.Tx) error { return tx.SetUsage(ctx, arn, usage) }))
	type shown struct {
		Accepted bool
		Usage    [3]int64
		At       time.Time
		Percent  float64
	}
	want := map[string]shown{
		"000000000001": {true, [3]int64{0, 30, 10}, now, 25},
		"000000000002": {}, // invited: not looked at
		"000000000003": {true, [3]int64{}, joined, 0},
		"000000000004": {}, "000000000005": {},
	}
	check := func(what string, all []Member) {
		t.Helper()
		for _, m := range all {
			got := shown{m.Accepted, m.Usage.BytesPerDay, m.UsageUpdated, m.Percent}
			if diff := cmp.Diff(want[m.AccountID], got); diff != "" {
				t.Errorf("%s: account %s (-want +got):\n%s", what, m.AccountID, diff)
			}
		}
	}
	all, _, err := l.ListMembers(ctx, admin, arn, Page{})
	if err != nil || len(all) != len(want) {
		t.Fatalf("ListMembers = %v, %v", all, err)
	}
	check("ListMembers", all)
	all, _, err = l.GetMembers(ctx, admin, arn, []string{"000000000001", "000000000003"})
	if err != nil || len(all) != 2 {
		t.Fatalf("GetMembers = %v, %v", all, err)
	}
	check("GetMembers", all)
	all, _, err = l.ListInvitations(ctx, caller("000000000001"), Page{})
	if err != nil || len(all) != 1 {
		t.Fatalf("ListInvitations = %v, %v", all, err)
	}
	check("ListInvitations", all)
}

// Pages of any sizes, changed in between, make the whole list.
func TestListMembersPages(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn, other := l.graph(t, admin), l.graph(t, second)
	const n = 205
	must(t, l.store.Update(ctx, func(tx control.Tx) error {
		for i := range n {
			m := newMember(control.Graph{ARN: arn}, fmt.Sprintf("%012d", i), "", control.ByInvitation, begin)
			m.Status = control.MemberInvited
			if err := tx.SetMember(ctx, m); err != nil {
				return err
			}
		}
		return nil
	}))
	for what, sizes := range map[string][]int{"equal": {50, 50, 50, 50, 5}, "first 10, the rest 200": {10, 200}, "default": {0, 0, 0}, "exactly": {5, 200}} {
		var seen, i int
		for p := (Page{}); ; i++ {
			p.Limit = sizes[min(i, len(sizes)-1)]
			page, next, err := l.ListMembers(ctx, admin, arn, p)
			must(t, err)
			for _, m := range page {
				if m.AccountID != fmt.Sprintf("%012d", seen) {
					t.Fatalf("%s: entry %d is account %s", what, seen, m.AccountID)
				}
				seen++
			}
			if p.Token = next; next == "" {
				break
			}
		}
		if seen != n || i != len(sizes)-1 {
			t.Errorf("%s: %d entries on %d pages; want %d on %d", what, seen, i+1, n, len(sizes))
		}
	}
	_, token, err := l.ListMembers(ctx, admin, arn, Page{Limit: 1})
	must(t, err)
	_, _, err = l.ListMembers(ctx, second, other, Page{Token: token})
	wantCode(t, "another graph's token", err, Validation)
	_, _, err = l.ListDatasourcePackages(ctx, admin, arn, Page{Token: token})
	wantCode(t, "another operation's token", err, Validation)
	_, _, err = l.ListMembers(ctx, admin, arn, Page{Token: token + "A"})
	wantCode(t, "a made-up token", err, Validation)
	for _, limit := range []int{-1, 201} {
		_, _, err = l.ListMembers(ctx, admin, arn, Page{Limit: limit})
		wantCode(t, fmt.Sprint("MaxResults ", limit), err, Validation)
	}
	l.clock.add(tokenLife)
	_, _, err = l.ListMembers(ctx, admin, arn, Page{Token: token})
	wantCode(t, "an expired token", err, Validation)
	none, next, err := l.ListMembers(ctx, second, other, Page{})
	if err != nil || none == nil || len(none) != 0 || next != "" {
		t.Errorf("ListMembers of no members = %v, %q, %v; want an empty list that is not nil", none, next, err)
	}
}
