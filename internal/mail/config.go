package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"strings"
	"unicode"
)

// The ways to protect the connection to the mail server, for Config.TLS.
const (
	StartTLS    = "starttls" // begins in plain text and must be upgraded before anything is sent
	ImplicitTLS = "tls"      // TLS from the first byte
	NoTLS       = "none"     // plain text, to a server on this machine only
)

// Config says which server sends the mail and in whose name.
type Config struct {
	Host string // name or address of the SMTP server; its certificate must be for it
	Port int    // 1 to 65535; 0 for the usual one: 587 for starttls, 465 for tls, 25 for none
	TLS  string // StartTLS (the default), ImplicitTLS or NoTLS

	// CAFile has the PEM certificates of the authorities that the server's
	// certificate may come from. Empty for those that the system trusts.
	CAFile string

	// Username and PasswordFile are given both or not at all. The file holds
	// the password and may be readable by its owner only; it is read once.
	Username, PasswordFile string

	From string // sender: "gumshoe@example.com" or "Security <gumshoe@example.com>", ASCII address

	// ConsoleURL is where members find the console, such as
	// https://gumshoe.example.com/console/; empty when there is none that
	// they can reach. The API is taken to be at the root of the same server.
	ConsoleURL string
}

// settings are a Config that was checked and read.
type settings struct {
	host, tls          string
	port               int
	tlsConfig          *tls.Config // nil for NoTLS
	username, password string
	from               mail.Address
	consoleURL         string
}

// check returns what c says, or all that is wrong with it.
func (c Config) check() (settings, error) {
	s := settings{host: c.Host, port: c.Port, tls: c.TLS, username: c.Username, consoleURL: c.ConsoleURL}
	var wrong []error
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }

	usual := map[string]int{StartTLS: 587, ImplicitTLS: 465, NoTLS: 25}
	if s.tls == "" {
		s.tls = StartTLS
	}
	if usual[s.tls] == 0 {
		note("TLS is %q: it must be %s, %s or %s", c.TLS, StartTLS, ImplicitTLS, NoTLS)
	}
	if s.port == 0 {
		s.port = usual[s.tls]
	}
	if s.port < 0 || s.port > 65535 {
		note("port %d: it must be 1 to 65535", c.Port)
	}
	switch {
	case s.host == "":
		note("no host of the mail server")
	case strings.ContainsAny(s.host, "/@[] ") || hasControl(s.host) || strings.Contains(s.host, ":") && net.ParseIP(s.host) == nil:
		note("host %q: it must be a name or an address, without a port", s.host)
	case s.tls == NoTLS && !loopback(s.host):
		note("TLS is none and the host is %s: mail to another machine is not sent in plain text", s.host)
	}

	var err error
	if s.from, err = parseFrom(c.From); err != nil {
		note("from %q: %w", c.From, err)
	}
	if err := checkConsoleURL(c.ConsoleURL); err != nil {
		note("console URL %q: %w", c.ConsoleURL, err)
	}
	if s.tls != NoTLS {
		if s.tlsConfig, err = tlsConfig(s.host, c.CAFile); err != nil {
			note("CA file: %w", err)
		}
	}
	switch {
	case (c.Username == "") != (c.PasswordFile == ""):
		note("username and password file: one is given without the other")
	case hasControl(c.Username):
		note("username %q has control characters", c.Username)
	case c.PasswordFile != "":
		if s.password, err = readPassword(c.PasswordFile); err != nil {
			note("password file: %w", err)
		}
	}
	return s, errors.Join(wrong...)
}

// loopback reports whether host is one of the names to which go-mail, too,
// gives a password without TLS.
func loopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

func parseFrom(s string) (mail.Address, error) {
	if s == "" {
		return mail.Address{}, errors.New("a sender is needed")
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return mail.Address{}, err
	}
	if strings.IndexFunc(a.Address, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		return mail.Address{}, errors.New("the address must be ASCII; write its domain in the xn-- form")
	}
	return *a, nil
}

func checkConsoleURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("it must be of the form https://host/path")
	case u.String() != s:
		// The text goes into the mail, and a part of it into a shell command.
		return fmt.Errorf("it must be written as %s", u)
	case strings.ContainsAny(s, "'\"`$;&|<>()\\! "):
		return errors.New("it has characters that a shell would take for its own")
	}
	return nil
}

func tlsConfig(host, caFile string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", caFile)
	}
	return c, nil
}

func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }
