package detective

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// volumeCheckPayload is the payload of the job that looks whether a graph
// has room for a member that has accepted.
type volumeCheckPayload struct {
	GraphARN string
	Member   invitee
}

func enqueueVolumeCheck(ctx context.Context, tx control.Tx, m control.Member, now time.Time) error {
	payload, err := json.Marshal(volumeCheckPayload{m.GraphARN, invitee{m.AccountID, m.Invited}})
	if err != nil {
		return err
	}
	_, err = tx.EnqueueJob(ctx, control.Job{Kind: jobVolumeCheck, Key: jobKey(m.GraphARN), Payload: payload, Created: now, NotBefore: now})
	return err
}

// runVolumeCheck enables a member that has accepted, if the graph has room.
func (s *Service) runVolumeCheck(ctx context.Context, job control.Job) error {
	return s.checkVolume(ctx, job, true)
}

// giveUpVolumeCheck leaves a member disabled because its volume cannot be
// told. The hourly job tries again.
func (s *Service) giveUpVolumeCheck(ctx context.Context, job control.Job, _ error) error {
	return s.checkVolume(ctx, job, false)
}

func (s *Service) checkVolume(ctx context.Context, job control.Job, known bool) error {
	var p volumeCheckPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return jobs.Permanent(fmt.Errorf("payload of job %d: %w", job.ID, err))
	}
	if known {
		if err := s.UpdateUsage(ctx, p.GraphARN); errors.Is(err, control.ErrNotFound) {
			return nil // the graph is gone
		} else if err != nil {
			return err
		}
	}
	return s.store.Update(ctx, func(tx control.Tx) error {
		g, m, err := invited(ctx, tx, p.GraphARN, p.Member, control.MemberAcceptedButDisabled)
		if errors.Is(err, control.ErrNotFound) {
			return nil // left meanwhile, or enabled otherwise
		}
		if err != nil {
			return err
		}
		v, err := s.readVolumes(ctx, tx, g, m.AccountID)
		if err != nil {
			return err
		}
		v.known = known
		return s.admit(ctx, tx, g, v, m)
	})
}

// StartMonitoringMember enables a member that is ACCEPTED_BUT_DISABLED if the
// graph has room for it now. If not the member stays as it is, which is no
// error (MODEL).
func (s *Service) StartMonitoringMember(ctx context.Context, c Caller, graphARN, accountID string) error {
	const operation = "StartMonitoringMember"
	if _, err := administered(ctx, s.store, c, operation, graphARN); err != nil {
		return err
	}
	usageErr := s.UpdateUsage(ctx, graphARN)
	if usageErr != nil {
		s.log.Warn("a member's volume cannot be told", "graph", graphARN, "account", accountID, "error", usageErr)
	}
	return s.store.Update(ctx, func(tx control.Tx) error {
		g, err := administered(ctx, tx, c, operation, graphARN)
		if err != nil {
			return err
		}
		m, err := tx.Member(ctx, graphARN, accountID)
		if errors.Is(err, control.ErrNotFound) {
			return errorf(ResourceNotFound, "Account %s is not a member of the behavior graph %s.", accountID, graphARN)
		}
		if err != nil {
			return err
		}
		if m.Status != control.MemberAcceptedButDisabled {
			return wrongStatus(m, control.MemberAcceptedButDisabled)
		}
		v, err := s.readVolumes(ctx, tx, g, accountID)
		if err != nil {
			return err
		}
		v.known = usageErr == nil
		return s.admit(ctx, tx, g, v, m)
	})
}

// retryMembers enables what members of a graph can be enabled, in the order
// in which they were invited.
func (s *Service) retryMembers(ctx context.Context, g control.Graph) error {
	members, err := s.store.Members(ctx, g.ARN, "", 0)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, isWaiting) {
		return nil
	}
	usageErr := s.UpdateUsage(ctx, g.ARN)
	return errors.Join(usageErr, s.store.Update(ctx, func(tx control.Tx) error {
		now, err := tx.Graph(ctx, g.ARN)
		if errors.Is(err, control.ErrNotFound) || err == nil && now.State != control.GraphActive {
			return nil
		}
		if err != nil {
			return err
		}
		members, err := tx.Members(ctx, g.ARN, "", 0)
		if err != nil {
			return err
		}
		members = slices.DeleteFunc(members, func(m control.Member) bool { return !isWaiting(m) })
		v, err := s.readVolumes(ctx, tx, g, accountsOf(members)...)
		if err != nil {
			return err
		}
		v.known = usageErr == nil
		slices.SortStableFunc(members, func(a, b control.Member) int { return a.Invited.Compare(b.Invited) })
		for _, m := range members {
			if err := s.admit(ctx, tx, now, v, m); err != nil {
				return err
			}
		}
		return nil
	}))
}

func accountsOf(members []control.Member) []string {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.AccountID
	}
	return ids
}

func isWaiting(m control.Member) bool { return m.Status == control.MemberAcceptedButDisabled }
