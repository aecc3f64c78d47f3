package client_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"

	"github.com/gumshoe-detective/gumshoe/client"
)

const (
	investigationsRoute = "/investigations/listInvestigations"
	indicatorsRoute     = "/investigations/listIndicators"
)

func investigations(ids ...string) func(object) reply {
	var items []any
	for _, id := range ids {
		items = append(items, object{"InvestigationId": id})
	}
	return pages("InvestigationDetails", items...)
}

// tokens are the tokens that a route was asked with; "" for none.
func (f *fake) tokens(route string) (tokens []string) {
	for _, in := range f.asked(route) {
		token, _ := in["NextToken"].(string)
		tokens = append(tokens, token)
	}
	return tokens
}

func TestListInvestigationsPaginator(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		ids    []string
		params detective.ListInvestigationsInput
		limit  int32
		want   []string
		tokens []string
		sizes  []any // MaxResults of the requests
	}{
		{name: "nothing", tokens: []string{""}, sizes: []any{nil}},
		{name: "one page", ids: []string{"a", "b"}, want: []string{"a", "b"}, tokens: []string{""}, sizes: []any{nil}},
		{name: "three pages", ids: []string{"a", "b", "c", "d", "e"}, want: []string{"a", "b", "c", "d", "e"}, tokens: []string{"", "2", "4"}, sizes: []any{nil, nil, nil}},
		{name: "page size of the input", ids: []string{"a", "b", "c", "d"}, params: detective.ListInvestigationsInput{MaxResults: aws.Int32(3)},
			want: []string{"a", "b", "c", "d"}, tokens: []string{"", "3"}, sizes: []any{3.0, 3.0}},
		{name: "page size of the options", ids: []string{"a", "b"}, params: detective.ListInvestigationsInput{MaxResults: aws.Int32(3)}, limit: 1,
			want: []string{"a", "b"}, tokens: []string{"", "1"}, sizes: []any{1.0, 1.0}},
		{name: "starts at a token", ids: []string{"a", "b", "c"}, params: detective.ListInvestigationsInput{NextToken: aws.String("1")},
			want: []string{"b", "c"}, tokens: []string{"1"}, sizes: []any{nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{routes: map[string]func(object) reply{investigationsRoute: investigations(c.ids...)}}
			params := c.params
			params.GraphArn = aws.String(graphArn)
			before := params
			p := client.NewListInvestigationsPaginator(f.client(t), &params, func(o *client.ListInvestigationsPaginatorOptions) {
				if c.limit != 0 {
					o.Limit = c.limit
				}
			})
			var got []string
			for p.HasMorePages() {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range page.InvestigationDetails {
					got = append(got, *d.InvestigationId)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("investigations %q, want %q", got, c.want)
			}
			if tokens := f.tokens(investigationsRoute); !slices.Equal(tokens, c.tokens) {
				t.Errorf("asked with tokens %q, want %q", tokens, c.tokens)
			}
			var sizes []any
			for _, in := range f.asked(investigationsRoute) {
				sizes = append(sizes, in["MaxResults"])
				if in["GraphArn"] != graphArn {
					t.Errorf("asked for graph %v", in["GraphArn"])
				}
			}
			if !slices.Equal(sizes, c.sizes) {
				t.Errorf("asked for page sizes %v, want %v", sizes, c.sizes)
			}
			if !reflect.DeepEqual(params, before) {
				t.Errorf("the caller's input is %+v now", params)
			}
			if page, err := p.NextPage(t.Context()); err == nil {
				t.Errorf("a page after the last: %+v", page)
			}
		})
	}
}

// TestListIndicatorsPaginator is about what is its own: the other arguments
// and the items.
func TestListIndicatorsPaginator(t *testing.T) {
	t.Parallel()
	f := &fake{routes: map[string]func(object) reply{indicatorsRoute: pages("Indicators",
		object{"IndicatorType": "NEW_ASO"}, object{"IndicatorType": "NEW_USER_AGENT"}, object{"IndicatorType": "NEW_GEOLOCATION"})}}
	p := client.NewListIndicatorsPaginator(f.client(t), &detective.ListIndicatorsInput{
		GraphArn: aws.String(graphArn), InvestigationId: aws.String(investigation), MaxResults: aws.Int32(1), IndicatorType: types.IndicatorTypeNewAso,
	})
	var got []types.IndicatorType
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Indicators {
			got = append(got, i.IndicatorType)
		}
	}
	if want := []types.IndicatorType{types.IndicatorTypeNewAso, types.IndicatorTypeNewUserAgent, types.IndicatorTypeNewGeolocation}; !slices.Equal(got, want) {
		t.Errorf("indicators %v, want %v", got, want)
	}
	if tokens := f.tokens(indicatorsRoute); !slices.Equal(tokens, []string{"", "1", "2"}) {
		t.Errorf("asked with tokens %q", tokens)
	}
	base := object{"GraphArn": graphArn, "InvestigationId": investigation, "MaxResults": 1.0, "IndicatorType": "NEW_ASO"}
	for i, in := range f.asked(indicatorsRoute) {
		delete(in, "NextToken")
		if !reflect.DeepEqual(in, base) {
			t.Errorf("request %d has arguments %v, want %v", i, in, base)
		}
	}
}

