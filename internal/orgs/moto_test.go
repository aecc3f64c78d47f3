package orgs

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// TestAWSOnMoto runs AWS against moto's server, an implementation of AWS
// Organizations that nobody here wrote.
func TestAWSOnMoto(t *testing.T) {
	m := startMoto(t)
	contract(t, func(t *testing.T) world { m.reset(t); return m })

	t.Run("the first of two delegated administrators", func(t *testing.T) {
		m.reset(t)
		m.create(t)
		// AWS refuses the second; moto lets it pass.
		a, b := m.add(t, "a"), m.add(t, "b")
		first, second := max(a, b), min(a, b)
		for _, id := range []string{first, second} {
			if err := m.aws.RegisterDelegatedAdministrator(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if got := organization(t, m).DelegatedAdministrator; got != first {
			t.Errorf("delegated administrator = %s; want %s, not %s", got, first, second)
		}
		m.undelegate(t, first)
		if got := organization(t, m).DelegatedAdministrator; got != second {
			t.Errorf("delegated administrator = %s; want %s", got, second)
		}
	})

	t.Run("a suspended delegated administrator", func(t *testing.T) {
		m.reset(t)
		m.create(t)
		id := m.add(t, "security")
		if err := m.aws.RegisterDelegatedAdministrator(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		m.suspend(t, id)
		o := organization(t, m)
		if a, _ := o.Account(id); o.DelegatedAdministrator != id || a.Status != control.AccountSuspended {
			t.Errorf("Organization() = %+v; want what AWS tells: %s suspended and delegated", o, id)
		}
	})

	t.Run("an organization that goes", func(t *testing.T) {
		m.reset(t)
		m.create(t)
		organization(t, m)
		if _, err := m.aws.client.DeleteOrganization(t.Context(), &organizations.DeleteOrganizationInput{}); err != nil {
			t.Fatal(err)
		}
		if _, err := m.aws.Organization(t.Context()); !errors.Is(err, ErrNone) {
			t.Errorf("Organization() = %v; want an error that wraps ErrNone", err)
		}
	})
}

// moto is the world behind moto's server.
type moto struct {
	url string
	aws *AWS
}

// startMoto runs moto's server on a free port until the test ends.
func startMoto(t *testing.T) *moto {
	python, err := filepath.Abs("../../bin/venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skipf("no Python with moto's server: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "moto_server.py"), "-H", "127.0.0.1", "-p", "0")
	said := &announcement{url: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // killed, or its output says why
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	select {
	case url := <-said.url: // it listens
		a, err := NewAWS(t.Context(), AWSOptions{Endpoint: url})
		if err != nil {
			t.Fatal(err)
		}
		return &moto{url, a}
	case <-ended:
		t.Fatalf("moto's server ended:\n%s", said.text)
		return nil
	}
}

// announcement is a process's output until it says where it listens.
type announcement struct {
	text []byte
	url  chan string // of one
}

var listens = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`)

func (a *announcement) Write(b []byte) (int, error) {
	if a.text = append(a.text, b...); len(a.text) > 1<<16 {
		a.text = a.text[len(a.text)-1<<16:]
	}
	if m := listens.FindSubmatch(a.text); m != nil {
		select {
		case a.url <- string(m[1]):
		default: // said already
		}
	}
	return len(b), nil
}

func (m *moto) reset(t *testing.T) {
	t.Helper()
	r, err := http.Post(m.url+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("reset moto: %s", r.Status)
	}
}

func (m *moto) source() Source { return m.aws }

func (m *moto) create(t *testing.T) string {
	t.Helper()
	out, err := m.aws.client.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Organization.MasterAccountId
}

func (m *moto) add(t *testing.T, name string) string {
	t.Helper()
	out, err := m.aws.client.CreateAccount(t.Context(), &organizations.CreateAccountInput{
		AccountName: aws.String(name), Email: aws.String(fmt.Sprintf("%x@example.com", name)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.CreateAccountStatus.AccountId
}

func (m *moto) suspend(t *testing.T, id string) {
	t.Helper()
	if _, err := m.aws.client.CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: &id}); err != nil {
		t.Fatal(err)
	}
}

func (m *moto) remove(t *testing.T, id string) {
	t.Helper()
	if _, err := m.aws.client.RemoveAccountFromOrganization(t.Context(), &organizations.RemoveAccountFromOrganizationInput{AccountId: &id}); err != nil {
		t.Fatal(err)
	}
}

func (m *moto) undelegate(t *testing.T, id string) {
	t.Helper()
	if _, err := m.aws.client.DeregisterDelegatedAdministrator(t.Context(), &organizations.DeregisterDelegatedAdministratorInput{
		AccountId: &id, ServicePrincipal: aws.String(ServicePrincipal),
	}); err != nil {
		t.Fatal(err)
	}
}
