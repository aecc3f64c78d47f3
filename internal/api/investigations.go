package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) StartInvestigation(ctx context.Context, c detective.Caller, in *StartInvestigationRequest) (*StartInvestigationResponse, error) {
	id, err := s.backend.StartInvestigation(ctx, c, *in.GraphArn, *in.EntityArn, in.ScopeStartTime.Time, in.ScopeEndTime.Time)
	if err != nil {
		return nil, err
	}
	return &StartInvestigationResponse{InvestigationId: &id}, nil
}

func (s *service) GetInvestigation(ctx context.Context, c detective.Caller, in *GetInvestigationRequest) (*GetInvestigationResponse, error) {
	i, err := s.backend.GetInvestigation(ctx, c, *in.GraphArn, *in.InvestigationId)
	if err != nil {
		return nil, err
	}
	return &GetInvestigationResponse{
		GraphArn:        in.GraphArn,
		InvestigationId: &i.ID,
		EntityArn:       &i.EntityARN,
		EntityType:      present(EntityType(i.EntityType)),
		CreatedTime:     timestamp(i.Created),
		ScopeStartTime:  timestamp(i.ScopeStart),
		ScopeEndTime:    timestamp(i.ScopeEnd),
		Status:          present(Status(i.Status)),
		Severity:        present(Severity(i.Severity)),
		State:           present(State(i.State)),
	}, nil
}

func (s *service) ListInvestigations(ctx context.Context, c detective.Caller, in *ListInvestigationsRequest) (*ListInvestigationsResponse, error) {
	list, next, err := s.backend.ListInvestigations(ctx, c, *in.GraphArn,
		investigationFilter(in.FilterCriteria), investigationSort(in.SortCriteria), page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ListInvestigationsResponse{NextToken: present(next)}
	for _, i := range list {
		out.InvestigationDetails = append(out.InvestigationDetails, InvestigationDetail{
			InvestigationId: &i.ID,
			EntityArn:       &i.EntityARN,
			EntityType:      present(EntityType(i.EntityType)),
			CreatedTime:     timestamp(i.Created),
			Status:          present(Status(i.Status)),
			Severity:        present(Severity(i.Severity)),
			State:           present(State(i.State)),
		})
	}
	return out, nil
}

func (s *service) UpdateInvestigationState(ctx context.Context, c detective.Caller, in *UpdateInvestigationStateRequest) error {
	return s.backend.UpdateInvestigationState(ctx, c, *in.GraphArn, *in.InvestigationId, string(*in.State))
}

// investigationFilter reads filter criteria. Values that no investigation can
// have are kept: they select nothing.
func investigationFilter(in *FilterCriteria) detective.InvestigationFilter {
	if in == nil {
		return detective.InvestigationFilter{}
	}
	equal := func(f *StringFilter) string {
		if f == nil {
			return ""
		}
		return value(f.Value)
	}
	filter := detective.InvestigationFilter{
		Severity:  equal(in.Severity),
		Status:    equal(in.Status),
		State:     equal(in.State),
		EntityARN: equal(in.EntityArn),
	}
	if in.CreatedTime != nil {
		filter.CreatedFrom = in.CreatedTime.StartInclusive.Time
		filter.CreatedTo = in.CreatedTime.EndInclusive.Time
	}
	return filter
}

// investigationSort reads sort criteria. AWS does not say what stands for a
// missing part; here it is the creation time, and what is greatest (newest,
// most severe) first.
func investigationSort(in *SortCriteria) detective.InvestigationSort {
	if in == nil {
		return detective.InvestigationSort{}
	}
	sort := detective.InvestigationSort{Field: string(FieldCreatedTime), Descending: true}
	if in.Field != nil {
		sort.Field = string(*in.Field)
	}
	if in.SortOrder != nil {
		sort.Descending = *in.SortOrder == SortOrderDesc
	}
	return sort
}
