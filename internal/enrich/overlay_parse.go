package enrich

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// parseOverlay reads a whole overlay: RFC 4180 CSV with a header line, in
// UTF-8 with or without a byte order mark; lines that start with # are
// comments. Either all lines are good or none is returned; the error names
// file, line, column (both from 1, the column in bytes) and field of up to
// maxOverlayFault faults.
func parseOverlay(name string, data []byte) ([]overlayRow, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.Comment = '#'
	r.ReuseRecord = true
	r.FieldsPerRecord = -1 // counted here, for a better message
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("overlay %s is empty; its first line must be %q", name, strings.Join(overlayColumns, ","))
	}
	if err != nil {
		return nil, locate(name, r, err)
	}
	if !isHeader(header) {
		line, column := r.FieldPos(0)
		return nil, fmt.Errorf("overlay %s:%d:%d: the first line must be %q", name, line, column, strings.Join(overlayColumns, ","))
	}
	var rows []overlayRow
	var faults []error
	lines := map[netip.Prefix]int{}
	for len(faults) < maxOverlayFault {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // broken quotes: what follows cannot be told apart
			faults = append(faults, locate(name, r, err))
			break
		}
		line, _ := r.FieldPos(0)
		if len(rows) == maxOverlayRows {
			faults = append(faults, fmt.Errorf("overlay %s:%d:1: more than %d lines", name, line, maxOverlayRows))
			break
		}
		row, err := parseOverlayRow(rec)
		if before := lines[row.prefix]; err == nil && before != 0 {
			err = fault(colCIDR, "%s was on line %d before", row.prefix, before)
		}
		if err != nil {
			faults = append(faults, locate(name, r, err))
			continue
		}
		lines[row.prefix] = line
		rows = append(rows, row)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return rows, nil
}

func isHeader(rec []string) bool {
	return slices.EqualFunc(rec, overlayColumns, func(got, want string) bool {
		return strings.EqualFold(strings.TrimSpace(got), want)
	})
}

// locate adds file, line and column to the error of the line just read.
func locate(name string, r *csv.Reader, err error) error {
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return fmt.Errorf("overlay %s:%d:%d: %w", name, broken.Line, broken.Column, broken.Err)
	}
	var f *fieldError
	if errors.As(err, &f) {
		line, column := r.FieldPos(f.column)
		return fmt.Errorf("overlay %s:%d:%d: %s: %w", name, line, column, overlayColumns[f.column], err)
	}
	line, column := r.FieldPos(0)
	return fmt.Errorf("overlay %s:%d:%d: %w", name, line, column, err)
}
