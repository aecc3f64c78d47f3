package identity

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Service creates accounts and keys and looks keys up. It is safe for
// concurrent use.
type Service struct {
	store  control.Store
	now    func() time.Time
	sealer *sealer
	cache  keyCache
}

// New returns the service on a store. keyFile is the file with the key that
// seals all secrets; it is created, with mode 0600, when it is missing and
// the store holds no secrets yet. now gives the times of creation and
// revocation.
//
// New refuses a key file that others than its owner can read. The store
// stays the caller's to close.
func New(store control.Store, keyFile string, now func() time.Time) (*Service, error) {
	key, err := readKeyFile(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err := refuseIfSealed(context.Background(), store, keyFile); err != nil {
			return nil, err
		}
		key, err = createKeyFile(keyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	sealer, err := newSealer(key)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", keyFile, err)
	}
	return &Service{store: store, now: now, sealer: sealer}, nil
}

// refuseIfSealed returns an error when the store holds secrets: a new key
// could never open them, and would hide that the old one is lost.
func refuseIfSealed(ctx context.Context, store control.Store, keyFile string) error {
	keys, err := store.Keys(ctx)
	if err != nil {
		return err
	}
	graphs, err := store.Graphs(ctx)
	if err != nil {
		return err
	}
	if len(keys)+len(graphs) > 0 {
		return fmt.Errorf("key file %s is missing, and %d access keys and %d graphs have secrets sealed with it: restore it from a backup",
			keyFile, len(keys), len(graphs))
	}
	return nil
}

// Seal encrypts a secret for storage. owner names whose secret it is, e.g.
// a graph's ARN; only Open with the same owner gives it back.
func (s *Service) Seal(owner string, plain []byte) []byte { return s.sealer.seal(owner, plain) }

// Open decrypts what Seal made for owner. Its error wraps ErrSeal.
func (s *Service) Open(owner string, sealed []byte) ([]byte, error) {
	return s.sealer.open(owner, sealed)
}

// Derive returns a key of 32 bytes for one purpose, the same each time.
// Keys of two purposes are unrelated.
func (s *Service) Derive(purpose string) ([]byte, error) { return s.sealer.derive("derive/" + purpose) }
