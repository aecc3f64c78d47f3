package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	graphColumns     = `arn, account_id, region, warehouse_id, created, state, tags, packages, entity_secret`
	selectGraph      = `SELECT ` + graphColumns + ` FROM graph WHERE arn = ?`
	selectGraphOf    = `SELECT ` + graphColumns + ` FROM graph WHERE account_id = ? AND region = ? AND state = 'ACTIVE'`
	selectGraphs     = `SELECT ` + graphColumns + ` FROM graph ORDER BY arn`
	insertGraph      = `INSERT INTO graph (` + graphColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	setGraphState    = `UPDATE graph SET state = ? WHERE arn = ?`
	setGraphTags     = `UPDATE graph SET tags = ? WHERE arn = ?`
	setGraphPackages = `UPDATE graph SET packages = ?, membership_version = membership_version + 1 WHERE arn = ?`
	deleteGraph      = `DELETE FROM graph WHERE arn = ?`
)

func scanGraph(r row) (g control.Graph, err error) {
	var tags []byte
	err = r.Scan(&g.ARN, &g.AccountID, &g.Region, &g.WarehouseID, stamp{&g.Created}, &g.State, &tags,
		&g.Packages, &g.EntitySecret)
	if err != nil {
		return control.Graph{}, err
	}
	g.Tags = map[string]string{}
	if err := json.Unmarshal(tags, &g.Tags); err != nil {
		return control.Graph{}, fmt.Errorf("tags of graph %s: %w", g.ARN, err)
	}
	return g, nil
}

// tagsJSON is the stored form of tags: an object, {} when there are none.
func tagsJSON(tags map[string]string) (string, error) {
	if tags == nil {
		return "{}", nil
	}
	b, err := json.Marshal(tags)
	return string(b), err
}

// Graph returns one graph.
func (r reader) Graph(ctx context.Context, arn string) (control.Graph, error) {
	g, err := scanGraph(r.QueryRowContext(ctx, selectGraph, arn))
	if err != nil {
		return control.Graph{}, fmt.Errorf("read graph %q: %w", arn, known(err))
	}
	return g, nil
}

// GraphOf returns the active graph of an account in a Region.
func (r reader) GraphOf(ctx context.Context, accountID, region string) (control.Graph, error) {
	g, err := scanGraph(r.QueryRowContext(ctx, selectGraphOf, accountID, region))
	if err != nil {
		return control.Graph{}, fmt.Errorf("read graph of account %s in %s: %w", accountID, region, known(err))
	}
	return g, nil
}

// Graphs returns all graphs.
func (r reader) Graphs(ctx context.Context) ([]control.Graph, error) {
	l, err := collect(ctx, r.conn, scanGraph, selectGraphs)
	if err != nil {
		return nil, fmt.Errorf("list graphs: %w", err)
	}
	return l, nil
}

// CreateGraph enters a graph.
func (t tx) CreateGraph(ctx context.Context, g control.Graph) error {
	tags, err := tagsJSON(g.Tags)
	if err != nil {
		return fmt.Errorf("create graph %s: %w", g.ARN, err)
	}
	_, err = t.ExecContext(ctx, insertGraph, g.ARN, g.AccountID, g.Region, g.WarehouseID,
		micros(g.Created), string(g.State), tags, string(g.Packages), g.EntitySecret)
	if err != nil {
		return fmt.Errorf("create graph %s: %w", g.ARN, known(err))
	}
	return nil
}

// SetGraphState changes the state of a graph.
func (t tx) SetGraphState(ctx context.Context, arn string, s control.GraphState) error {
	if err := change(ctx, t.conn, control.ErrNotFound, setGraphState, string(s), arn); err != nil {
		return fmt.Errorf("set state of graph %q to %s: %w", arn, s, err)
	}
	return nil
}

// SetGraphTags replaces the tags of a graph.
func (t tx) SetGraphTags(ctx context.Context, arn string, tags map[string]string) error {
	j, err := tagsJSON(tags)
	if err == nil {
		err = change(ctx, t.conn, control.ErrNotFound, setGraphTags, j, arn)
	}
	if err != nil {
		return fmt.Errorf("set tags of graph %q: %w", arn, err)
	}
	return nil
}

// SetGraphPackages replaces the packages of a graph.
func (t tx) SetGraphPackages(ctx context.Context, arn string, p control.Packages) error {
	if err := change(ctx, t.conn, control.ErrNotFound, setGraphPackages, string(p), arn); err != nil {
		return fmt.Errorf("set packages of graph %q: %w", arn, err)
	}
	return nil
}

// DeleteGraph removes a graph with what belongs to it.
func (t tx) DeleteGraph(ctx context.Context, arn string) error {
	if err := change(ctx, t.conn, control.ErrNotFound, deleteGraph, arn); err != nil {
		return fmt.Errorf("delete graph %q: %w", arn, err)
	}
	return nil
}
