package csv

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

const (
	// maxHeader, maxColumns and maxName bound what a hostile first line can
	// make of itself: bytes, columns and bytes of a column's name. CloudTrail
	// Lake has 30 columns.
	maxHeader  = 64 << 10
	maxColumns = 512
	maxName    = 256

	bom = "\ufeff"
)

// header says what the columns of a table are.
type header struct {
	comma byte
	names []string // as written
	row   Row
}

// Shape says what the rows of a table with these columns become. It reports
// false when the table is none for it.
type Shape func(columns []string) (Row, bool)

// Row returns what a row becomes, valid until the next call. There is a cell
// for each column, and perhaps empty ones behind. Its error is why the row is
// no good. The bytes count as one record.
type Row func(cells []string) ([]byte, error)

// IsHeader reports whether line, the first of a text, is the header of a table
// of the shape: names of columns only, separated by commas, semicolons or tabs.
func IsHeader(line []byte, shape Shape) bool {
	_, ok := parseHeader(line, shape)
	return ok
}

func parseHeader(line []byte, shape Shape) (*header, bool) {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte(bom)))
	if len(line) == 0 || len(line) > maxHeader || bytes.IndexByte(line, '\n') >= 0 {
		return nil, false
	}
	// No name has a brace, and nearly every object that is asked about is JSON.
	if bytes.IndexByte(line, '{') >= 0 {
		return nil, false
	}
	for _, comma := range []byte{',', ';', '\t'} {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma = rune(comma)
		names, err := r.Read()
		if err != nil || len(names) > maxColumns {
			continue
		}
		if h, ok := newHeader(comma, names, shape); ok {
			return h, true
		}
	}
	return nil, false
}

func newHeader(comma byte, names []string, shape Shape) (*header, bool) {
	columns := make([]string, len(names))
	for i, name := range names {
		name = strings.TrimSpace(name)
		if !isName(name) && (name != "" || i < len(names)-1) { // some end each line with a comma
			return nil, false
		}
		columns[i] = name
	}
	row, ok := shape(columns)
	return &header{comma, names, row}, ok
}

// isName reports whether a cell of a header may be the name of a column.
func isName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for _, c := range name {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.ContainsRune(" ._-/:()[]@#", c), c > 0x7f:
		default:
			return false
		}
	}
	return true
}

// again reports whether a row is the header once more.
func (h *header) again(cells []string) bool {
	if len(cells) != len(h.names) {
		return false
	}
	for i, name := range h.names {
		if strings.TrimPrefix(cells[i], bom) != name {
			return false
		}
	}
	return true
}

// fits says what is wrong with the number of a row's cells, "" for nothing.
func (h *header) fits(cells []string) string {
	if len(cells) < len(h.names) {
		return fmt.Sprintf("%d cells; the header has %d", len(cells), len(h.names))
	}
	for _, cell := range cells[len(h.names):] {
		if cell != "" {
			return fmt.Sprintf("%d cells; the header has %d", len(cells), len(h.names))
		}
	}
	return ""
}
