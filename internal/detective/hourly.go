package detective

import (
	"context"
	"errors"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// StartUp enters the jobs of a server that starts: the hourly one, which
// keeps itself going, and a look at the organization directory.
func (s *Service) StartUp(ctx context.Context) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		now := s.now()
		_, err := tx.EnqueueJob(ctx, control.Job{Kind: jobSync, Key: "organization", Created: now, NotBefore: now})
		if err != nil && !errors.Is(err, control.ErrExists) {
			return err
		}
		all, err := tx.Jobs(ctx)
		if err != nil {
			return err
		}
		for _, j := range all {
			if j.Kind == jobHourly && j.State != control.JobFailed {
				return nil
			}
		}
		return s.enqueueHourly(ctx, tx, now)
	})
	s.wake()
	return err
}

// enqueueHourly enters the job for the hour that begins next. Its key is the
// hour, so that there is one however often it is entered.
func (s *Service) enqueueHourly(ctx context.Context, tx control.Tx, now time.Time) error {
	next := now.UTC().Truncate(time.Hour).Add(time.Hour)
	_, err := tx.EnqueueJob(ctx, control.Job{Kind: jobHourly, Key: next.Format(time.RFC3339), Created: now, NotBefore: next})
	if errors.Is(err, control.ErrExists) {
		return nil
	}
	return err
}

// runHourly looks at the organization and at the members that are not
// enabled yet, and enters the next hour's job. What fails is tried again in
// an hour.
func (s *Service) runHourly(ctx context.Context, _ control.Job) error {
	graphs, err := s.store.Graphs(ctx)
	errs := []error{err, s.SyncOrganization(ctx)}
	for _, g := range graphs {
		if g.State == control.GraphActive {
			errs = append(errs, s.retryMembers(ctx, g))
		}
	}
	if err := errors.Join(errs...); err != nil {
		s.log.Warn("the hourly look at members failed in part", "error", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx control.Tx) error { return s.enqueueHourly(ctx, tx, s.now()) })
}
