package mail

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// options of testdata/smtpd.py.
type options struct {
	Cert     string            `json:"cert,omitempty"`
	Key      string            `json:"key,omitempty"`
	Implicit bool              `json:"implicit,omitempty"`
	User     string            `json:"user,omitempty"`
	Password string            `json:"password,omitempty"`
	Answers  map[string]string `json:"answers,omitempty"`
	Hang     string            `json:"hang,omitempty"`
	Drop     bool              `json:"drop,omitempty"`
}

// event is a line that the server prints.
type event struct {
	Port int

	Hang string // a command that is not answered

	Mechanism string // a sign-in
	TLS       bool

	Mail          []byte // a mail as it was received
	Sender        string
	Recipients    []string
	Options       []string
	Authenticated bool
}

// server is a real SMTP server, PyPI's aiosmtpd, on a port of this machine.
type server struct {
	port   int
	events *bufio.Reader
}

func startServer(t *testing.T, o options) *server {
	t.Helper()
	python := filepath.Join("..", "..", "bin", "venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no SMTP server to test with (scripts/prepare.sh test installs it): %v", err)
	}
	args, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "smtpd.py"), string(args))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // ends it
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the SMTP server said:\n%s", &complaints)
		}
	})
	s := &server{events: bufio.NewReader(stdout)}
	s.port = s.next(t).Port
	return s
}

// next waits for the server's next event.
func (s *server) next(t *testing.T) event {
	t.Helper()
	line, err := s.events.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the SMTP server ended: %v", err)
	}
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return e
}

// certificate makes a certificate for this machine; the first file is also
// its own authority.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gumshoe test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return certFile, keyFile
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func secret(t *testing.T, password string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "password")
	write(t, path, []byte(password+"\n"))
	return path
}

func newSender(t *testing.T, c Config) *Sender {
	t.Helper()
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.From == "" {
		c.From = "Über gumshoe <gumshoe@example.com>"
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func invitation() Invitation {
	return Invitation{
		To:                     "root@member.example.com",
		MemberAccountID:        "444455556666",
		AdministratorAccountID: "111122223333",
		AdministratorEmail:     "security@example.com",
		GraphARN:               "arn:aws:detective:eu-west-1:111122223333:graph:0123456789abcdef0123456789abcdef",
		Region:                 "eu-west-1",
		Message:                "Grüße! We collect the logs of all accounts.\r\n.\r\nPlease accept until Friday.",
		InvitedAt:              time.Date(2026, 11, 23, 15, 7, 1, 0, time.UTC),
	}
}
