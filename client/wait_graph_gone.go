package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// GraphGoneInput says which graph to wait for.
type GraphGoneInput struct {
	// GraphArn is the behavior graph that is being deleted. Required.
	GraphArn *string
}

// GraphGoneOutput is what one look at the caller's graphs showed.
type GraphGoneOutput struct {
	// Graph is the graph, nil when it is gone.
	Graph *types.Graph
}

// GraphGoneWaiter is the waiter that NewGraphGoneWaiter makes.
type GraphGoneWaiter = Waiter[GraphGoneInput, GraphGoneOutput]

// GraphGoneWaiterOptions changes how a GraphGoneWaiter waits.
type GraphGoneWaiterOptions = WaiterOptions[GraphGoneInput, GraphGoneOutput]

// NewGraphGoneWaiter makes a waiter that calls ListGraphs, as the
// administrator and through all pages, until the graph is no longer there.
// Other graphs do not matter, such as one created since. To any other account
// every graph is gone, as ListGraphs shows none but the caller's own.
func NewGraphGoneWaiter(client detective.ListGraphsAPIClient, optFns ...func(*GraphGoneWaiterOptions)) *GraphGoneWaiter {
	look := func(ctx context.Context, params *GraphGoneInput, optFns ...func(*detective.Options)) (*GraphGoneOutput, error) {
		if aws.ToString(params.GraphArn) == "" {
			return nil, errNoGraphArn
		}
		for g, err := range graphs(ctx, client, nil, optFns) {
			if err != nil {
				return nil, err
			}
			if aws.ToString(g.Arn) == *params.GraphArn {
				return &GraphGoneOutput{Graph: &g}, nil
			}
		}
		return &GraphGoneOutput{}, nil
	}
	return newWaiter("GraphGone", look, graphGoneRetryable, optFns)
}

func graphGoneRetryable(_ context.Context, _ *GraphGoneInput, out *GraphGoneOutput, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	return out.Graph != nil, nil
}
