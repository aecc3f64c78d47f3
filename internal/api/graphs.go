package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) CreateGraph(ctx context.Context, c detective.Caller, in *CreateGraphRequest) (*CreateGraphResponse, error) {
	arn, err := s.backend.CreateGraph(ctx, c, in.Tags)
	if err != nil {
		return nil, err
	}
	return &CreateGraphResponse{GraphArn: &arn}, nil
}

func (s *service) ListGraphs(ctx context.Context, c detective.Caller, in *ListGraphsRequest) (*ListGraphsResponse, error) {
	graphs, next, err := s.backend.ListGraphs(ctx, c, page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ListGraphsResponse{NextToken: present(next)}
	for _, g := range graphs {
		out.GraphList = append(out.GraphList, Graph{Arn: &g.ARN, CreatedTime: timestamp(g.Created)})
	}
	return out, nil
}

func (s *service) DeleteGraph(ctx context.Context, c detective.Caller, in *DeleteGraphRequest) error {
	return s.backend.DeleteGraph(ctx, c, *in.GraphArn)
}
