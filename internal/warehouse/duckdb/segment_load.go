package duckdb

import (
	"bytes"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// appendEvents appends all events of the segment at path. Their Keys are not
// in it.
func appendEvents(events []warehouse.Event, path string) ([]warehouse.Event, error) {
	err := eachGroup(path, func(schema *parquet.Schema, group parquet.RowGroup) error {
		first, n := len(events), int(group.NumRows())
		events = append(events, make([]warehouse.Event, n)...)
		c := eventColumnReader{schema: schema, group: group, events: events[first:]}
		c.readAll()
		return c.err
	})
	return events, err
}

// eventColumnReader fills events column by column.
type eventColumnReader struct {
	schema *parquet.Schema
	group  parquet.RowGroup
	events []warehouse.Event
	err    error
}

func (c *eventColumnReader) read(column string, set func(e *warehouse.Event, row int, v parquet.Value)) {
	if c.err != nil {
		return
	}
	c.err = eachValue(c.schema, c.group, column, func(row int, v parquet.Value) {
		if row < len(c.events) {
			set(&c.events[row], row, v)
		}
	})
}

// id reads a column of entity ids.
func (c *eventColumnReader) id(column string, field func(*warehouse.Event) *entity.ID) {
	c.read(column, func(e *warehouse.Event, _ int, v parquet.Value) { *field(e) = entity.ID(v.Uint64()) })
}

func (c *eventColumnReader) readAll() {
	type event = warehouse.Event
	guids, cuts := make([][16]byte, len(c.events)), make([]uint32, len(c.events))
	c.read("time", func(e *event, _ int, v parquet.Value) { e.Time = time.UnixMilli(v.Int64()).UTC() })
	c.read("event_id", func(_ *event, row int, v parquet.Value) { guids[row] = [16]byte(v.ByteArray()) })
	c.read("event_id_rest", func(e *event, row int, v parquet.Value) {
		e.EventID = storedID{guids[row], string(v.ByteArray())}.String()
	})
	c.read("origin", func(e *event, _ int, v parquet.Value) { e.Origin = warehouse.Origin(v.Uint32()) })
	c.read("print", func(e *event, _ int, v parquet.Value) { e.Print = v.Uint32() })
	c.id("account", func(e *event) *entity.ID { return &e.Account })
	c.id("principal", func(e *event) *entity.ID { return &e.Principal })
	c.id("session", func(e *event) *entity.ID { return &e.Session })
	c.id("access_key", func(e *event) *entity.ID { return &e.AccessKey })
	c.id("address", func(e *event) *entity.ID { return &e.Address })
	c.id("agent", func(e *event) *entity.ID { return &e.Agent })
	c.id("api", func(e *event) *entity.ID { return &e.API })
	c.id("region", func(e *event) *entity.ID { return &e.Region })
	c.id("error", func(e *event) *entity.ID { return &e.Error })
	c.id("target", func(e *event) *entity.ID { return &e.Target })
	c.read("outcome", func(e *event, _ int, v parquet.Value) { e.Outcome = warehouse.Outcome(v.Uint32()) })
	c.read("conflict", func(e *event, _ int, v parquet.Value) { e.Conflict = v.Boolean() })
	c.read("raw_cut", func(_ *event, row int, v parquet.Value) { cuts[row] = v.Uint32() })
	c.read("raw", func(e *event, row int, v parquet.Value) {
		e.Raw = restoreRaw(bytes.Clone(v.ByteArray()), e.EventID, cuts[row])
	})
}

// appendFlows appends all flow records of the segment at path. Their Keys are
// not in it.
func appendFlows(records []warehouse.FlowRecord, path string) ([]warehouse.FlowRecord, error) {
	err := eachGroup(path, func(schema *parquet.Schema, group parquet.RowGroup) error {
		n := int(group.NumRows())
		rows := flowRows{schema: schema, group: group, numbers: make([]int, n), records: make([]warehouse.FlowRecord, n)}
		for i := range n {
			rows.numbers[i] = i
		}
		rows.read("start", func(r *warehouse.FlowRecord, v parquet.Value) { r.Start = v.Int64() })
		rows.read("interface", func(r *warehouse.FlowRecord, v parquet.Value) { r.Interface = entity.ID(v.Uint64()) })
		rows.readRest()
		rows.read("raw", func(r *warehouse.FlowRecord, v parquet.Value) { r.Raw = string(v.ByteArray()) })
		records = append(records, rows.records...)
		return rows.err
	})
	return records, err
}
