package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const (
	databaseFile = "graph.duckdb"
	lockFile     = "lock"
)

// Store is one graph's warehouse.Store.
type Store struct {
	dir    string
	hasher entity.Hasher
	secret entity.Secret
	limits limits
	lock   *os.File
	db     *sql.DB // readers

	// write is held by Commit, Known, KnownFlows, Drop and each step of Compact
	// and guards what follows.
	write      sync.Mutex
	writer     *writer
	known      entityCache
	files      fileSet
	partitions map[partitionKey]bool
	loose      map[string]int64 // rows of the deltas, by rollup
	replaced   []file           // segments that no row names any more and queries may still read
	segments   freeList[*segmentWriter]
	flows      freeList[*flowWriter]
	broken     error // why nothing can be written until the graph is opened anew

	// unlink is held for reading while a query may open segments, and for
	// writing while segments that were dropped or replaced are removed.
	unlink sync.RWMutex

	mu      sync.Mutex // guards closed and, against Wait, readers.Add
	closed  bool
	readers sync.WaitGroup
	closing context.Context // ends when Close begins
	stop    context.CancelFunc
}

var _ warehouse.Store = (*Store)(nil)

// open opens the graph in dir. The caller must Close the store; one process
// at a time may hold a dir, a second gets warehouse.ErrInUse.
func open(ctx context.Context, dir string, opts Options) (_ *Store, err error) {
	s := &Store{dir: dir, limits: opts.limits, known: newEntityCache(),
		segments: make(chan *segmentWriter, writersAtOnce), flows: make(chan *flowWriter, writersAtOnce)}
	s.closing, s.stop = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	path := filepath.Join(dir, databaseFile)
	// The engine would make a database that is missing.
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, warehouse.ErrNoGraph
	}
	if s.lock, err = acquire(filepath.Join(dir, lockFile)); err != nil {
		return nil, err
	}
	for _, sub := range fileDirs {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	connector, err := connect(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.db = sql.OpenDB(connector)
	if s.writer, err = openWriter(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := s.configure(opts); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if err := s.writer.exec(volumeTable); err != nil {
		return nil, fmt.Errorf("add the table of volumes: %w", err)
	}
	if err := s.checkTorn(ctx); err != nil {
		return nil, err
	}
	if err := s.files.removeOrphans(dir); err != nil {
		return nil, fmt.Errorf("remove left-overs of a crash: %w", err)
	}
	return s, nil
}

// configure sets the limits and then locks the engine in: it may read its
// own segments and nothing else, and no statement can change that.
func (s *Store) configure(opts Options) error {
	threads := opts.Threads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	for _, statement := range ownCheckpoints {
		if err := s.writer.exec(statement); err != nil {
			return fmt.Errorf("configure database: %s: %w", statement, err)
		}
	}
	for _, setting := range []string{
		fmt.Sprintf("threads = %d", threads),
		fmt.Sprintf("memory_limit = '%dMB'", opts.MemoryMB),
		"TimeZone = 'UTC'",
		"preserve_insertion_order = false",
		"autoinstall_known_extensions = false",
		"autoload_known_extensions = false",
		"parquet_metadata_cache = true",
		"temp_directory = " + quote(filepath.Join(s.dir, "tmp")),
		"allowed_directories = [" + quote(filepath.Join(s.dir, fileDirs[segmentFile])+"/") + ", " +
			quote(filepath.Join(s.dir, fileDirs[flowFile])+"/") + "]",
		"enable_external_access = false",
		"lock_configuration = true",
	} {
		// Global, or connections of the pool would not have it.
		if err := s.writer.exec("SET GLOBAL " + setting); err != nil {
			return fmt.Errorf("configure database: %s: %w", setting, err)
		}
	}
	return nil
}

// quote makes an SQL string literal, for statements that take no parameters.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ubigint is a parameter of type UBIGINT: database/sql itself refuses numbers
// with the high bit set.
func ubigint[T ~uint64](n T) duckdb.TypedValue { return duckdb.Typed(uint64(n), duckdb.TYPE_UBIGINT) }

// load reads the secret and what the writer keeps in mind.
func (s *Store) load(ctx context.Context) (err error) {
	db := uninterrupted{s.db}
	if s.secret, err = readMeta(ctx, db); err != nil {
		return err
	}
	s.hasher = entity.NewHasher(s.secret)
	return s.loadState(ctx)
}

// loadState reads what the writer keeps in mind: the partitions, the sizes of
// the deltas and the list of files.
func (s *Store) loadState(ctx context.Context) error {
	db := uninterrupted{s.db}
	rows, err := db.QueryContext(ctx, "SELECT name, month FROM rollup_month")
	if err != nil {
		return fmt.Errorf("list partitions: %w", err)
	}
	s.partitions = map[partitionKey]bool{}
	err = collect(rows, "partition", func(row scanner) error {
		var p partitionKey
		err := row.Scan(&p.rollup, &p.month)
		s.partitions[p] = true
		return err
	})
	if err != nil {
		return err
	}
	if s.loose, err = loadLoose(ctx, db); err != nil {
		return err
	}
	if s.files, err = loadFiles(ctx, db); err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	return nil
}

// Hasher implements warehouse.Store.
func (s *Store) Hasher() entity.Hasher { return s.hasher }

// writable reports why nothing can be written. The caller holds write.
func (s *Store) writable() error {
	if s.isClosed() {
		return warehouse.ErrClosed
	}
	if s.broken != nil {
		return fmt.Errorf("the graph must be opened anew after an earlier error: %w", s.broken)
	}
	return nil
}

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close implements warehouse.Store. It waits for a running Commit and for the
// statements that run; queries of several statements are broken off.
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.stop()
	// Whoever still held a connection would keep the database open, and the
	// next Open of this path would get that very database.
	s.readers.Wait()
	errs := []error{removeFiles(s.dir, s.replaced)}
	if s.writer != nil {
		if s.broken == nil {
			// What cannot be folded in stays in the log.
			_ = s.checkpoint(1)
		}
		s.writer.close()
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.lock != nil {
		errs = append(errs, release(s.lock))
	}
	return errors.Join(errs...)
}
