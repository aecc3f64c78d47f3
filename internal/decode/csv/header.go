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
	comma   byte
	names   []string // as written
	columns []column
	source  bool // there is a column with the event's source
}

// IsHeader reports whether line, the first of a text, is the header of a table
// of CloudTrail records: names of columns only, among them the event's name,
// its time, and one more that only such records have; or the one with the
// whole record, eventJson.
func IsHeader(line []byte) bool {
	_, ok := parseHeader(line)
	return ok
}

// parseHeader reads a header whose cells are separated by commas, semicolons
// or tabs.
func parseHeader(line []byte) (*header, bool) {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte(bom)))
	if len(line) == 0 || len(line) > maxHeader || bytes.IndexByte(line, '\n') >= 0 {
		return nil, false
	}
	for _, comma := range []byte{',', ';', '\t'} {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma = rune(comma)
		names, err := r.Read()
		if err != nil || len(names) > maxColumns {
			continue
		}
		if h, ok := newHeader(comma, names); ok {
			return h, true
		}
	}
	return nil, false
}

func newHeader(comma byte, names []string) (*header, bool) {
	h := &header{comma: comma, names: names}
	has := map[string]bool{}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if !isName(name) && (name != "" || i < len(names)-1) { // some end each line with a comma
			return nil, false
		}
		c := columnNamed(name)
		has[strings.Join(c.path, ".")] = true
		h.columns = append(h.columns, c)
	}
	h.source = has["eventSource"]
	ours := has["eventSource"] || has["eventID"] || has["sourceIPAddress"] || has["userAgent"] || has["userIdentity"] || has["userIdentity.arn"]
	return h, has[wholeRecord] || has["eventName"] && has["eventTime"] && ours
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
