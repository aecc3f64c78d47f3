package vpcflow

import (
	"strings"
)

// tableNames are the names that columns have in Athena's older tables of flow
// logs, squashed. Athena user guide, vpc-flow-logs-create-table-statement, as
// it was before version 3 of the logs.
var tableNames = map[string]field{
	"account":            fieldAccountID,
	"sourceaddress":      fieldSrcAddr,
	"destinationaddress": fieldDstAddr,
	"sourceport":         fieldSrcPort,
	"destinationport":    fieldDstPort,
	"numpackets":         fieldPackets,
	"numbytes":           fieldBytes,
	"starttime":          fieldStart,
	"endtime":            fieldEnd,
}

// TableFormat returns the format of the lines that a table of flow records
// becomes, see AppendCells: Athena's results, downloads of the console.
// Columns are named as in a header or as in Athena's tables, in any spelling.
// It reports false for a table that has no addresses, no time, or nothing else
// of a flow record.
func TableFormat(columns []string) (*Format, bool) {
	if len(columns) == 0 || len(columns) > maxColumns {
		return nil, false
	}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = tableName(column)
	}
	f := newFormat(names)
	has := map[field]bool{}
	for _, field := range f.fields {
		has[field] = true
	}
	more := has[fieldInterfaceID] || has[fieldAction] || has[fieldLogStatus] || has[fieldPackets] || has[fieldBytes]
	return f, has[fieldSrcAddr] && has[fieldDstAddr] && (has[fieldStart] || has[fieldEnd]) && more
}

// tableName is the name in a format of the column of a table.
func tableName(column string) string {
	var buf [maxName]byte
	if f, ok := tableNames[string(squash(buf[:0], []byte(column)))]; ok {
		return documented[f]
	}
	if name := spelled(column); isName(name) {
		return name
	}
	name := "x-" + strings.Map(func(c rune) rune {
		if c < 0x80 && (isLetter(byte(c)) || '0' <= c && c <= '9' || c == '-' || c == '.') {
			return c
		}
		return -1
	}, column)
	return name[:min(len(name), maxName)]
}

// AppendCells appends the cells of a row as a line to dst: "-" for an empty
// one, "_" for what would separate columns.
func AppendCells(dst []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if cell = strings.TrimSpace(cell); cell == "" || cell == "null" || cell == "NULL" {
			cell = "-"
		}
		for _, c := range []byte(cell) {
			if c <= ' ' {
				c = '_'
			}
			dst = append(dst, c)
		}
	}
	return dst
}
