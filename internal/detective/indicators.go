package detective

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// indicatorKinds are the values of IndicatorType in the model.
var indicatorKinds = []indicators.Kind{
	indicators.TTPObserved, indicators.ImpossibleTravel, indicators.FlaggedIPAddress, indicators.NewGeolocation,
	indicators.NewASO, indicators.NewUserAgent, indicators.RelatedFinding, indicators.RelatedFindingGroup,
}

// ListIndicators returns the indicators of an investigation in the order of
// its report, those of one kind when kind is not empty. A running or failed
// investigation has none.
//
// Its tokens demand that all arguments stay the same, page size included.
func (s *Service) ListIndicators(ctx context.Context, c Caller, graphARN, id, kind string, p Page) ([]indicators.Indicator, string, error) {
	const operation = "ListIndicators"
	if kind != "" && !slices.Contains(indicatorKinds, indicators.Kind(kind)) {
		return nil, "", errorf(Validation, "IndicatorType must be one of %v. Found %s.", indicatorKinds, kind)
	}
	limit, err := investigationPages.limit(p)
	if err != nil {
		return nil, "", err
	}
	i, err := s.investigation(ctx, c, operation, graphARN, id)
	if err != nil {
		return nil, "", err
	}
	bound := []string{operation, graphARN, id, kind, strconv.Itoa(limit)}
	from := 0
	if p.Token != "" {
		place, err := s.tokens.open(p.Token, bound)
		if err != nil {
			return nil, "", err
		}
		if from, err = strconv.Atoi(place); err != nil {
			return nil, "", fmt.Errorf("BUG: a signed token holds the place %q: %w", place, err)
		}
	}
	all, err := restoreIndicators(i.Result)
	if err != nil {
		return nil, "", fmt.Errorf("investigation %s of graph %s: %w", id, graphARN, err)
	}
	if kind != "" {
		all = slices.DeleteFunc(all, func(i indicators.Indicator) bool { return string(i.IndicatorType) != kind })
	}
	// A report never changes, so a place in it is a number.
	from = min(from, len(all))
	to := min(from+limit, len(all))
	if to == len(all) {
		return all[from:], "", nil
	}
	return all[from:to], s.tokens.seal(strconv.Itoa(to), bound), nil
}

// restoreIndicators reads the indicators back from a report. No report has
// none; the list is never nil.
func restoreIndicators(report []byte) ([]indicators.Indicator, error) {
	r := struct{ Indicators []indicators.Indicator }{[]indicators.Indicator{}}
	if len(report) == 0 {
		return r.Indicators, nil
	}
	if err := json.Unmarshal(report, &r); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if r.Indicators == nil { // "Indicators": null
		r.Indicators = []indicators.Indicator{}
	}
	return r.Indicators, nil
}
