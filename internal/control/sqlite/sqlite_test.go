package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/controltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// openAt opens the store at path for the length of the test.
func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	controltest.Run(t, func(t *testing.T) control.Store {
		return openAt(t, filepath.Join(t.TempDir(), "control.db"))
	})
}

func createAccount(t *testing.T, s *Store, id string) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx control.Tx) error {
		return tx.CreateAccount(t.Context(), control.Account{ID: id, Created: time.UnixMicro(1)})
	}); err != nil {
		t.Fatal(err)
	}
}

func accountIDs(t *testing.T, s *Store) (ids []string) {
	t.Helper()
	all, err := s.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// A folder with every character that means something in a file: URI.
func TestOddPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b%20?mode=memory#&ü")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "control.db")
	s := openAt(t, path)
	createAccount(t, s, "111122223333")
	if diff := cmp.Diff([]string{"111122223333"}, accountIDs(t, s)); diff != "" {
		t.Error(diff)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		fi, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if got := fi.Mode().Perm(); got != 0o600 {
			t.Errorf("mode of %s is %o; want 600", fi.Name(), got)
		}
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	createAccount(t, s, "111122223333")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"111122223333"}, accountIDs(t, openAt(t, path))); diff != "" {
		t.Error(diff)
	}
}

// What was committed is in the files: a copy of them, taken while the store
// is open and has an unfinished transaction, is what a crash leaves.
func TestCrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	s := openAt(t, path)
	createAccount(t, s, "111122223333")
	dead := filepath.Join(t.TempDir(), "control.db")
	err := s.Update(t.Context(), func(tx control.Tx) error {
		if err := tx.CreateAccount(t.Context(), control.Account{ID: "444455556666"}); err != nil {
			return err
		}
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + suffix)
			if err != nil {
				return err
			}
			if err := os.WriteFile(dead+suffix, b, 0o600); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"111122223333"}, accountIDs(t, openAt(t, dead))); diff != "" {
		t.Errorf("after a crash (-want +got):\n%s", diff)
	}
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "control.db"))
	for query, want := range map[string]string{
		"PRAGMA journal_mode": "wal",
		"PRAGMA synchronous":  "2", // FULL
		"PRAGMA foreign_keys": "1",
		"PRAGMA busy_timeout": "5000",
	} {
		for name, db := range map[string]*sql.DB{"write": s.write, "read": s.read} {
			var got string
			if err := db.QueryRow(query).Scan(&got); err != nil || got != want {
				t.Errorf("%s connection: %s = %q, %v; want %q", name, query, got, err, want)
			}
		}
	}
	if _, err := s.read.Exec("DELETE FROM account"); err == nil {
		t.Error("a read connection can write")
	}
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrNewer) {
		t.Errorf("Open of a newer file: %v; want ErrNewer", err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte("this is no database, whatever its name says"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "missing", "control.db"), dir, garbage} {
		if s, err := Open(path); err == nil {
			t.Errorf("Open(%s) succeeds", path)
			_ = s.Close()
		}
	}
}

// Two processes on one file: a transaction that reads before it writes must
// wait for the other's, not fail.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.db")
	stores := []*Store{openAt(t, path), openAt(t, path)}
	g := control.Graph{ARN: "g", State: control.GraphActive, EntitySecret: []byte{1}}
	if err := stores[0].Update(t.Context(), func(tx control.Tx) error { return tx.CreateGraph(t.Context(), g) }); err != nil {
		t.Fatal(err)
	}
	const rounds = 25
	var wg sync.WaitGroup
	for _, s := range stores {
		wg.Go(func() {
			for range rounds {
				if err := s.Update(t.Context(), func(tx control.Tx) error {
					g, err := tx.Graph(t.Context(), "g")
					if err != nil {
						return err
					}
					g.Tags["n"] += "x"
					return tx.SetGraphTags(t.Context(), "g", g.Tags)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, err := stores[0].Graph(t.Context(), "g")
	if err != nil || len(got.Tags["n"]) != len(stores)*rounds {
		t.Errorf("after %d additions the tag counts %d (%v)", len(stores)*rounds, len(got.Tags["n"]), err)
	}
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "control.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Accounts(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v; want context.Canceled", err)
	}
	if err := s.Update(ctx, func(control.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v; want context.Canceled", err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "control.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	g := control.Graph{ARN: "g", State: control.GraphActive, EntitySecret: []byte{1}}
	if err := s.Update(b.Context(), func(tx control.Tx) error { return tx.CreateGraph(b.Context(), g) }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Update(b.Context(), func(tx control.Tx) error {
			return tx.SetGraphTags(b.Context(), "g", g.Tags)
		}); err != nil {
			b.Fatal(err)
		}
	}
}
