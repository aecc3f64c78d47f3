package detective

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// verificationPayload is the payload of the job that verifies the accounts
// of one CreateMembers call.
type verificationPayload struct {
	GraphARN string
	Members  []invitee
	Message  string
	Mail     bool
}

// invitee names one invitation: the time tells it from later ones of the
// same account.
type invitee struct {
	AccountID string
	Invited   time.Time
}

// enqueueVerification enters the job for members that were just entered.
func enqueueVerification(ctx context.Context, tx control.Tx, g control.Graph, members []control.Member, in CreateMembersInput, now time.Time) error {
	p := verificationPayload{GraphARN: g.ARN, Message: in.Message, Mail: !in.NoEmail && needsEmail(g)}
	for _, m := range members {
		p.Members = append(p.Members, invitee{m.AccountID, m.Invited})
	}
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.EnqueueJob(ctx, control.Job{Kind: jobVerification, Key: jobKey(g.ARN), Payload: payload, Created: now, NotBefore: now})
	return err
}

// jobKey is a key for a job about a graph of which there may be many.
func jobKey(graphARN string) string { return graphARN + " " + rand.Text() }

// runVerification compares invited accounts with the directory.
func (s *Service) runVerification(ctx context.Context, job control.Job) error {
	var p verificationPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return jobs.Permanent(fmt.Errorf("payload of job %d: %w", job.ID, err))
	}
	err := s.store.Update(ctx, func(tx control.Tx) error {
		for _, i := range p.Members {
			g, m, err := invited(ctx, tx, p.GraphARN, i, control.MemberVerificationInProgress)
			if errors.Is(err, control.ErrNotFound) {
				continue // removed meanwhile
			}
			if err != nil {
				return err
			}
			known, err := isKnownAs(ctx, tx, g, m)
			if err != nil {
				return err
			}
			status := control.MemberVerificationFailed
			if known {
				status = control.MemberInvited
			}
			if err := setStatus(ctx, tx, g, m, status, "", s.stamp()); err != nil {
				return err
			}
			if known && p.Mail && s.mailer != nil {
				if err := enqueueMail(ctx, tx, m, p.Message, s.now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.wake()
	return err
}

// invited returns the member of an invitation that still stands, with its
// graph. The error wraps control.ErrNotFound when it is no more.
func invited(ctx context.Context, r control.Reader, graphARN string, i invitee, status control.MemberStatus) (control.Graph, control.Member, error) {
	g, err := r.Graph(ctx, graphARN)
	if err != nil {
		return g, control.Member{}, err
	}
	m, err := r.Member(ctx, graphARN, i.AccountID)
	if err != nil {
		return g, m, err
	}
	if g.State != control.GraphActive || m.Status != status || !m.Invited.Equal(i.Invited) {
		return g, m, fmt.Errorf("invitation of account %s: %w", i.AccountID, control.ErrNotFound)
	}
	return g, m, nil
}

// isKnownAs reports whether the directory, ours or the organization's, has
// the account with the e-mail address that it was invited by. An account that
// the organization has as suspended or closed is not known to anybody.
func isKnownAs(ctx context.Context, r control.Reader, g control.Graph, m control.Member) (bool, error) {
	a, err := r.Account(ctx, m.AccountID)
	inOurs := err == nil
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return false, err
	}
	o, err := r.OrganizationAccount(ctx, m.AccountID)
	inOrg := err == nil
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return false, err
	}
	switch {
	case inOrg && o.Status != control.AccountActive:
		return false, nil
	case !needsEmail(g):
		return inOurs || inOrg, nil
	case m.Email == "": // between accounts of the organization
		return inOrg, nil
	}
	return inOurs && sameAddress(a.Email, m.Email) || inOrg && sameAddress(o.Email, m.Email), nil
}

// sameAddress compares e-mail addresses, in whatever case of ASCII. Letters
// that only Unicode folds to others are other letters: mail to them goes to
// other people.
func sameAddress(a, b string) bool {
	return a != "" && len(a) == len(b) && strings.EqualFold(a, b)
}
