package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is set when the program is built, see the Makefile.
var version = "unknown"

func newVersion(inv *invocation) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if format == "json" {
				return writeJSON(inv.stdout, map[string]string{"version": version, "go": runtime.Version(),
					"platform": runtime.GOOS + "/" + runtime.GOARCH})
			}
			_, err := fmt.Fprintf(inv.stdout, "gumshoe %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	addOutput(c, &format, "table", "json")
	return c
}
