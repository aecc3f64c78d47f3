package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/detective"
)

// ListIndicatorsAPIClient is a client that implements the ListIndicators operation.
type ListIndicatorsAPIClient interface {
	ListIndicators(context.Context, *detective.ListIndicatorsInput, ...func(*detective.Options)) (*detective.ListIndicatorsOutput, error)
}

// ListIndicatorsPaginatorOptions changes how ListIndicators is paged.
type ListIndicatorsPaginatorOptions struct {
	// Limit is the most indicators that a page may hold, 1 to 100. Zero means
	// MaxResults of the input and, without that, the service's own limit.
	Limit int32

	// StopOnDuplicateToken ends at a page whose token is the one that it was
	// asked for with, as if it were the last.
	StopOnDuplicateToken bool
}

// ListIndicatorsPaginator fetches the pages of ListIndicators one by one. It is
// for one goroutine. A page's token is good for 24 hours, and only with the
// same arguments.
type ListIndicatorsPaginator struct {
	client ListIndicatorsAPIClient
	params detective.ListIndicatorsInput
	cursor cursor
}

// NewListIndicatorsPaginator makes a paginator that starts at the NextToken
// of params, if there is one. Later changes to params have no effect.
func NewListIndicatorsPaginator(client ListIndicatorsAPIClient, params *detective.ListIndicatorsInput, optFns ...func(*ListIndicatorsPaginatorOptions)) *ListIndicatorsPaginator {
	p := &ListIndicatorsPaginator{client: client}
	if params != nil {
		p.params = *params
	}
	var options ListIndicatorsPaginatorOptions
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
func (p *ListIndicatorsPaginator) HasMorePages() bool { return p.cursor.more() }

// NextPage fetches the next page. After an error the paginator stands where it
// stood, so the same page can be asked for again.
func (p *ListIndicatorsPaginator) NextPage(ctx context.Context, optFns ...func(*detective.Options)) (*detective.ListIndicatorsOutput, error) {
	if !p.HasMorePages() {
		return nil, errNoMorePages
	}
	params := p.params
	params.NextToken, params.MaxResults = p.cursor.token, p.cursor.maxResults()
	page, err := p.client.ListIndicators(ctx, &params, optFns...)
	if err != nil {
		return nil, err
	}
	p.cursor.advance(page.NextToken)
	return page, nil
}
