package client_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"

	"github.com/gumshoe-detective/gumshoe/client"
)

// named turns an iterator over items into one over their names.
func named[Item any](items iter.Seq2[Item, error], name func(Item) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for item, err := range items {
			s := ""
			if err == nil {
				s = name(item)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// iterators are the seven, with the route and the member that they read.
var iterators = []struct {
	route, key, name string
	over             func(context.Context, *client.Client) iter.Seq2[string, error]
}{
	{"/graphs/list", "GraphList", "Arn", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.Graphs(ctx, nil), func(g types.Graph) string { return *g.Arn })
	}},
	{"/graph/members/list", "MemberDetails", "AccountId", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.Members(ctx, &detective.ListMembersInput{GraphArn: aws.String(graphArn)}), func(m types.MemberDetail) string { return *m.AccountId })
	}},
	{"/invitations/list", "Invitations", "GraphArn", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.Invitations(ctx, nil), func(m types.MemberDetail) string { return *m.GraphArn })
	}},
	{"/orgs/adminAccountslist", "Administrators", "AccountId", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.OrganizationAdminAccounts(ctx, nil), func(a types.Administrator) string { return *a.AccountId })
	}},
	{investigationsRoute, "InvestigationDetails", "InvestigationId", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.Investigations(ctx, &detective.ListInvestigationsInput{GraphArn: aws.String(graphArn)}), func(d types.InvestigationDetail) string { return *d.InvestigationId })
	}},
	{indicatorsRoute, "Indicators", "IndicatorType", func(ctx context.Context, c *client.Client) iter.Seq2[string, error] {
		return named(c.Indicators(ctx, &detective.ListIndicatorsInput{GraphArn: aws.String(graphArn), InvestigationId: aws.String(investigation)}),
			func(i types.Indicator) string { return string(i.IndicatorType) })
	}},
}

// collect ranges over all there is. The items before an error are returned
// with it.
func collect(seq iter.Seq2[string, error]) (items []string, err error) {
	for item, e := range seq {
		if e != nil {
			err = errors.Join(err, e)
			continue // an iterator that goes on after an error is noticed
		}
		items = append(items, item)
	}
	return items, err
}

func TestIterators(t *testing.T) {
	t.Parallel()
	for _, it := range iterators {
		item := func(s string) any { return object{it.name: s} }
		t.Run(it.key, func(t *testing.T) {
			t.Parallel()
			f := &fake{routes: map[string]func(object) reply{it.route: pages(it.key, item("a"), item("b"), item("c"), item("d"), item("e"))}}
			seq := it.over(t.Context(), f.client(t))
			for range 2 { // it can be ranged over again
				got, err := collect(seq)
				if err != nil || !slices.Equal(got, []string{"a", "b", "c", "d", "e"}) {
					t.Fatalf("items %q, %v", got, err)
				}
			}
			for s, err := range seq { // a break asks for no other page
				if err != nil || s == "b" {
					break
				}
			}
			if got := f.tokens(it.route); !slices.Equal(got, []string{"", "2", "4", "", "2", "4", ""}) {
				t.Errorf("asked with tokens %q", got)
			}
		})
		t.Run(it.key+"/error", func(t *testing.T) {
			t.Parallel()
			f := &fake{routes: map[string]func(object) reply{it.route: inTurn(
				ok(object{it.key: []any{item("a")}, "NextToken": "1"}), refuse(http.StatusBadRequest, "ValidationException", "expired"))}}
			got, err := collect(it.over(t.Context(), f.client(t)))
			var invalid *types.ValidationException
			if !errors.As(err, &invalid) || !slices.Equal(got, []string{"a"}) {
				t.Errorf("items %q, %v", got, err)
			}
			if n := len(f.asked(it.route)); n != 2 {
				t.Errorf("asked %d times", n)
			}
		})
		t.Run(it.key+"/duplicate token", func(t *testing.T) {
			t.Parallel()
			f := &fake{routes: map[string]func(object) reply{it.route: inTurn(ok(object{it.key: []any{item("a")}, "NextToken": "1"}))}}
			got, err := collect(it.over(t.Context(), f.client(t)))
			if !errors.Is(err, client.ErrDuplicateToken) || !slices.Equal(got, []string{"a", "a"}) {
				t.Errorf("items %q, %v", got, err)
			}
		})
	}
}

// TestDatasourcePackages has a map in its pages.
func TestDatasourcePackages(t *testing.T) {
	t.Parallel()
	f := &fake{routes: map[string]func(object) reply{"/graph/datasources/list": inTurn(
		ok(object{"NextToken": "1", "DatasourcePackages": object{
			"EKS_AUDIT":      object{"DatasourcePackageIngestState": "STOPPED"},
			"DETECTIVE_CORE": object{"DatasourcePackageIngestState": "STARTED"},
		}}),
		ok(object{"DatasourcePackages": object{"ASFF_SECURITYHUB_FINDING": object{"DatasourcePackageIngestState": "DISABLED"}}}),
	)}}
	var got []string
	for p, err := range f.client(t).DatasourcePackages(t.Context(), &detective.ListDatasourcePackagesInput{GraphArn: aws.String(graphArn)}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(p.Package)+" "+string(p.DatasourcePackageIngestState))
	}
	want := []string{"DETECTIVE_CORE STARTED", "EKS_AUDIT STOPPED", "ASFF_SECURITYHUB_FINDING DISABLED"}
	if !slices.Equal(got, want) {
		t.Errorf("packages %q, want %q", got, want)
	}
}
