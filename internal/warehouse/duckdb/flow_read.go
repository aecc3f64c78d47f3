package duckdb

import (
	"fmt"

	"github.com/parquet-go/parquet-go"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// flowsWanted are records to be found in segments.
type flowsWanted struct {
	starts  map[int64]bool
	windows map[flowWindow]bool
	records map[warehouse.FlowRecord]int // to their index in what was asked for
}

// flowWindow is what few records have in common.
type flowWindow struct {
	start int64
	nic   entity.ID
}

func windowOf(r *warehouse.FlowRecord) flowWindow { return flowWindow{r.Start, r.Interface} }

func newFlowsWanted() flowsWanted {
	return flowsWanted{map[int64]bool{}, map[flowWindow]bool{}, map[warehouse.FlowRecord]int{}}
}

func (w flowsWanted) add(r *warehouse.FlowRecord, index int) {
	w.starts[r.Start] = true
	w.windows[windowOf(r)] = true
	w.records[identity(r)] = index
}

// findFlows calls yield with the index of each wanted record that the segment
// at path holds. The columns are read one after the other, each only where
// the ones before leave a wanted record possible: a segment without such a
// start costs one column.
func findFlows(path string, wanted flowsWanted, yield func(index int)) (err error) {
	return eachGroup(path, func(schema *parquet.Schema, group parquet.RowGroup) error {
		rows := flowRows{schema: schema, group: group}
		err := eachValue(schema, group, "start", func(row int, v parquet.Value) {
			if wanted.starts[v.Int64()] {
				rows.numbers = append(rows.numbers, row)
				rows.records = append(rows.records, warehouse.FlowRecord{Start: v.Int64()})
			}
		})
		if err != nil {
			return err
		}
		rows.read("interface", func(r *warehouse.FlowRecord, v parquet.Value) { r.Interface = entity.ID(v.Uint64()) })
		rows.keep(func(r *warehouse.FlowRecord) bool { return wanted.windows[windowOf(r)] })
		rows.readRest()
		if rows.err != nil {
			return rows.err
		}
		for _, r := range rows.records {
			if index, ok := wanted.records[r]; ok {
				yield(index)
			}
		}
		return nil
	})
}

// flowRows are some rows of a row group, as far as they were read.
type flowRows struct {
	schema  *parquet.Schema
	group   parquet.RowGroup
	numbers []int // of the rows, ascending
	records []warehouse.FlowRecord
	err     error
}

// read reads a column of the rows.
func (f *flowRows) read(column string, set func(*warehouse.FlowRecord, parquet.Value)) {
	if f.err != nil || len(f.numbers) == 0 {
		return
	}
	next := 0
	f.err = eachValue(f.schema, f.group, column, func(row int, v parquet.Value) {
		if next < len(f.numbers) && f.numbers[next] == row {
			set(&f.records[next], v)
			next++
		}
	})
	if f.err == nil && next < len(f.numbers) {
		f.err = fmt.Errorf("column %s ends before row %d", column, f.numbers[next])
	}
}

// keep drops the rows that are not good.
func (f *flowRows) keep(good func(*warehouse.FlowRecord) bool) {
	n := 0
	for i := range f.records {
		if good(&f.records[i]) {
			f.numbers[n], f.records[n] = f.numbers[i], f.records[i]
			n++
		}
	}
	f.numbers, f.records = f.numbers[:n], f.records[:n]
}

// readRest reads all that identifies a record but its start and interface.
func (f *flowRows) readRest() {
	type record = warehouse.FlowRecord
	var format string // most are like the one before
	f.read("near", func(r *record, v parquet.Value) { r.Src = entity.ID(v.Uint64()) })
	f.read("far", func(r *record, v parquet.Value) { r.Dst = entity.ID(v.Uint64()) })
	f.read("near_port", func(r *record, v parquet.Value) { r.SrcPort = v.Int32() })
	f.read("far_port", func(r *record, v parquet.Value) { r.DstPort = v.Int32() })
	f.read("outbound", func(r *record, v parquet.Value) {
		if !v.Boolean() {
			r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
		}
	})
	f.read("duration", func(r *record, v parquet.Value) { r.End = r.Start + v.Int64() })
	f.read("version", func(r *record, v parquet.Value) { r.Version = uint8(v.Uint32()) })
	f.read("account", func(r *record, v parquet.Value) { r.Account = entity.ID(v.Uint64()) })
	f.read("protocol", func(r *record, v parquet.Value) { r.Protocol = int16(v.Int32()) })
	f.read("packets", func(r *record, v parquet.Value) { r.Packets = v.Uint64() })
	f.read("bytes", func(r *record, v parquet.Value) { r.Bytes = v.Uint64() })
	f.read("action", func(r *record, v parquet.Value) { r.Action = warehouse.FlowAction(v.Uint32()) })
	f.read("status", func(r *record, v parquet.Value) { r.Status = warehouse.FlowStatus(v.Uint32()) })
	f.read("format", func(r *record, v parquet.Value) {
		if string(v.ByteArray()) != format {
			format = string(v.ByteArray())
		}
		r.Format = format
	})
	f.read("rest", func(r *record, v parquet.Value) { r.Rest = string(v.ByteArray()) })
}
