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

// Invitation is what an invited account is told by mail.
type Invitation struct {
	To              string // the account's e-mail address
	AccountID       string // that is invited
	AdministratorID string
	AdministratorTo string // the administrator account's address; may be empty
	GraphARN        string
	Region          string
	Message         string // the administrator's own words; may be empty
	Invited         time.Time
}

// Mailer sends mail.
type Mailer interface {
	// SendInvitation hands an invitation to the mail server. An error that
	// another attempt would meet again MUST be a jobs.Permanent one.
	SendInvitation(ctx context.Context, i Invitation) error
}

// mailAttempts bounds the attempts at one mail: with the waits in between
// they take more than an hour.
const mailAttempts = 20

// mailPayload is the payload of the job that sends an invitation.
type mailPayload struct {
	GraphARN string
	Member   invitee
	Message  string
}

func enqueueMail(ctx context.Context, tx control.Tx, m control.Member, message string, now time.Time) error {
	payload, err := json.Marshal(mailPayload{m.GraphARN, invitee{m.AccountID, m.Invited}, message})
	if err != nil {
		return err
	}
	_, err = tx.EnqueueJob(ctx, control.Job{Kind: jobMail, Key: jobKey(m.GraphARN), Payload: payload, Created: now, NotBefore: now})
	return err
}

// runMail sends an invitation, unless it does not stand any more.
func (s *Service) runMail(ctx context.Context, job control.Job) error {
	var p mailPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return jobs.Permanent(fmt.Errorf("payload of job %d: %w", job.ID, err))
	}
	g, m, err := invited(ctx, s.store, p.GraphARN, p.Member, control.MemberInvited)
	if errors.Is(err, control.ErrNotFound) || s.mailer == nil {
		return nil
	}
	if err != nil {
		return err
	}
	to := m.Email
	if to == "" {
		if to, err = s.emailOf(ctx, m.AccountID); err != nil || to == "" {
			return err
		}
	}
	from, err := s.emailOf(ctx, g.AccountID)
	if err != nil {
		return err
	}
	err = s.mailer.SendInvitation(ctx, Invitation{
		To: to, AccountID: m.AccountID, AdministratorID: g.AccountID, AdministratorTo: from,
		GraphARN: g.ARN, Region: g.Region, Message: p.Message, Invited: m.Invited,
	})
	if err != nil {
		return fmt.Errorf("mail the invitation of account %s to graph %s: %w", m.AccountID, g.ARN, err)
	}
	return nil
}

// emailOf returns the address that our directory, or else the organization's,
// has of an account; empty when neither knows it.
func (s *Service) emailOf(ctx context.Context, accountID string) (string, error) {
	a, err := s.store.Account(ctx, accountID)
	if err == nil && a.Email != "" {
		return a.Email, nil
	}
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return "", err
	}
	o, err := s.store.OrganizationAccount(ctx, accountID)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return "", err
	}
	return o.Email, nil
}
