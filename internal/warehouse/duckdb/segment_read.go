package duckdb

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// findEvents calls yield for each event of the segment at path whose id is a
// key of wanted, with the value there and the event's account and
// fingerprint. Segments without such an id cost one column.
func findEvents(path string, wanted map[storedID][]int, yield func(indexes []int, account entity.ID, print uint32)) error {
	return eachGroup(path, func(schema *parquet.Schema, group parquet.RowGroup) error {
		return findInGroup(schema, group, wanted, yield)
	})
}

// eachGroup calls f for each row group of the segment at path.
func eachGroup(path string, f func(*parquet.Schema, parquet.RowGroup) error) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	segment, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("open segment %s: %w", path, err)
	}
	for _, group := range segment.RowGroups() {
		if err := f(segment.Schema(), group); err != nil {
			return fmt.Errorf("read segment %s: %w", path, err)
		}
	}
	return nil
}

func findInGroup(schema *parquet.Schema, group parquet.RowGroup, wanted map[storedID][]int, yield func([]int, entity.ID, uint32)) error {
	guids := make(map[[16]byte]bool, len(wanted))
	for id := range wanted {
		guids[id.guid] = true
	}
	likely := map[int][16]byte{} // by row
	err := eachValue(schema, group, "event_id", func(row int, v parquet.Value) {
		if guid := [16]byte(v.ByteArray()); guids[guid] {
			likely[row] = guid
		}
	})
	if err != nil || len(likely) == 0 {
		return err
	}
	found := map[int][]int{} // by row
	err = eachValue(schema, group, "event_id_rest", func(row int, v parquet.Value) {
		guid, ok := likely[row]
		if !ok {
			return
		}
		if indexes, ok := wanted[storedID{guid, string(v.ByteArray())}]; ok {
			found[row] = indexes
		}
	})
	if err != nil || len(found) == 0 {
		return err
	}
	accounts := make(map[int]entity.ID, len(found))
	err = eachValue(schema, group, "account", func(row int, v parquet.Value) {
		if _, ok := found[row]; ok {
			accounts[row] = entity.ID(v.Uint64())
		}
	})
	if err != nil {
		return err
	}
	return eachValue(schema, group, "print", func(row int, v parquet.Value) {
		if indexes, ok := found[row]; ok {
			yield(indexes, accounts[row], v.Uint32())
		}
	})
}

// eachValue calls f with each row's value in a column, which must not be kept.
func eachValue(schema *parquet.Schema, group parquet.RowGroup, column string, f func(row int, v parquet.Value)) (err error) {
	leaf, ok := schema.Lookup(column)
	if !ok {
		return fmt.Errorf("column %s is missing", column)
	}
	pages := group.ColumnChunks()[leaf.ColumnIndex].Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	values := make([]parquet.Value, 1024)
	for row := 0; ; {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for reader := page.Values(); ; {
			n, err := reader.ReadValues(values)
			for _, v := range values[:n] {
				f(row, v)
				row++
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		parquet.Release(page)
	}
}
