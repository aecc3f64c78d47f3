package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/detective"
)

// ListInvestigationsAPIClient is a client that implements the ListInvestigations operation.
type ListInvestigationsAPIClient interface {
	ListInvestigations(context.Context, *detective.ListInvestigationsInput, ...func(*detective.Options)) (*detective.ListInvestigationsOutput, error)
}

// ListInvestigationsPaginatorOptions changes how ListInvestigations is paged.
type ListInvestigationsPaginatorOptions struct {
	// Limit is the most investigations that a page may hold, 1 to 100. Zero means
	// MaxResults of the input and, without that, the service's own limit.
	Limit int32

	// StopOnDuplicateToken ends at a page whose token is the one that it was
	// asked for with, as if it were the last.
	StopOnDuplicateToken bool
}

// ListInvestigationsPaginator fetches the pages of ListInvestigations one by one. It is
// for one goroutine. A page's token is good for 24 hours, and only with the
// same arguments.
type ListInvestigationsPaginator struct {
	client ListInvestigationsAPIClient
	params detective.ListInvestigationsInput
	cursor cursor
}

// NewListInvestigationsPaginator makes a paginator that starts at the NextToken
// of params, if there is one. Later changes to params have no effect.
func NewListInvestigationsPaginator(client ListInvestigationsAPIClient, params *detective.ListInvestigationsInput, optFns ...func(*ListInvestigationsPaginatorOptions)) *ListInvestigationsPaginator {
	p := &ListInvestigationsPaginator{client: client}
	if params != nil {
		p.params = *params
	}
	var options ListInvestigationsPaginatorOptions
	if p.params.MaxResults != nil {
		options.Limit = *p.params.MaxResults
	}
	for _, fn := range optFns {
		fn(&options)
	}
	p.cursor = cursor{token: p.params.NextToken, limit: options.Limit, stopOnDuplicate: options.StopOnDuplicateToken}
	return p
}

// HasMorePages tells whether NextPage has another page to fetch.
func (p *ListInvestigationsPaginator) HasMorePages() bool { return p.cursor.more() }

// NextPage fetches the next page. After an error the paginator stands where it
// stood, so the same page can be asked for again.
func (p *ListInvestigationsPaginator) NextPage(ctx context.Context, optFns ...func(*detective.Options)) (*detective.ListInvestigationsOutput, error) {
	if !p.HasMorePages() {
		return nil, errNoMorePages
	}
	params := p.params
	params.NextToken, params.MaxResults = p.cursor.token, p.cursor.maxResults()
	page, err := p.client.ListInvestigations(ctx, &params, optFns...)
	if err != nil {
		return nil, err
	}
	p.cursor.advance(page.NextToken)
	return page, nil
}
