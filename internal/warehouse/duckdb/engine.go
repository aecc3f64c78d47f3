package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Options bound what the engine uses.
type Options struct {
	Threads  int   // of one graph's queries; 0 means the number of CPUs
	MemoryMB int64 // of one open graph's database engine, not counting Go; 0 means 384

	limits limits // of tests; zero means defaultLimits
}

// Engine is the embedded warehouse.Engine. It is safe for concurrent use.
type Engine struct {
	dir  string
	opts Options

	mu     sync.Mutex
	stores map[string]*Store
	closed bool
}

var _ warehouse.Engine = (*Engine)(nil)

// New returns the engine over dir, a folder with one folder a graph, making
// dir when it is missing. The caller must Close the engine.
func New(dir string, opts Options) (*Engine, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", dir, err)
	}
	// The driver takes the path for a URL.
	if _, err := url.Parse(abs); err != nil || strings.Contains(abs, "?") {
		return nil, fmt.Errorf("open warehouse %s: the database engine cannot open a path with ? or a broken %%-escape", abs)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("open warehouse: %w", err)
	}
	if err := syncDir(filepath.Dir(abs)); err != nil {
		return nil, fmt.Errorf("open warehouse: %w", err)
	}
	if opts.MemoryMB == 0 {
		opts.MemoryMB = 384
	}
	if opts.limits == (limits{}) {
		opts.limits = defaultLimits
	}
	return &Engine{dir: abs, opts: opts, stores: map[string]*Store{}}, nil
}

// Create implements warehouse.Engine.
func (e *Engine) Create(ctx context.Context, id string, secret entity.Secret) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return warehouse.ErrClosed
	}
	if s, ok := e.opened(id); ok {
		return checkSecret(s.secret, secret)
	}
	dir, err := e.graphDir(id)
	if err != nil {
		return err
	}
	if err := create(ctx, dir, secret); err != nil {
		return fmt.Errorf("create graph %s: %w", id, err)
	}
	return nil
}

// Open implements warehouse.Engine.
func (e *Engine) Open(ctx context.Context, id string) (warehouse.Store, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, warehouse.ErrClosed
	}
	if s, ok := e.opened(id); ok {
		return s, nil
	}
	dir, err := e.graphDir(id)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, dir, e.opts)
	if err != nil {
		return nil, fmt.Errorf("open graph %s: %w", id, err)
	}
	e.stores[id] = s
	return s, nil
}

// opened returns the store of graph id if it is open. The caller holds mu.
func (e *Engine) opened(id string) (*Store, bool) {
	s, ok := e.stores[id]
	return s, ok && !s.isClosed()
}

// Delete implements warehouse.Engine.
func (e *Engine) Delete(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return warehouse.ErrClosed
	}
	dir, err := e.graphDir(id)
	if errors.Is(err, warehouse.ErrNoGraph) {
		return nil
	}
	if err := e.remove(id, dir); err != nil {
		return fmt.Errorf("delete graph %s: %w", id, err)
	}
	return nil
}

func (e *Engine) remove(id, dir string) (err error) {
	if s, ok := e.stores[id]; ok {
		delete(e.stores, id)
		if err := s.Close(); err != nil {
			return err
		}
	}
	// Renamed first, so that a deletion that is broken off leaves no graph.
	gone := dir + ".deleted"
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := acquire(filepath.Join(dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release(lock)) }()
	if err := os.Rename(dir, gone); err != nil {
		return err
	}
	if err := syncDir(e.dir); err != nil {
		return err
	}
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	return syncDir(e.dir)
}

// Close closes every open store.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	var errs []error
	for id, s := range e.stores {
		if err := s.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close graph %s: %w", id, err))
		}
	}
	clear(e.stores)
	return errors.Join(errs...)
}

// graphDir checks id, which becomes a path, and returns the graph's folder.
func (e *Engine) graphDir(id string) (string, error) {
	if len(id) != 32 {
		return "", fmt.Errorf("graph id %q: want 32 hex digits: %w", id, warehouse.ErrNoGraph)
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", fmt.Errorf("graph id %q: want 32 hex digits: %w", id, warehouse.ErrNoGraph)
		}
	}
	return filepath.Join(e.dir, id), nil
}
