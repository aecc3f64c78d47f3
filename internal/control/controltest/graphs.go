package controltest

import (
	"context"
	"fmt"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// graph returns the n-th graph of the suite, of the n-th account.
func graph(n int) control.Graph {
	id := fmt.Sprintf("%032x", n)
	return control.Graph{
		ARN:       control.GraphARN("eu-west-1", account(n).ID, id),
		AccountID: account(n).ID, Region: "eu-west-1", WarehouseID: id,
		Created: start, State: control.GraphActive,
		Tags:         map[string]string{"team": "blue", "empty": "", `"q`: "ü\x00"},
		Packages:     packages(n),
		EntitySecret: []byte("sealed secret \x00\xff"),
	}
}

func graphs(t *testing.T, s control.Store) {
	_, err := s.Graph(t.Context(), graph(1).ARN)
	wantError(t, "unknown graph", err, control.ErrNotFound)
	_, err = s.GraphOf(t.Context(), graph(1).AccountID, "eu-west-1")
	wantError(t, "unknown graph of an account", err, control.ErrNotFound)

	bare := graph(2)
	bare.Tags, bare.Packages = nil, ""
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateGraph(ctx, bare); err != nil {
			return err
		}
		return tx.CreateGraph(ctx, graph(1))
	})
	bare.Tags, bare.Packages = map[string]string{}, "" // Tags are never nil when read
	same(t, "Graphs", []control.Graph{graph(1), bare})(s.Graphs(t.Context()))
	same(t, "Graph without tags and packages", bare)(s.Graph(t.Context(), bare.ARN))
	same(t, "GraphOf", graph(1))(s.GraphOf(t.Context(), graph(1).AccountID, "eu-west-1"))
	_, err = s.GraphOf(t.Context(), graph(1).AccountID, "eu-west-2")
	wantError(t, "graph in another Region", err, control.ErrNotFound)

	want := graph(1)
	want.State, want.Tags, want.Packages = control.GraphDeleting, map[string]string{"a": "b"}, packages(5)
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.SetGraphState(ctx, want.ARN, want.State); err != nil {
			return err
		}
		if err := tx.SetGraphPackages(ctx, want.ARN, want.Packages); err != nil {
			return err
		}
		return tx.SetGraphTags(ctx, want.ARN, want.Tags)
	})
	same(t, "changed graph", want)(s.Graph(t.Context(), want.ARN))
	want.Packages = ""
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetGraphPackages(ctx, want.ARN, "") })
	same(t, "graph whose packages went", want)(s.Graph(t.Context(), want.ARN))
	same(t, "graph beside it", bare)(s.Graph(t.Context(), bare.ARN))

	unknown := graph(9).ARN
	for what, change := range map[string]func(context.Context, control.Tx) error{
		"SetGraphState": func(ctx context.Context, tx control.Tx) error {
			return tx.SetGraphState(ctx, unknown, control.GraphActive)
		},
		"SetGraphTags": func(ctx context.Context, tx control.Tx) error { return tx.SetGraphTags(ctx, unknown, nil) },
		"SetGraphPackages": func(ctx context.Context, tx control.Tx) error {
			return tx.SetGraphPackages(ctx, unknown, packages(1))
		},
		"DeleteGraph": func(ctx context.Context, tx control.Tx) error { return tx.DeleteGraph(ctx, unknown) },
	} {
		wantError(t, what+" of an unknown graph", try(t, s, change), control.ErrNotFound)
	}
}

func oneGraph(t *testing.T, s control.Store) {
	create := func(g control.Graph) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.CreateGraph(ctx, g) })
	}
	first, second, elsewhere := graph(1), graph(2), graph(3)
	second.AccountID, elsewhere.AccountID = first.AccountID, first.AccountID
	elsewhere.Region = "us-east-1"
	doomed, third := graph(4), graph(5)
	doomed.AccountID, third.AccountID = first.AccountID, first.AccountID
	doomed.State = control.GraphDeleting // in nobody's way
	if err := create(doomed); err != nil {
		t.Fatal(err)
	}
	if err := create(first); err != nil {
		t.Fatal(err)
	}
	same(t, "GraphOf beside one that is being deleted", first)(s.GraphOf(t.Context(), first.AccountID, first.Region))
	wantError(t, "same ARN", create(first), control.ErrExists)
	wantError(t, "second graph of an account in a Region", create(second), control.ErrExists)
	if err := create(elsewhere); err != nil {
		t.Errorf("graph in another Region: %v", err)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return tx.SetGraphState(ctx, first.ARN, control.GraphDeleting)
	})
	_, err := s.GraphOf(t.Context(), first.AccountID, first.Region)
	wantError(t, "GraphOf when all are being deleted", err, control.ErrNotFound)
	if err := create(third); err != nil {
		t.Errorf("graph after one that is being deleted: %v", err)
	}
}

func graphDeletion(t *testing.T, s control.Store) {
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateGraph(ctx, graph(n)); err != nil {
				return err
			}
			if err := tx.SetMember(ctx, member(n, 7)); err != nil {
				return err
			}
			if err := tx.CreateInvestigation(ctx, investigation(n, n)); err != nil {
				return err
			}
			if err := tx.SetUsage(ctx, graph(n).ARN, usages(7, 8)); err != nil {
				return err
			}
			if err := tx.SetOrganizationAdmin(ctx, organizationAdmin(n, fmt.Sprintf("eu-west-%d", n))); err != nil {
				return err
			}
		}
		return nil
	})
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.DeleteGraph(ctx, graph(1).ARN) })
	_, err := s.Graph(t.Context(), graph(1).ARN)
	wantError(t, "deleted graph", err, control.ErrNotFound)
	_, err = s.Member(t.Context(), graph(1).ARN, account(7).ID)
	wantError(t, "member of a deleted graph", err, control.ErrNotFound)
	_, err = s.Investigation(t.Context(), graph(1).ARN, investigation(1, 1).ID)
	wantError(t, "investigation of a deleted graph", err, control.ErrNotFound)
	same(t, "member of the other graph", sending(member(2, 7), usages(7, 8)))(s.Member(t.Context(), graph(2).ARN, account(7).ID))
	same(t, "investigation of the other graph", investigation(2, 2))(
		s.Investigation(t.Context(), graph(2).ARN, investigation(2, 2).ID))
	same(t, "memberships in both graphs", []control.Member{sending(member(2, 7), usages(7, 8))})(s.MembershipsOf(t.Context(), account(7).ID))
	same(t, "members of a deleted graph", 0)(s.MemberCount(t.Context(), graph(1).ARN))
	same(t, "usage of a deleted graph", []control.Usage(nil))(s.Usage(t.Context(), graph(1).ARN, nil))
	same(t, "usage of the other graph", usages(7, 8))(s.Usage(t.Context(), graph(2).ARN, nil))
	same(t, "organization administrators", []control.OrganizationAdmin{organizationAdmin(2, "eu-west-2")})(
		s.OrganizationAdmins(t.Context()))
	// The place of the deleted graph is free.
	again := graph(1)
	again.WarehouseID = fmt.Sprintf("%032x", 77)
	again.ARN = control.GraphARN(again.Region, again.AccountID, again.WarehouseID)
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.CreateGraph(ctx, again) })
}
