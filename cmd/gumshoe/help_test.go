package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// commands returns the root and every command below it.
func commands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, child := range c.Commands() {
		list = append(list, commands(child)...)
	}
	return list
}

// TestHelp keeps the help of every command, so that a change of it is seen.
func TestHelp(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range commands(newRoot(&invocation{})) {
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		var out, errs bytes.Buffer
		if code := run(t.Context(), &invocation{args: args, stdout: &out, stderr: &errs}); code != exitDone || errs.Len() > 0 {
			t.Errorf("%v: exit code %d, %s", args, code, errs.String())
		}
		fmt.Fprintf(&all, "$ %s --help\n%s\n", c.CommandPath(), out.String())
	}
	golden(t, "help.txt", all.String())
}

// TestHelpCommand: help COMMAND is COMMAND --help.
func TestHelpCommand(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{nil, {"ingest"}, {"graph", "status"}} {
		show := func(args ...string) string {
			var out bytes.Buffer
			run(t.Context(), &invocation{args: args, stdout: &out, stderr: &out})
			return out.String()
		}
		if diff := cmp.Diff(show(append(words, "--help")...), show(append([]string{"help"}, words...)...)); diff != "" {
			t.Errorf("%v (-flag +command)\n%s", words, diff)
		}
	}
}

// TestExamples: every example is a command line that is understood, and every
// command that needs more than a data folder has one.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range commands(newRoot(&invocation{})) {
		if c.Short == "" {
			t.Errorf("%s has no description", c.CommandPath())
		}
		found := 0
		for line := range strings.Lines(strings.ReplaceAll(c.Example, "\\\n", " ")) {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "gumshoe" {
				continue
			}
			found++
			about, rest, err := newRoot(&invocation{}).Find(words[1:])
			if err != nil || about.CommandPath() != c.CommandPath() {
				t.Errorf("%s has an example of another command: %s", c.CommandPath(), line)
				continue
			}
			if err := about.ParseFlags(rest); err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if err := about.ValidateArgs(about.Flags().Args()); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if about.Flags().Lookup("data") != nil && about.Flags().Lookup("listen") == nil && about.Flags().Lookup("logs") == nil && !about.Flags().Changed("data") {
				t.Errorf("%s: no --data", line)
			}
		}
		if found == 0 && strings.ContainsAny(c.Use, " ") && c.Name() != "help" {
			t.Errorf("%s takes arguments and has no example", c.CommandPath())
		}
	}
}
