package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// program is the binary under test, built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gumshoe-clients-*")
		if err != nil {
			println("make a folder:", err.Error())
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "gumshoe")
		build := exec.Command("go", "build", "-o", program, "github.com/gumshoe-detective/gumshoe/cmd/gumshoe")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			println("build the program:", err.Error())
			return 1
		}
		return m.Run()
	}())
}

// root is the folder of the project.
func root(t *testing.T) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("no caller")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// tool returns a program of the pinned clients, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(root(t), "bin", "venv", "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s of the pinned clients is missing: `make test` installs it", name)
	}
	return path
}

// gumshoe runs the program and returns its standard output; want is the exit
// code.
func gumshoe(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("gumshoe %s: exit code %d, want %d (%v)\n%s%s", strings.Join(args, " "), code, want, err, out, stderr.Bytes())
	}
	return out
}

// decode reads a JSON answer.
func decode[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, b)
	}
	return v
}

// world is a data folder with a simulated organization in it.
type world struct {
	dir      string
	logs     string
	manifest *simulate.Manifest
	account  string
	key      string
	secret   string
	url      string
}

// newWorld simulates, makes an account and ingests. Places are known when
// geo is set.
func newWorld(t *testing.T, geo bool) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	w.logs = filepath.Join(w.dir, "logs")
	data := filepath.Join(w.dir, "d")
	m, err := simulate.Write(t.Context(), w.logs, simulate.Config{Seed: 1, Story: simulate.StoryStolenKey, EventsPerFile: 50})
	if err != nil {
		t.Fatalf("simulate: %v", err)
	}
	w.manifest, w.account = m, m.Accounts[0].ID
	args := []string{"account", "create", w.account, "--email", "aws@example.com", "--data", data, "-o", "json"}
	cred := decode[struct{ AccountId, AccessKeyId, SecretAccessKey string }](t, gumshoe(t, 0, args...))
	w.key, w.secret = cred.AccessKeyId, cred.SecretAccessKey
	if geo {
		if err := os.MkdirAll(filepath.Join(data, "geo"), 0o700); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(w.logs, simulate.GeoFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(data, "geo", simulate.GeoFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report := decode[struct {
		Totals struct{ Seen, Stored, Duplicate, Rejected int }
	}](t, gumshoe(t, 0, "ingest", "--data", data, "--account", w.account, "--enroll", "-o", "json", filepath.Join(w.logs, simulate.LogFolder)))
	if got := report.Totals; got.Stored != m.Events || got.Duplicate != m.Duplicates || got.Rejected != 0 || got.Seen != m.Events+m.Duplicates {
		t.Fatalf("ingest totals %+v; the manifest has %d events and %d duplicates", got, m.Events, m.Duplicates)
	}
	w.url = serve(t, data)
	return w
}

// serve starts the server on a data folder and ends it, and checks how it
// ends, with the test.
func serve(t *testing.T, data string, args ...string) (url string) {
	t.Helper()
	s := launch(t, data, args...)
	t.Cleanup(func() { s.end(t) })
	return s.url
}

// process is a running server.
type process struct {
	url  string
	cmd  *exec.Cmd
	done chan struct{} // closed when its standard error ends
	rest strings.Builder
	over bool
}

// launch starts the server on a data folder. The caller ends or kills it.
func launch(t *testing.T, data string, args ...string) *process {
	t.Helper()
	s := &process{done: make(chan struct{})}
	s.cmd = exec.Command(program, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, args...)...)
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Of a test that broke off.
	t.Cleanup(func() {
		if !s.over {
			s.kill(t)
		}
	})
	lines := make(chan string, 1)
	go func() {
		defer close(s.done)
		scan := bufio.NewScanner(stderr)
		for scan.Scan() {
			select {
			case lines <- scan.Text():
			default:
				s.rest.WriteString(scan.Text() + "\n")
			}
		}
	}()
	select {
	case line := <-lines:
		_, after, ok := strings.Cut(line, "Detective API at ")
		if !ok {
			t.Fatalf("the server says %q", line)
		}
		s.url, _, _ = strings.Cut(after, " ")
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not say that it is ready")
	}
	return s
}

// end asks the server to end and checks how it does.
func (s *process) end(t *testing.T) {
	t.Helper()
	s.over = true
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("stop the server: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	select {
	case <-s.done:
	case <-ctx.Done():
		t.Error("the server does not end after SIGTERM")
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, s.rest.String())
	}
}

// kill ends the server as a crash does.
func (s *process) kill(t *testing.T) {
	t.Helper()
	s.over = true
	if err := s.cmd.Process.Kill(); err != nil {
		t.Errorf("kill the server: %v", err)
	}
	<-s.done
	_ = s.cmd.Wait() // it was killed
}

// environ is what a client finds its way by.
func (w *world) environ() []string {
	return append(os.Environ(), "AWS_ACCESS_KEY_ID="+w.key, "AWS_SECRET_ACCESS_KEY="+w.secret,
		"AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL="+w.url, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
}
