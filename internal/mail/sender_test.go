package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// received is a mail as its reader sees it.
type received struct {
	header mail.Header
	body   string
}

func parse(t *testing.T, raw []byte) received {
	t.Helper()
	for line := range bytes.SplitSeq(raw, []byte("\n")) {
		if len(line) > 79 || bytes.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("the mail has the line %q", line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || media != "text/plain" || !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("Content-Type is %q: %v", m.Header.Get("Content-Type"), err)
	}
	if enc := m.Header.Get("Content-Transfer-Encoding"); enc != "quoted-printable" {
		t.Errorf("Content-Transfer-Encoding is %q", enc)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return received{m.Header, strings.ReplaceAll(string(body), "\r\n", "\n")}
}

// The mail arrives over STARTTLS, after signing in, with all that was put in.
func TestSend(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	srv := startServer(t, options{Cert: cert, Key: key, User: "gumshoe", Password: "gëheim wort"})
	s := newSender(t, Config{Port: srv.port, CAFile: cert, Username: "gumshoe", PasswordFile: secret(t, "gëheim wort"),
		ConsoleURL: "https://gumshoe.example.com/console/"})
	i := invitation()
	if err := s.Send(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if e := srv.next(t); !e.TLS || e.Mechanism == "" {
		t.Errorf("signed in with %q, TLS %v", e.Mechanism, e.TLS)
	}
	e := srv.next(t)
	if !e.TLS || !e.Authenticated || e.Sender != "gumshoe@example.com" || len(e.Recipients) != 1 || e.Recipients[0] != i.To {
		t.Errorf("got mail %+v", e)
	}
	m := parse(t, e.Mail)
	want := map[string]string{
		"Date":                     "Mon, 23 Nov 2026 15:07:01 +0000",
		"To":                       "<root@member.example.com>",
		"Subject":                  "AWS account 111122223333 invites account 444455556666 to its behavior graph (gumshoe)",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"Mime-Version":             "1.0",
		"Message-Id":               "<" + i.messageID("example.com") + ">",
		"User-Agent":               "",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = m.header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	from, err := m.header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Über gumshoe" || from[0].Address != "gumshoe@example.com" {
		t.Errorf("From: %v, %v", from, err)
	}
	body, err := text(i, "https://gumshoe.example.com/console/")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(body, m.body); diff != "" {
		t.Error(diff)
	}
}

func TestSendOverOtherConnections(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	f := func(name string, o options, c Config) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := startServer(t, o)
			c.Port = srv.port
			if o.User != "" {
				c.Username, c.PasswordFile = o.User, secret(t, o.Password)
			}
			if err := newSender(t, c).Send(t.Context(), invitation()); err != nil {
				t.Fatal(err)
			}
			e := srv.next(t)
			if o.User != "" {
				e = srv.next(t)
			}
			if e.TLS != (c.TLS != NoTLS) || e.Authenticated != (o.User != "") {
				t.Errorf("TLS %v, signed in %v", e.TLS, e.Authenticated)
			}
			parse(t, e.Mail)
		})
	}
	f("starttls without sign-in", options{Cert: cert, Key: key}, Config{CAFile: cert})
	f("implicit TLS", options{Cert: cert, Key: key, Implicit: true, User: "u", Password: "p"}, Config{TLS: ImplicitTLS, CAFile: cert})
	f("plain", options{}, Config{TLS: NoTLS})
	f("plain with sign-in", options{User: "u", Password: "p"}, Config{TLS: NoTLS})
}

// What the server answers decides whether it is worth trying again.
func TestSendRefused(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	stranger, _ := certificate(t)
	f := func(name string, o options, c Config, permanent bool, wantText string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := startServer(t, o)
			c.Port = srv.port
			err := newSender(t, c).Send(t.Context(), invitation())
			if err == nil {
				t.Fatal("the mail was sent")
			}
			if errors.Is(err, ErrPermanent) != permanent || !strings.Contains(err.Error(), wantText) ||
				!strings.Contains(err.Error(), "444455556666") {
				t.Errorf("got the error %v; want one with %q, permanent: %v", err, wantText, permanent)
			}
		})
	}
	plain := Config{TLS: NoTLS}
	answers := func(command, text string) options { return options{Answers: map[string]string{command: text}} }
	f("recipient 550", answers("RCPT", "550 5.1.1 no such user"), plain, true, "550")
	f("recipient 450", answers("RCPT", "450 4.7.1 greylisted"), plain, false, "450")
	f("sender 553", answers("MAIL", "553 not your name"), plain, true, "553")
	f("sender 451", answers("MAIL", "451 local error"), plain, false, "451")
	f("content 554", answers("DATA", "554 5.7.1 spam"), plain, true, "554")
	f("content 452", answers("DATA", "452 disk full"), plain, false, "452")
	f("connection breaks before the answer", options{Drop: true}, plain, false, "")
	f("sign-in needed and none given", options{Cert: cert, Key: key, User: "u", Password: "p"}, Config{CAFile: cert}, false, "530")
	f("wrong password", options{Cert: cert, Key: key, User: "u", Password: "p"},
		Config{CAFile: cert, Username: "u", PasswordFile: secret(t, "wrong")}, false, "535")
	f("no sign-in offered", options{Cert: cert, Key: key},
		Config{CAFile: cert, Username: "u", PasswordFile: secret(t, "p")}, false, "AUTH")
	f("STARTTLS not offered", options{}, Config{CAFile: cert}, false, "STARTTLS")
	f("STARTTLS not offered, with sign-in", options{User: "u", Password: "p"},
		Config{CAFile: cert, Username: "u", PasswordFile: secret(t, "p")}, false, "STARTTLS")
	f("certificate of a stranger", options{Cert: cert, Key: key}, Config{CAFile: stranger}, false, "certificate")
	f("certificate that the system does not know", options{Cert: cert, Key: key, Implicit: true}, Config{TLS: ImplicitTLS}, false, "certificate")
}

