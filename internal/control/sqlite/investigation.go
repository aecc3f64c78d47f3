package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	investigationColumns = `id, graph_arn, entity_arn, entity_type, created, scope_start, scope_end,
		status, severity, state, failure_cause`
	selectInvestigation = `SELECT ` + investigationColumns + `, result FROM investigation
		WHERE id = ? AND graph_arn = ?`
	selectLastInvestigationID = `SELECT COALESCE(MAX(id), '') FROM investigation`
	insertInvestigation       = `INSERT INTO investigation (` + investigationColumns + `, result)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	finishInvestigation = `UPDATE investigation SET status = ?, severity = ?, result = ?, failure_cause = ?
		WHERE id = ? AND graph_arn = ? AND status = 'RUNNING'`
	setInvestigationState = `UPDATE investigation SET state = ? WHERE id = ? AND graph_arn = ?`

	// Followed by one of sortOrders.
	selectInvestigations = `SELECT ` + investigationColumns + `, NULL FROM investigation
		WHERE graph_arn = @graph
		AND (@severity = '' OR severity = @severity) AND (@status = '' OR status = @status)
		AND (@state = '' OR state = @state) AND (@entity = '' OR entity_arn = @entity)
		AND created BETWEEN @from AND @to
		AND (NOT @paged OR `
)

// The expressions that lists are ordered by, with the numbers of
// control.InvestigationQuery.Cursor.
const (
	createdKey  = `created`
	severityKey = `CASE severity WHEN 'INFORMATIONAL' THEN 1 WHEN 'LOW' THEN 2 WHEN 'MEDIUM' THEN 3
		WHEN 'HIGH' THEN 4 WHEN 'CRITICAL' THEN 5 ELSE 0 END`
	statusKey = `CASE status WHEN 'FAILED' THEN 1 WHEN 'RUNNING' THEN 2 WHEN 'SUCCESSFUL' THEN 3 ELSE 0 END`
)

// listQuery completes selectInvestigations. It is made of constants only.
func listQuery(sort control.InvestigationSort, descending bool) string {
	key := createdKey
	switch sort {
	case control.BySeverity:
		key = severityKey
	case control.ByStatus:
		key = statusKey
	}
	cmp, dir := ">", "ASC"
	if descending {
		cmp, dir = "<", "DESC"
	}
	return selectInvestigations + `(` + key + `, id) ` + cmp + ` (@key, @id))
		ORDER BY ` + key + ` ` + dir + `, id ` + dir + ` LIMIT @limit`
}

func scanInvestigation(r row) (i control.Investigation, err error) {
	err = r.Scan(&i.ID, &i.GraphARN, &i.EntityARN, &i.EntityType, stamp{&i.Created}, stamp{&i.ScopeStart},
		stamp{&i.ScopeEnd}, &i.Status, &i.Severity, &i.State, &i.FailureCause, &i.Result)
	return i, err
}

// Investigation returns one investigation.
func (r reader) Investigation(ctx context.Context, graphARN, id string) (control.Investigation, error) {
	i, err := scanInvestigation(r.QueryRowContext(ctx, selectInvestigation, id, graphARN))
	if err != nil {
		return control.Investigation{}, fmt.Errorf("read investigation %q of graph %q: %w", id, graphARN, known(err))
	}
	return i, nil
}

// Investigations returns one page of investigations.
func (r reader) Investigations(ctx context.Context, q control.InvestigationQuery) ([]control.Investigation, error) {
	to := int64(math.MaxInt64)
	if !q.CreatedTo.IsZero() {
		to = micros(q.CreatedTo)
	}
	var after control.InvestigationCursor
	if q.After != nil {
		after = *q.After
	}
	l, err := collect(ctx, r.conn, scanInvestigation, listQuery(q.Sort, q.Descending),
		sql.Named("graph", q.GraphARN), sql.Named("severity", q.Severity), sql.Named("status", q.Status),
		sql.Named("state", q.State), sql.Named("entity", q.EntityARN),
		sql.Named("from", micros(q.CreatedFrom)), sql.Named("to", to),
		sql.Named("paged", q.After != nil), sql.Named("key", after.Key), sql.Named("id", after.ID),
		sql.Named("limit", rowLimit(q.Limit)))
	if err != nil {
		return nil, fmt.Errorf("list investigations of graph %q: %w", q.GraphARN, err)
	}
	return l, nil
}

// LastInvestigationID returns the greatest id.
func (r reader) LastInvestigationID(ctx context.Context) (id string, err error) {
	if err := r.QueryRowContext(ctx, selectLastInvestigationID).Scan(&id); err != nil {
		return "", fmt.Errorf("read last investigation id: %w", err)
	}
	return id, nil
}

// CreateInvestigation enters an investigation.
func (t tx) CreateInvestigation(ctx context.Context, i control.Investigation) error {
	_, err := t.ExecContext(ctx, insertInvestigation, i.ID, i.GraphARN, i.EntityARN, i.EntityType,
		micros(i.Created), micros(i.ScopeStart), micros(i.ScopeEnd), i.Status, i.Severity, i.State,
		i.FailureCause, i.Result)
	if err != nil {
		return fmt.Errorf("create investigation %s of graph %q: %w", i.ID, i.GraphARN, known(err))
	}
	return nil
}

// FinishInvestigation stores how an investigation ended.
func (t tx) FinishInvestigation(ctx context.Context, graphARN, id string, o control.Outcome) error {
	err := change(ctx, t.conn, control.ErrNotFound, finishInvestigation,
		o.Status, o.Severity, o.Result, o.FailureCause, id, graphARN)
	if err != nil {
		return fmt.Errorf("finish investigation %q of graph %q: %w", id, graphARN, err)
	}
	return nil
}

// SetInvestigationState changes the state of an investigation.
func (t tx) SetInvestigationState(ctx context.Context, graphARN, id, state string) error {
	if err := change(ctx, t.conn, control.ErrNotFound, setInvestigationState, state, id, graphARN); err != nil {
		return fmt.Errorf("set state of investigation %q of graph %q: %w", id, graphARN, err)
	}
	return nil
}
