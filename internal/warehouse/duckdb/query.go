package duckdb

import (
	"context"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// EntityHours implements warehouse.Store.
func (s *Store) EntityHours(ctx context.Context, id entity.ID, role warehouse.Role, r warehouse.Range) ([]warehouse.EntityHour, error) {
	var out []warehouse.EntityHour
	q := selection{rollup: entityHourTable.rollup, where: "entity = $3 AND role = $4",
		args: []any{ubigint(id), uint8(role)}}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var h warehouse.EntityHour
		if err := row.Scan(&h.Hour, &h.Entity, &h.Role, &h.Success, &h.Failure, &h.Denied, &h.First, &h.Last); err != nil {
			return err
		}
		out = append(out, h)
		return nil
	})
	return out, err
}

// Values implements warehouse.Store.
func (s *Store) Values(ctx context.Context, id entity.ID, d warehouse.Dimension, r warehouse.Range) ([]warehouse.Value, error) {
	var out []warehouse.Value
	q := selection{rollup: valueTable.rollup, where: "entity = $3 AND dimension = $4",
		args: []any{ubigint(id), uint8(d)}}
	err := s.byDay(ctx, q, r, func(row scanner) error {
		var v warehouse.Value
		if err := row.Scan(&v.Day, &v.Entity, &v.Dimension, &v.Value, &v.Success, &v.Failure, &v.Denied, &v.First, &v.Last); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// Activity implements warehouse.Store.
func (s *Store) Activity(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.Activity, error) {
	var out []warehouse.Activity
	q := selection{rollup: activityTable.rollup,
		where: "principal = $3", args: []any{ubigint(principal)}}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var a warehouse.Activity
		if err := row.Scan(&a.Hour, &a.Principal, &a.Account, &a.Address, &a.API, &a.Region, &a.Agent,
			&a.Success, &a.Failure, &a.Denied, &a.First, &a.Last); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	})
	return out, err
}

// RuleHits implements warehouse.Store.
func (s *Store) RuleHits(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.RuleHit, error) {
	var out []warehouse.RuleHit
	q := selection{rollup: ruleHitTable.rollup, where: "true",
		extra: "flatten(list(samples ORDER BY first, samples))"}
	if principal != 0 {
		q.where, q.args = "principal = $3", []any{ubigint(principal)}
	}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var h warehouse.RuleHit
		if err := row.Scan(&h.Hour, &h.Rule, &h.Principal, &h.Address, &h.API,
			&h.Success, &h.Failure, &h.Denied, &h.First, &h.Last, list{&h.Samples}); err != nil {
			return err
		}
		h.Samples = h.Samples[:min(len(h.Samples), warehouse.MaxSamples)]
		out = append(out, h)
		return nil
	})
	return out, err
}

// list scans a VARCHAR[] column, which the driver hands over as []any.
type list struct{ dst *[]string }

// Scan implements sql.Scanner.
func (l list) Scan(v any) error {
	*l.dst = nil
	if v == nil {
		return nil
	}
	values, ok := v.([]any)
	if !ok {
		return fmt.Errorf("BUG: a list column is %T", v)
	}
	for _, value := range values {
		text, ok := value.(string)
		if !ok {
			return fmt.Errorf("BUG: a list column holds %T", value)
		}
		*l.dst = append(*l.dst, text)
	}
	return nil
}

// Signins implements warehouse.Store.
func (s *Store) Signins(ctx context.Context, account, user entity.ID, r warehouse.Range) ([]warehouse.Signin, error) {
	var out []warehouse.Signin
	q := selection{rollup: signinTable.rollup,
		where: `account = $3`, args: []any{ubigint(account)}}
	if user != 0 {
		q.where, q.args = `"user" = $3`, []any{ubigint(user)}
	}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var x warehouse.Signin
		if err := row.Scan(&x.Hour, &x.Account, &x.User, &x.Kind, &x.MFA, &x.Address, &x.Agent,
			&x.Success, &x.Failure, &x.Denied, &x.First, &x.Last); err != nil {
			return err
		}
		out = append(out, x)
		return nil
	})
	return out, err
}

// Links implements warehouse.Store.
func (s *Store) Links(ctx context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error) {
	var out []warehouse.Link
	q := selection{rollup: linkTable.rollup, where: `("from" = $3 OR "to" = $3)`}
	if len(ids) == 1 {
		q.args = []any{ubigint(ids[0])}
	} else {
		q.where, q.args = `(list_contains($3::UBIGINT[], "from") OR list_contains($3::UBIGINT[], "to"))`, []any{numbers(ids)}
	}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var l warehouse.Link
		if err := row.Scan(&l.Hour, &l.From, &l.To, &l.Kind, &l.Success, &l.Failure, &l.Denied, &l.First, &l.Last); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, err
}