// A server that refuses mail gets to see neither the text nor the password
// that the connection was too weak for.
func TestNothingGoesOverAPlainConnection(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	srv := startServer(t, options{User: "u", Password: "p"})
	s := newSender(t, Config{Port: srv.port, CAFile: cert, Username: "u", PasswordFile: secret(t, "p")})
	if err := s.Send(t.Context(), invitation()); err == nil {
		t.Fatal("the mail was sent")
	}
	// The next thing that the server sees is what is sent on purpose.
	plain := newSender(t, Config{Port: srv.port, TLS: NoTLS, Username: "u", PasswordFile: secret(t, "p")})
	if err := plain.Send(t.Context(), invitation()); err != nil {
		t.Fatal(err)
	}
	if e := srv.next(t); e.Mechanism == "" {
		t.Errorf("the first event is %+v", e)
	}
	if e := srv.next(t); e.Mail == nil {
		t.Errorf("the second event is %+v: the password came twice", e)
	}
}

// A mail whose answer was lost is sent again under the same Message-ID.
func TestRetryHasTheSameMessageID(t *testing.T) {
	t.Parallel()
	srv := startServer(t, options{Drop: true})
	s := newSender(t, Config{Port: srv.port, TLS: NoTLS})
	var ids []string
	for range 2 {
		if err := s.Send(t.Context(), invitation()); err == nil || errors.Is(err, ErrPermanent) {
			t.Fatalf("the answer was lost, got the error %v", err)
		}
		ids = append(ids, parse(t, srv.next(t).Mail).header.Get("Message-ID"))
	}
	if ids[0] != ids[1] || !strings.HasSuffix(ids[0], "@example.com>") {
		t.Errorf("got the ids %q", ids)
	}
}

// The context ends a delivery wherever the server hangs.
func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"MAIL", "RCPT", "DATA"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			srv := startServer(t, options{Hang: command})
			s := newSender(t, Config{Port: srv.port, TLS: NoTLS})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sent := make(chan error)
			go func() { sent <- s.Send(ctx, invitation()) }()
			if e := srv.next(t); e.Hang != command {
				t.Errorf("got %+v", e)
			}
			cancel()
			if err := <-sent; !errors.Is(err, context.Canceled) || errors.Is(err, ErrPermanent) {
				t.Errorf("got the error %v", err)
			}
		})
	}
}

// A server that takes connections and says nothing.
func TestSendEndsWithItsContextBeforeTheGreeting(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{StartTLS, ImplicitTLS, NoTLS} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			s := newSender(t, Config{Port: l.Addr().(*net.TCPAddr).Port, TLS: mode})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sent := make(chan error)
			go func() { sent <- s.Send(ctx, invitation()) }()
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			cancel()
			if err := <-sent; !errors.Is(err, context.Canceled) {
				t.Errorf("got the error %v", err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("the connection is open: %v", err)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	err = newSender(t, Config{Port: port, TLS: NoTLS}).Send(t.Context(), invitation())
	if err == nil || errors.Is(err, ErrPermanent) {
		t.Errorf("got the error %v", err)
	}
}

// Addresses that need it are sent in UTF-8; quoted ones stay one address.
func TestRecipients(t *testing.T) {
	t.Parallel()
	srv := startServer(t, options{})
	s := newSender(t, Config{Port: srv.port, TLS: NoTLS})
	f := func(to, wantOption string) {
		t.Helper()
		i := invitation()
		i.To = to
		if err := s.Send(t.Context(), i); err != nil {
			t.Errorf("%q: %v", to, err)
			return
		}
		e := srv.next(t)
		if got := strings.Join(e.Options, " "); got != wantOption {
			t.Errorf("%q: sent with the options %q; want %q", to, got, wantOption)
		}
		if len(e.Recipients) != 1 {
			t.Errorf("%q went to %q", to, e.Recipients)
		}
	}
	f("a+b@example.com", "BODY=8BITMIME")
	f("jürgen@example.com", "BODY=8BITMIME SMTPUTF8")
	// What would have to be quoted goes nowhere.
	for _, to := range []string{"a@example.com, b@example.com", "a,b@evil.example@example.com", `"evil, x@evil.example"@example.com`, "a b@example.com"} {
		i := invitation()
		i.To = to
		if err := s.Send(t.Context(), i); !errors.Is(err, ErrPermanent) {
			t.Errorf("%q: %v; want ErrPermanent", to, err)
		}
	}
}
