package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

func (s *service) ListIndicators(ctx context.Context, c detective.Caller, in *ListIndicatorsRequest) (*ListIndicatorsResponse, error) {
	list, next, err := s.backend.ListIndicators(ctx, c, *in.GraphArn, *in.InvestigationId,
		string(value(in.IndicatorType)), page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ListIndicatorsResponse{GraphArn: in.GraphArn, InvestigationId: in.InvestigationId, NextToken: present(next)}
	for _, i := range list {
		out.Indicators = append(out.Indicators, Indicator{
			IndicatorType:   present(IndicatorType(i.IndicatorType)),
			IndicatorDetail: indicatorDetail(i.IndicatorDetail),
		})
	}
	return out, nil
}

// indicatorDetail keeps what the API has: evidence and points stay behind.
// Counts and flags are always written, texts that are not known are left out.
func indicatorDetail(d indicators.Detail) *IndicatorDetail {
	var out IndicatorDetail
	if t := d.TTPsObservedDetail; t != nil {
		out.TTPsObservedDetail = &TTPsObservedDetail{
			Tactic:          present(t.Tactic),
			Technique:       present(t.Technique),
			Procedure:       present(t.Procedure),
			IpAddress:       present(t.IpAddress),
			APIName:         present(t.APIName),
			APISuccessCount: &t.APISuccessCount,
			APIFailureCount: &t.APIFailureCount,
		}
	}
	if g := d.NewGeolocationDetail; g != nil {
		out.NewGeolocationDetail = &NewGeolocationDetail{
			Location:              present(g.Location),
			IpAddress:             present(g.IpAddress),
			IsNewForEntireAccount: &g.IsNewForEntireAccount,
		}
	}
	if a := d.NewAsoDetail; a != nil {
		out.NewAsoDetail = &NewAsoDetail{Aso: present(a.Aso), IsNewForEntireAccount: &a.IsNewForEntireAccount}
	}
	if u := d.NewUserAgentDetail; u != nil {
		out.NewUserAgentDetail = &NewUserAgentDetail{UserAgent: present(u.UserAgent), IsNewForEntireAccount: &u.IsNewForEntireAccount}
	}
	return &out
}
