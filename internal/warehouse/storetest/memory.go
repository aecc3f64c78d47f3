package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Disks is where the reference implementation keeps data: what stays when an
// engine is closed. The zero value is empty.
type Disks struct {
	mu     sync.Mutex
	graphs map[string]*graph // by folder and graph id
}

// graph is the kept content of one graph: its batches, as they came.
type graph struct {
	secret  entity.Secret
	batches []warehouse.Batch
	holder  *Memory // the engine that has it open
}

// Memory is the reference warehouse.Engine: every query is a loop over all
// batches.
type Memory struct {
	disks *Disks
	dir   string

	mu     sync.Mutex
	stores map[string]*memoryStore
	closed bool
}

var _ warehouse.Engine = (*Memory)(nil)

// NewMemory returns a reference engine over the data under dir.
func NewMemory(disks *Disks, dir string) *Memory {
	return &Memory{disks: disks, dir: dir, stores: map[string]*memoryStore{}}
}

// Create implements warehouse.Engine.
func (e *Memory) Create(_ context.Context, id string, secret entity.Secret) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return warehouse.ErrClosed
	}
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return fmt.Errorf("graph id %q: %w", id, warehouse.ErrNoGraph)
	}
	e.disks.mu.Lock()
	defer e.disks.mu.Unlock()
	g, ok := e.disks.graphs[e.dir+"/"+id]
	switch {
	case !ok:
		if e.disks.graphs == nil {
			e.disks.graphs = map[string]*graph{}
		}
		e.disks.graphs[e.dir+"/"+id] = &graph{secret: secret}
		return nil
	case g.holder != nil && g.holder != e:
		return warehouse.ErrInUse
	case g.secret != secret:
		return fmt.Errorf("graph %s has another secret", id)
	}
	return nil
}

// Open implements warehouse.Engine.
func (e *Memory) Open(_ context.Context, id string) (warehouse.Store, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, warehouse.ErrClosed
	}
	if s, ok := e.stores[id]; ok && s.usable(context.Background()) == nil {
		return s, nil
	}
	e.disks.mu.Lock()
	defer e.disks.mu.Unlock()
	g, ok := e.disks.graphs[e.dir+"/"+id]
	if !ok {
		return nil, warehouse.ErrNoGraph
	}
	if g.holder != nil && g.holder != e {
		return nil, warehouse.ErrInUse
	}
	g.holder = e
	e.stores[id] = &memoryStore{engine: e, graph: g}
	return e.stores[id], nil
}

// Delete implements warehouse.Engine.
func (e *Memory) Delete(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return warehouse.ErrClosed
	}
	if s, ok := e.stores[id]; ok {
		if err := s.Close(); err != nil {
			return err
		}
		delete(e.stores, id)
	}
	e.disks.mu.Lock()
	defer e.disks.mu.Unlock()
	if g, ok := e.disks.graphs[e.dir+"/"+id]; ok && g.holder != nil {
		return warehouse.ErrInUse
	}
	delete(e.disks.graphs, e.dir+"/"+id)
	return nil
}

// Close implements warehouse.Engine.
func (e *Memory) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, s := range e.stores {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}
