package investigate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// ErrScope is returned for a scope that does not end after it starts.
var ErrScope = errors.New("the scope must end after it starts")

// Options are what an Investigator works with.
type Options struct {
	Rules  Rules            // nil: no rule is loaded, TTP_OBSERVED cannot be evaluated
	Places Places           // nil: places are unknown, NEW_GEOLOCATION and NEW_ASO cannot be evaluated
	Now    func() time.Time // nil: time.Now
}

// Investigator runs investigations. It keeps no state between them and is
// safe for concurrent use if its Rules and Places are.
type Investigator struct {
	rules  Rules
	places Places
	now    func() time.Time
}

// New returns an Investigator.
func New(o Options) *Investigator {
	i := &Investigator{rules: o.Rules, places: o.Places, now: o.Now}
	if i.now == nil {
		i.now = time.Now
	}
	return i
}

// Knows reports whether the graph holds the IAM user or role that entity
// names, see Investigate for what is accepted. The error is an
// *UnsupportedEntityError when entity names something else.
func (i *Investigator) Knows(ctx context.Context, store Store, entity string) (bool, error) {
	_, err := resolve(ctx, store, entity)
	if errors.Is(err, ErrUnknownEntity) {
		return false, nil
	}
	return err == nil, err
}

// Investigate examines an IAM user, an IAM role or the root user of an
// account from from (inclusive) to to (exclusive); both are widened to whole
// hours. entity is its IAM ARN, the STS ARN of a role session or an access
// key id; for the last two the whole principal behind them is examined.
//
// Errors: ErrUnknownEntity when the graph does not hold the entity,
// *UnsupportedEntityError when entity is nothing of the above, ErrScope, and
// whatever the store returns. A principal without activity in the scope is
// no error.
func (i *Investigator) Investigate(ctx context.Context, store Store, entity string, from, to time.Time) (*Report, error) {
	from, to = from.UTC(), to.UTC()
	if !from.Before(to) {
		return nil, fmt.Errorf("investigate %s: %w: %s to %s", entity, ErrScope, from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	who, err := resolve(ctx, store, entity)
	if err != nil {
		return nil, err
	}
	r, facts, err := i.examine(ctx, store, who, from, to)
	if err != nil {
		return nil, fmt.Errorf("investigate %s: %w", who.ARN, err)
	}
	state, _ := facts.Training()
	r.Severity, r.Points = indicators.Rate(r.Indicators, state)
	maker, err := i.suspectMaker(ctx, store, who, from, to)
	if err != nil {
		return nil, fmt.Errorf("investigate who created %s: %w", who.ARN, err)
	}
	if maker != nil {
		r.Severity, r.Points = indicators.RateMade(r.Indicators, state, maker.EntityArn)
		r.Notices = append(r.Notices, fmt.Sprintf("It was created in the scope by %s, which is rated %s over the same scope.",
			maker.EntityArn, maker.Severity))
	}
	r.Summary = summarize(r, who, facts)
	return r, nil
}

// examine gathers the facts of a principal and runs the indicators.
func (i *Investigator) examine(ctx context.Context, store Store, who principal, from, to time.Time) (*Report, *indicators.Facts, error) {
	g := gatherer{store: store, rules: i.rules, places: i.places, who: who, scope: warehouse.RangeOf(from, to)}
	facts, err := g.gather(ctx)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{
		EntityArn: who.ARN, EntityType: who.Kind,
		ScopeStartTime: from, ScopeEndTime: to, CreatedTime: i.now().UTC(),
		Indicators: []indicators.Indicator{},
		Baseline:   Baseline{From: facts.Baseline.From, To: facts.Baseline.To, Days: facts.Principal.Days},
	}
	if i.places != nil {
		r.Databases = i.places.Version()
	}
	r.Notices = slices.Concat([]string{}, who.Notices, notices(facts, g.status, from, to))
	r.Notices = append(r.Notices, g.notices...)
	conflicts, err := g.conflicts(ctx)
	if err != nil {
		return nil, nil, err
	}
	r.Notices = append(r.Notices, conflicts...)
	i.evaluate(r, facts)
	if err := g.sample(ctx, r.Indicators); err != nil {
		return nil, nil, err
	}
	return r, facts, nil
}

// evaluate runs every indicator type and enters what it says.
func (i *Investigator) evaluate(r *Report, f *indicators.Facts) {
	ttps := indicators.FindTTPs(f)
	if i.rules == nil {
		ttps = indicators.Result{NotEvaluated: "no detection rules are loaded"}
	}
	for _, t := range []struct {
		kind indicators.Kind
		indicators.Result
	}{
		{indicators.TTPObserved, ttps},
		{indicators.NewUserAgent, indicators.FindNewUserAgents(f)},
		{indicators.NewGeolocation, indicators.FindNewGeolocations(f)},
		{indicators.NewASO, indicators.FindNewASOs(f)},
		// The following types are not built yet; they say so in every report.
		{indicators.ImpossibleTravel, indicators.Result{NotEvaluated: "this version does not compare the distance and time between calls"}},
		{indicators.FlaggedIPAddress, indicators.Result{NotEvaluated: "this version does not read threat lists"}},
		{indicators.RelatedFinding, indicators.Result{NotEvaluated: "this version does not read findings"}},
		{indicators.RelatedFindingGroup, indicators.Result{NotEvaluated: "this version does not form finding groups"}},
	} {
		r.Indicators = append(r.Indicators, t.Indicators...)
		r.Notices = append(r.Notices, t.Notices...)
		if t.NotEvaluated != "" {
			r.NotEvaluated = append(r.NotEvaluated, NotEvaluated{t.kind, t.NotEvaluated})
		}
	}
}
