package identity

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestKeyFileIsMade(t *testing.T) {
	t.Parallel()
	ctx, store, dir := t.Context(), openStore(t), t.TempDir()
	path := filepath.Join(dir, "secret.key")
	s, err := New(store, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v; want mode 0600", fi, err)
	}
	c, err := s.CreateAccount(ctx, account, "", "")
	if err != nil {
		t.Fatal(err)
	}
	sealed := s.Seal("graph", []byte("plain"))

	// The same file opens everything again, with another process too.
	s2, err := New(store, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if secret, _, err := s2.LookupKey(ctx, c.AccessKeyID); err != nil || secret != c.SecretAccessKey {
		t.Errorf("LookupKey after a restart = %q, %v", secret, err)
	}
	if plain, err := s2.Open("graph", sealed); err != nil || string(plain) != "plain" {
		t.Errorf("Open after a restart = %q, %v", plain, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v; want the key file only", left, err)
	}

	// A lost file is not replaced: the secrets would be lost without a word.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := New(store, path, time.Now); err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("New without the key file of a store in use: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new key file was made all the same")
	}

	// Another key file opens nothing.
	other, err := New(openStore(t), filepath.Join(t.TempDir(), "secret.key"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open("graph", sealed); !errors.Is(err, ErrSeal) {
		t.Errorf("Open under another key: %v; want ErrSeal", err)
	}
}

func TestKeyFileRefusals(t *testing.T) {
	t.Parallel()
	const good = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	f := func(content string, mode os.FileMode, want string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "secret.key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := readKeyFile(path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("mode %o, content %q: %v; want %q", mode, content, err, want)
		}
	}
	f(good, 0o600, "")
	f(good, 0o400, "")
	f(good, 0o640, "chmod 600")
	f(good, 0o604, "chmod 600")
	f(good, 0o666, "chmod 600")
	f("", 0o600, "backup")
	f("AAAA", 0o600, "backup")
	f("not base64 at all, but a text of some length", 0o600, "backup")
	f(good+good+good, 0o600, "backup")
	if _, err := readKeyFile(t.TempDir()); err == nil {
		t.Error("a folder is taken as a key file")
	}
}

// Two processes that start at the same time end up with one key.
func TestKeyFileRace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for n := range keys {
		wg.Go(func() {
			var err error
			if keys[n], err = createKeyFile(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) {
			t.Fatal("two different keys are in use")
		}
	}
}
