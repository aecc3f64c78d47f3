package controltest

import (
	"context"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// one is one of everything that holds a map or a slice.
type one struct {
	graph        control.Graph
	member       control.Member
	key          control.Key
	organization control.Organization
	usage        []control.Usage
	membership   map[string]struct{}
}

func fixture() one {
	return one{
		graph: graph(1), member: sending(member(1, 2), usages(2, 3)), key: key(3, 1), organization: organization(1, 3), usage: usages(2, 3),
		membership: map[string]struct{}{account(1).ID: {}, account(2).ID: {}},
	}
}

// read returns what is stored.
func read(t *testing.T, r control.Reader) (o one) {
	t.Helper()
	ctx := t.Context()
	var m control.Membership
	for _, get := range []func() error{
		func() (err error) { o.graph, err = r.Graph(ctx, graph(1).ARN); return err },
		func() (err error) { o.member, err = r.Member(ctx, graph(1).ARN, account(2).ID); return err },
		func() (err error) { o.key, err = r.Key(ctx, key(3, 1).AccessKeyID); return err },
		func() (err error) { o.organization, err = r.Organization(ctx); return err },
		func() (err error) { o.usage, err = r.Usage(ctx, graph(1).ARN, nil); return err },
		func() (err error) { m, err = r.Membership(ctx, graph(1).ARN); return err },
	} {
		if err := get(); err != nil {
			t.Fatalf("read what was written: %v", err)
		}
	}
	o.membership = m.Accounts
	return o
}

// spoil writes into every map and slice of o.
func (o one) spoil() {
	o.graph.Tags["team"], o.graph.EntitySecret[0] = "red", 'X'
	o.key.Sealed[0], o.key.Policies[0].Document = 'X', "{}"
	o.organization.Accounts[0].Name = "X"
	o.usage[0].BytesPerDay = -1
	clear(o.membership)
}

// ownership checks that what goes in and comes out is not shared.
func ownership(t *testing.T, s control.Store) {
	check := func(what string, r control.Reader) {
		t.Helper()
		got, want := read(t, r), fixture()
		same(t, what+": graph", want.graph)(got.graph, nil)
		same(t, what+": member", want.member)(got.member, nil)
		same(t, what+": key", want.key)(got.key, nil)
		same(t, what+": organization", want.organization)(got.organization, nil)
		same(t, what+": usage", want.usage)(got.usage, nil)
		same(t, what+": membership", want.membership)(got.membership, nil)
		got.spoil()
	}
	in := fixture()
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for _, write := range []func() error{
			func() error { return tx.CreateAccount(ctx, account(1)) },
			func() error { return tx.CreateGraph(ctx, in.graph) },
			func() error { return tx.SetGraphTags(ctx, in.graph.ARN, in.graph.Tags) },
			func() error { return tx.SetGraphPackages(ctx, in.graph.ARN, in.graph.Packages) },
			func() error { return tx.SetMember(ctx, in.member) },
			func() error { return tx.CreateKey(ctx, in.key) },
			func() error { return tx.SetKeyPolicies(ctx, in.key.AccessKeyID, in.key.Policies) },
			func() error { return tx.SetOrganization(ctx, in.organization) },
			func() error { return tx.SetUsage(ctx, in.graph.ARN, in.usage) },
		} {
			if err := write(); err != nil {
				return err
			}
		}
		same(t, "what was passed in", fixture().graph)(in.graph, nil)
		same(t, "what was passed in", fixture().member)(in.member, nil)
		same(t, "what was passed in", fixture().organization)(in.organization, nil)
		in.spoil()
		check("after a change of what was passed in, within the transaction", tx)
		return nil
	})
	check("after a change of what the transaction returned", s)
	check("after a change of what the store returned", s)
}
