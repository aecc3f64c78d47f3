package detective

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// investigationPayload is the payload of an investigation's job.
type investigationPayload struct{ GraphARN, ID string }

// enqueueInvestigation enters the job of an investigation.
func enqueueInvestigation(ctx context.Context, tx control.Tx, graphARN, id string, now time.Time) error {
	payload, err := json.Marshal(investigationPayload{graphARN, id})
	if err != nil {
		return err
	}
	_, err = tx.EnqueueJob(ctx, control.Job{Kind: jobInvestigation, Key: id, Payload: payload, Created: now, NotBefore: now})
	return err
}

// running returns the investigation of a job with its graph. ok is false
// when there is nothing to do: it has ended, or its graph is gone.
func running(ctx context.Context, r control.Reader, job control.Job) (g control.Graph, i control.Investigation, ok bool, err error) {
	var p investigationPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return g, i, false, jobs.Permanent(fmt.Errorf("payload of job %d: %w", job.ID, err))
	}
	g, err = r.Graph(ctx, p.GraphARN)
	if err == nil && g.State == control.GraphActive {
		i, err = r.Investigation(ctx, p.GraphARN, p.ID)
	}
	if errors.Is(err, control.ErrNotFound) {
		return g, i, false, nil
	}
	return g, i, err == nil && i.Status == control.InvestigationRunning, err
}

// runInvestigation runs an investigation and stores its report. It may be
// repeated at any point: only the storing changes anything, and only once.
func (s *Service) runInvestigation(ctx context.Context, job control.Job) error {
	g, i, ok, err := running(ctx, s.store, job)
	if err != nil || !ok {
		return err
	}
	report, err := s.investigator.Investigate(ctx, g, i.EntityARN, i.ScopeStart, i.ScopeEnd)
	if err != nil {
		// The data of a graph that is being deleted vanish under the
		// investigation; that is no failure of it.
		if _, _, still, rerr := running(ctx, s.store, job); rerr == nil && !still {
			return nil
		}
		return fmt.Errorf("investigate %s in graph %s: %w", i.EntityARN, g.ARN, err)
	}
	if err := checkReport(report); err != nil {
		return jobs.Permanent(fmt.Errorf("BUG: report on %s in graph %s: %w", i.EntityARN, g.ARN, err))
	}
	return s.finish(ctx, job, control.Outcome{
		Status: control.InvestigationSuccessful, Severity: report.Severity, Result: report.JSON,
	})
}

// failInvestigation records that an investigation could not be done.
func (s *Service) failInvestigation(ctx context.Context, job control.Job, cause error) error {
	return s.finish(ctx, job, control.Outcome{Status: control.InvestigationFailed, FailureCause: cause.Error()})
}

// finish stores how an investigation ended, unless it has ended or its graph
// is gone.
func (s *Service) finish(ctx context.Context, job control.Job, o control.Outcome) error {
	return s.store.Update(ctx, func(tx control.Tx) error {
		_, i, ok, err := running(ctx, tx, job)
		if err != nil || !ok {
			return err
		}
		return tx.FinishInvestigation(ctx, i.GraphARN, i.ID, o)
	})
}

// checkReport makes sure that what is stored can be answered later.
func checkReport(r Report) error {
	if control.SeverityRank(r.Severity) == 0 {
		return fmt.Errorf("%q is no severity", r.Severity)
	}
	restored, err := restoreIndicators(r.JSON)
	if err != nil {
		return err
	}
	if len(restored) != len(r.Indicators) {
		return fmt.Errorf("the JSON holds %d indicators, the report %d", len(restored), len(r.Indicators))
	}
	return nil
}