// TestPaginatorsAsTheSDKs runs ours and one of the SDK's through the same
// accidents.
func TestPaginatorsAsTheSDKs(t *testing.T) {
	t.Parallel()
	type paginator struct {
		route string
		make  func(c *client.Client, stop bool) (more func() bool, next func(context.Context) error)
	}
	for name, p := range map[string]paginator{
		"ListInvestigations": {investigationsRoute, func(c *client.Client, stop bool) (func() bool, func(context.Context) error) {
			p := client.NewListInvestigationsPaginator(c, &detective.ListInvestigationsInput{GraphArn: aws.String(graphArn)},
				func(o *client.ListInvestigationsPaginatorOptions) { o.StopOnDuplicateToken = stop })
			return p.HasMorePages, func(ctx context.Context) error { _, err := p.NextPage(ctx); return err }
		}},
		"ListIndicators": {indicatorsRoute, func(c *client.Client, stop bool) (func() bool, func(context.Context) error) {
			p := client.NewListIndicatorsPaginator(c, &detective.ListIndicatorsInput{GraphArn: aws.String(graphArn), InvestigationId: aws.String(investigation)},
				func(o *client.ListIndicatorsPaginatorOptions) { o.StopOnDuplicateToken = stop })
			return p.HasMorePages, func(ctx context.Context) error { _, err := p.NextPage(ctx); return err }
		}},
		"ListMembers of the SDK": {"/graph/members/list", func(c *client.Client, stop bool) (func() bool, func(context.Context) error) {
			p := detective.NewListMembersPaginator(c, &detective.ListMembersInput{GraphArn: aws.String(graphArn)},
				func(o *detective.ListMembersPaginatorOptions) { o.StopOnDuplicateToken = stop })
			return p.HasMorePages, func(ctx context.Context) error { _, err := p.NextPage(ctx); return err }
		}},
	} {
		with := func(answer func(object) reply) (*fake, *client.Client) {
			f := &fake{routes: map[string]func(object) reply{p.route: answer}}
			return f, f.client(t)
		}
		t.Run(name+"/empty token ends", func(t *testing.T) {
			t.Parallel()
			_, c := with(inTurn(ok(object{"NextToken": ""})))
			more, next := p.make(c, false)
			if err := next(t.Context()); err != nil || more() {
				t.Errorf("after a page with an empty token: %v, more pages %t", err, more())
			}
		})
		t.Run(name+"/error keeps the place", func(t *testing.T) {
			t.Parallel()
			f, c := with(inTurn(ok(object{"NextToken": "a"}), refuse(http.StatusNotFound, "ResourceNotFoundException", "gone"), ok(object{})))
			more, next := p.make(c, false)
			if err := next(t.Context()); err != nil {
				t.Fatal(err)
			}
			var notFound *types.ResourceNotFoundException
			if err := next(t.Context()); !errors.As(err, &notFound) || notFound.ErrorMessage() != "gone" || !more() {
				t.Fatalf("the error is %v, more pages %t", err, more())
			}
			if err := next(t.Context()); err != nil || more() {
				t.Errorf("the page again: %v, more pages %t", err, more())
			}
			if tokens := f.tokens(p.route); !slices.Equal(tokens, []string{"", "a", "a"}) {
				t.Errorf("asked with tokens %q", tokens)
			}
		})
		t.Run(name+"/duplicate token", func(t *testing.T) {
			t.Parallel()
			for stop, want := range map[bool]bool{true: false, false: true} {
				_, c := with(inTurn(ok(object{"NextToken": "a"})))
				more, next := p.make(c, stop)
				for range 2 {
					if !more() {
						t.Fatal("ends too early")
					}
					if err := next(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if more() != want {
					t.Errorf("StopOnDuplicateToken %t: more pages %t, want %t", stop, more(), want)
				}
			}
		})
		t.Run(name+"/context ends", func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			_, c := with(func(object) reply { cancel(); return ok(object{}) })
			more, next := p.make(c, false)
			if err := next(ctx); !errors.Is(err, context.Canceled) || !more() {
				t.Errorf("the error is %v, more pages %t", err, more())
			}
		})
	}
}
