package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// ErrPermanent is wrapped by errors that trying again does not mend: the
// server has refused this mail for good, or no mail can be made of the
// invitation. Every other error may pass: the server cannot be reached or is
// busy, or it and our configuration do not agree (certificate, password).
var ErrPermanent = errors.New("permanent failure")

// Sender sends mail. It is safe for concurrent use and holds no connection
// between two mails.
type Sender struct{ settings }

// New returns a Sender for the server of c. It reads the files that c names
// and asks nobody on the network. The error says all that is wrong with c.
func New(c Config) (*Sender, error) {
	s, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("mail configuration: %w", err)
	}
	return &Sender{s}, nil
}

// Send sends the mail for an invitation and returns when the server has taken
// it over, has refused it, does not answer for two minutes, or when ctx ends;
// then the error wraps ctx's. After an error that is not ErrPermanent the
// caller may Send the same Invitation again: the mail has the same Message-ID
// and Date, should the server have taken it and only its answer be lost.
func (s *Sender) Send(ctx context.Context, i Invitation) error {
	err := i.check()
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrPermanent, err)
	} else {
		var m *gomail.Msg
		if m, err = s.message(i); err == nil {
			err = s.deliver(ctx, m)
		}
	}
	if err != nil {
		return fmt.Errorf("mail the invitation of account %q: %w", i.MemberAccountID, err)
	}
	return nil
}

// message makes the mail of an invitation that was checked.
func (s *Sender) message(i Invitation) (*gomail.Msg, error) {
	to, err := recipient(i.To)
	if err != nil {
		return nil, err
	}
	body, err := text(i, s.consoleURL)
	if err != nil {
		return nil, fmt.Errorf("write the text: %w", err)
	}
	date := i.InvitedAt
	if date.IsZero() {
		date = time.Now()
	}
	from := s.from
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	m.FromMailAddress(&from)
	m.ToMailAddress(to)
	m.Subject(subject(i))
	m.SetDateWithValue(date.UTC())
	m.SetMessageIDWithValue(i.messageID(domainOf(from.Address)))
	// RFC 3834: no vacation notices in answer. Exchange wants its own.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	m.SetBodyString(gomail.TypeTextPlain, body)
	return m, nil
}

// needsUTF8 reports whether the server must support SMTPUTF8 for a mail to
// this address.
func needsUTF8(a *mail.Address) bool {
	for _, r := range a.Address {
		if r > unicode.MaxASCII {
			return true
		}
	}
	return false
}
