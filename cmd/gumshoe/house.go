package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/audit"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
	"github.com/gumshoe-detective/gumshoe/internal/orgs"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb"
)

// house is an open data folder with everything that works on it:
//
//	DIR/lock         held by the process that has DIR open, with its id
//	DIR/secret.key   seals the secrets in control.db
//	DIR/control.db   accounts, keys, graphs, members, investigations, jobs
//	DIR/graphs/      the warehouse
//	DIR/geo/         city*.mmdb, asn*.mmdb and *.csv overlays, all optional
//	DIR/audit/       the calls of our own API, as CloudTrail records, those of
//	                 unproven callers in the folder unauthenticated
//	DIR/admin.sock   while a server runs
type house struct {
	dir          string
	config       config
	log          *slog.Logger // of a server; a command's errors are its answer
	lock         *os.File
	control      *sqlite.Store
	identity     *identity.Service
	engine       *duckdb.Engine
	places       *enrich.Enricher
	rules        *rules.Pack
	investigator *investigate.Investigator
	detective    *detective.Service
	jobs         *jobs.Runner

	organizations orgs.Source
	audit         *audit.Log // while a server runs: calls of known callers
	strangers     *audit.Log // calls whose signature was refused
	metrics       *metrics   // while a server runs

	mu      sync.Mutex
	writers map[string]chan struct{} // by graph ARN; whoever puts a value in may write
}

// controlFile is there in every data folder.
const controlFile = "control.db"

const (
	keyFile  = "secret.key"
	lockFile = "lock"
)

// openHouse opens the data folder dir, making it when it is missing. The
// caller must close the house.
func openHouse(dir string, cfg config, log *slog.Logger) (_ *house, err error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	h := &house{dir: dir, config: cfg, log: log, writers: map[string]chan struct{}{}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open data folder %s: %w", dir, err), h.close())
		}
	}()
	if h.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	// Compiling the rules takes as long as opening the databases.
	var knowledge errgroup.Group
	knowledge.Go(h.loadRules)
	knowledge.Go(func() error { return h.loadPlaces(filepath.Join(dir, "geo")) })
	defer func() { _ = knowledge.Wait() }() // before h is closed on an error
	if h.control, err = sqlite.Open(filepath.Join(dir, controlFile)); err != nil {
		return nil, err
	}
	if h.identity, err = identity.New(h.control, filepath.Join(dir, keyFile), time.Now); err != nil {
		return nil, err
	}
	if h.engine, err = duckdb.New(filepath.Join(dir, "graphs"), duckdb.Options{}); err != nil {
		return nil, err
	}
	if err := knowledge.Wait(); err != nil {
		return nil, err
	}
	if h.organizations, err = h.newOrganizations(context.Background()); err != nil {
		return nil, err
	}
	if err := h.wire(); err != nil {
		return nil, err
	}
	return h, nil
}

// makeFolder makes a folder with those above it that are missing, and makes
// their names durable: what is in a folder is lost with its name.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	above := filepath.Dir(dir)
	if err := makeFolder(above); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	f, err := os.Open(above)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (h *house) loadRules() (err error) {
	if h.rules, err = rules.Builtin(); err != nil {
		return fmt.Errorf("load the rules: %w", err)
	}
	return nil
}

// loadPlaces loads the geolocation data: what the configuration names and what
// lies in the folder geo.
func (h *house) loadPlaces(geo string) (err error) {
	o := enrich.Options{CityDB: h.config.Geo.City, ASNDB: h.config.Geo.ASN, Overlay: h.config.Geo.Overlay}
	for _, f := range []struct {
		pattern string
		list    *[]string
	}{{"city*.mmdb", &o.CityDB}, {"asn*.mmdb", &o.ASNDB}, {"*.csv", &o.Overlay}} {
		found, err := filepath.Glob(filepath.Join(geo, f.pattern))
		if err != nil {
			return fmt.Errorf("look for geolocation data: %w", err)
		}
		*f.list = append(*f.list, found...)
	}
	if h.places, err = enrich.Open(o); err != nil {
		return fmt.Errorf("load geolocation data: %w", err)
	}
	return nil
}

// close ends the jobs and closes everything, the lock last.
func (h *house) close() error {
	var errs []error
	if h.jobs != nil {
		errs = append(errs, h.jobs.Close())
	}
	if h.engine != nil {
		errs = append(errs, h.engine.Close())
	}
	if h.control != nil {
		errs = append(errs, h.control.Close())
	}
	if h.places != nil {
		errs = append(errs, h.places.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Close())
	}
	return errors.Join(errs...)
}

// writer returns the lock of a graph's one writer: it is held by putting a
// value in, which, unlike a mutex, one may give up waiting for.
func (h *house) writer(g control.Graph) chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, ok := h.writers[g.ARN]
	if !ok {
		m = make(chan struct{}, 1)
		h.writers[g.ARN] = m
	}
	return m
}

// lockFolder takes the data folder for this process. The kernel gives it
// back when the process ends, however it ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another gumshoe (process %s) has it open; wait until it ends, or stop it",
				strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}

// ownFiles are the files and folders in DIR that are ours: no logs, and one
// of them is the key to all secrets.
func (h *house) ownFiles() []string {
	dir, err := filepath.EvalSymlinks(h.dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil // it has been opened, so it is there
	}
	var own []string
	for _, name := range []string{controlFile, controlFile + "-wal", controlFile + "-shm", keyFile, "graphs", "geo", lockFile, adminSocket} {
		own = append(own, filepath.Join(dir, name))
	}
	return own
}
