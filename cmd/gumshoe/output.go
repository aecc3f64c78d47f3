package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"
)

// addOutput adds the -o flag with the formats that a command knows; the first
// is the default.
func addOutput(c *cobra.Command, format *string, formats ...string) {
	list := formats[0]
	for _, f := range formats[1:] {
		list += ", " + f
	}
	c.Flags().StringVarP(format, "output", "o", formats[0], "output `FORMAT`: "+list)
	check := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		for _, f := range formats {
			if f == *format {
				if check != nil {
					return check(c, args)
				}
				return nil
			}
		}
		return usagef("--output %q: it is one of %s", *format, list)
	}
}

// writeJSON writes the one JSON document of a command.
func writeJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// printable replaces what a terminal would act on: logs hold text that
// attackers chose.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// table writes aligned columns.
func table(w io.Writer, header []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, printable(cell))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}
