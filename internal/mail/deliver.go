package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// timeout bounds connecting (with TLS and sign-in) and, once more, handing
// the mail over. RFC 5321, 4.5.3.2 would give the server minutes for each
// step; a job that is tried again need not hold its worker that long.
const timeout = 2 * time.Minute

// deliver hands the mail to the server.
func (s *Sender) deliver(ctx context.Context, m *gomail.Msg) error {
	link := &link{settings: s.settings}
	defer link.close()
	// go-mail heeds the context while it connects only.
	stop := context.AfterFunc(ctx, link.close)
	defer stop()

	client, err := gomail.NewClient(s.host, s.options(link, m)...)
	if err != nil {
		return err
	}
	err = s.converse(ctx, client, m)
	if m.IsDelivered() {
		return nil // whatever came after that
	}
	switch {
	case err == nil:
		return errors.New("the mail client lost the mail")
	case refusal(err):
		return fmt.Errorf("%w: %w", ErrPermanent, err)
	case ctx.Err() != nil:
		// The rest is how a connection complains that we closed it.
		return ctx.Err()
	}
	return err
}

func (s *Sender) options(l *link, m *gomail.Msg) []gomail.Option {
	o := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(timeout), gomail.WithDialContextFunc(l.dial),
		// Each a round trip, and of no use in a connection for one mail.
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch s.tls {
	case StartTLS:
		o = append(o, gomail.WithTLSConfig(s.tlsConfig.Clone()), gomail.WithTLSPolicy(gomail.TLSMandatory))
	default: // none wanted, or dial has done it
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if to := m.GetTo(); len(to) > 0 && !needsUTF8(to[0]) {
		// A mail that claims to need it cannot go on to a server without.
		o = append(o, gomail.WithoutSMTPUTF8())
	}
	if s.username != "" {
		// go-mail's own order, which it follows by itself only where it has
		// set TLS up itself. It falls back to NTLM where there is nothing
		// else. It gives a password in plain text only to TLS and loopback.
		o = append(o, gomail.WithUsername(s.username), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(
				gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256,
				gomail.SMTPAuthSCRAMSHA1PLUS, gomail.SMTPAuthSCRAMSHA1,
				gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return o
}

func (s *Sender) converse(ctx context.Context, client *gomail.Client, m *gomail.Msg) error {
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("connect to mail server %s: %w", s.address(), err)
	}
	if err := client.SendWithSMTPClient(conn, m); err != nil {
		// No QUIT: in the middle of the mail it would pass for its end.
		return err
	}
	return client.CloseWithSMTPClient(conn)
}

func (s settings) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// refusal reports whether err is the server's word that it will never take
// this mail: a 5xx answer to its sender, its recipient or its content, save
// those that ask us to sign in or to use TLS first (RFC 4954, 6; RFC 3207, 4).
// A 5xx answer to anything before that is about us, not about the mail.
func refusal(err error) bool {
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return false
	}
	switch sent.Reason {
	case gomail.ErrSMTPMailFrom, gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
	default:
		return false
	}
	switch code := sent.ErrorCode(); code {
	case 530, 534, 535, 538:
		return false
	default:
		return code >= 500 && code <= 599
	}
}

// tlsOver makes the TLS connection on top of a plain one.
func (s settings) tlsOver(ctx context.Context, plain net.Conn) (net.Conn, error) {
	conn := tls.Client(plain, s.tlsConfig.Clone())
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return conn, nil
}
