package mail

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		write(t, path, []byte(content))
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert, _ := certificate(t)
	good := Config{Host: "mail.example.com", From: "gumshoe@example.com"}
	// wantErr is a part of the error, or empty when there is none.
	f := func(change func(*Config), wantErr string) {
		t.Helper()
		c := good
		change(&c)
		_, err := New(c)
		if (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%+v: got the error %v; want one with %q", c, err, wantErr)
		}
	}
	f(func(*Config) {}, "")
	f(func(c *Config) { c.Host = "" }, "no host")
	f(func(c *Config) { c.Host = "smtp://mail" }, "without a port")
	f(func(c *Config) { c.Host = "mail\r\n" }, "host")
	f(func(c *Config) { c.Port = -1 }, "port -1")
	f(func(c *Config) { c.Port = 65536 }, "port 65536")
	f(func(c *Config) { c.TLS = "ssl" }, `TLS is "ssl"`)
	f(func(c *Config) { c.TLS = NoTLS }, "plain text")
	f(func(c *Config) { c.TLS, c.Host = NoTLS, "10.0.0.1" }, "plain text")
	f(func(c *Config) { c.TLS, c.Host = NoTLS, "localhost" }, "")
	f(func(c *Config) { c.TLS, c.Host = NoTLS, "::1" }, "")

	f(func(c *Config) { c.From = "" }, "from")
	f(func(c *Config) { c.From = "nobody" }, "from")
	f(func(c *Config) { c.From = "a@example.com\r\nBcc: b@example.com" }, "from")
	f(func(c *Config) { c.From = "a@exämple.com" }, "xn--")
	f(func(c *Config) { c.From = `"Müller, Sec" <a@example.com>` }, "")

	f(func(c *Config) { c.ConsoleURL = "https://gumshoe.example.com:8443/console/" }, "")
	f(func(c *Config) { c.ConsoleURL = "http://[::1]:8620/console/" }, "")
	f(func(c *Config) { c.ConsoleURL = "gumshoe.example.com" }, "console URL")
	f(func(c *Config) { c.ConsoleURL = "javascript:alert(1)" }, "console URL")
	f(func(c *Config) { c.ConsoleURL = "https://user:pw@gumshoe/" }, "console URL")
	f(func(c *Config) { c.ConsoleURL = "https://gumshoe/\nx" }, "console URL")
	f(func(c *Config) { c.ConsoleURL = "https://$(id).example/" }, "console URL")
	f(func(c *Config) { c.ConsoleURL = "https://gumshoe/a b" }, "https://gumshoe/a%20b")

	f(func(c *Config) { c.CAFile = cert }, "")
	f(func(c *Config) { c.CAFile = filepath.Join(dir, "none") }, "CA file")
	f(func(c *Config) { c.CAFile = file("ca", "not PEM", 0o644) }, "no PEM certificate")

	password := func(c *Config, path string) { c.Username, c.PasswordFile = "u", path }
	f(func(c *Config) { password(c, file("good", "pass word\r\n", 0o600)) }, "")
	f(func(c *Config) { password(c, file("read only", "p", 0o400)) }, "")
	f(func(c *Config) { password(c, file("group", "p", 0o640)) }, "chmod 600")
	f(func(c *Config) { password(c, file("others", "p", 0o604)) }, "chmod 600")
	f(func(c *Config) { password(c, file("empty", "\n", 0o600)) }, "empty")
	f(func(c *Config) { password(c, file("two lines", "p\nq", 0o600)) }, "more than one line")
	f(func(c *Config) { password(c, file("long", strings.Repeat("p", 5000), 0o600)) }, "longer than")
	f(func(c *Config) { password(c, dir) }, "not a file")
	f(func(c *Config) { password(c, filepath.Join(dir, "none")) }, "password file")
	f(func(c *Config) { c.Username = "u" }, "without the other")
	f(func(c *Config) { c.PasswordFile = file("alone", "p", 0o600) }, "without the other")
	f(func(c *Config) { password(c, file("name", "p", 0o600)); c.Username = "u\x00v" }, "control characters")

	// All that is wrong is told at once.
	_, err := New(Config{TLS: "x", Port: -5})
	for _, part := range []string{"TLS", "port", "host", "from"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not tell of %s", err, part)
		}
	}
}

func TestUsualPorts(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{"": "localhost:587", StartTLS: "localhost:587", ImplicitTLS: "localhost:465", NoTLS: "localhost:25"} {
		if got := newSender(t, Config{Host: "localhost", TLS: mode}).address(); got != want {
			t.Errorf("TLS %q: %s; want %s", mode, got, want)
		}
	}
	if got := newSender(t, Config{Host: "::1", Port: 26}).address(); got != "[::1]:26" {
		t.Errorf("got %s", got)
	}
}

// Nothing is made of an invitation that would say something else in a header
// or a command.
func TestInvitationCheck(t *testing.T) {
	t.Parallel()
	s := newSender(t, Config{Host: "localhost", Port: 1, TLS: NoTLS})
	f := func(change func(*Invitation)) {
		t.Helper()
		i := invitation()
		change(&i)
		if err := s.Send(t.Context(), i); !errors.Is(err, ErrPermanent) {
			t.Errorf("%+v: got the error %v", i, err)
		}
	}
	for _, to := range []string{"", "nobody", "a@example.com\r\nBcc: b@example.com", "a@example.com>\r\nDATA", "a\n@example.com",
		"A <a@example.com>", "a\x00@example.com", "\xff@example.com", strings.Repeat("a", 400) + "@example.com"} {
		f(func(i *Invitation) { i.To = to })
	}
	f(func(i *Invitation) { i.MemberAccountID = "12345678901\n" })
	f(func(i *Invitation) { i.AdministratorAccountID = "" })
	f(func(i *Invitation) { i.GraphARN += "\n" })
	f(func(i *Invitation) { i.GraphARN = "arn:aws:detective:eu-west-1:111122223333:graph:$(id)" })
	f(func(i *Invitation) { i.Region = "eu-west-1; id" })
}

// What recipient accepts is one address, the same when it is read again.
func FuzzRecipient(f *testing.F) {
	for _, s := range []string{"a@example.com", `"a b"@example.com`, "a@b@example.com", "ü@example.com", "a@example.com\r\nX: y", "a\t@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := recipient(s)
		if err != nil {
			return
		}
		if text := a.String(); strings.ContainsAny(text, "\r\n\x00") || a.Address != s || a.Name != "" {
			t.Fatalf("%q is written as %q", s, text)
		}
	})
}
