package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) ListTagsForResource(ctx context.Context, c detective.Caller, in *ListTagsForResourceRequest) (*ListTagsForResourceResponse, error) {
	tags, err := s.backend.ListTagsForResource(ctx, c, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ListTagsForResourceResponse{Tags: tags}, nil
}

func (s *service) TagResource(ctx context.Context, c detective.Caller, in *TagResourceRequest) (*TagResourceResponse, error) {
	return &TagResourceResponse{}, s.backend.TagResource(ctx, c, *in.ResourceArn, in.Tags)
}

func (s *service) UntagResource(ctx context.Context, c detective.Caller, in *UntagResourceRequest) (*UntagResourceResponse, error) {
	return &UntagResourceResponse{}, s.backend.UntagResource(ctx, c, *in.ResourceArn, in.TagKeys)
}
