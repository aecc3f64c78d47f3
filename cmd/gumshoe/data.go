package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// dataFlags are the flags of every command that works on a data folder.
type dataFlags struct {
	dir, config string
	makes       bool // the command makes a folder that is missing
}

// addData adds the flags of a command that reads or changes what a data
// folder holds.
func addData(c *cobra.Command, f *dataFlags) {
	c.Flags().StringVar(&f.dir, "data", "", "`DIR` that holds gumshoe's data")
	c.Flags().StringVar(&f.config, "config", "", "configuration `FILE` (YAML)")
}

// addNewData adds the flags of a command that one may begin with.
func addNewData(c *cobra.Command, f *dataFlags) {
	addData(c, f)
	f.makes = true
	c.Flag("data").Usage += "; made when it is missing"
}

// folder returns the absolute path of the data folder. A misspelt one is an
// error for the commands that have nothing to put into it.
func (f dataFlags) folder(inv *invocation) (string, error) {
	if f.dir == "" {
		return "", usagef("--data DIR is missing: the folder that holds gumshoe's data")
	}
	dir, err := inv.path(f.dir)
	if err != nil {
		return "", fmt.Errorf("--data %s: %w", f.dir, err)
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", fmt.Errorf("--data %s: it is a file, not a folder", f.dir)
	}
	if f.makes {
		return dir, nil
	}
	if _, err := os.Stat(filepath.Join(dir, controlFile)); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("--data %s: no data of gumshoe there; `gumshoe account create` or `gumshoe ingest` makes some", f.dir)
	}
	return dir, nil
}

// withHouse runs f on the data folder: in the server that has it open if
// there is one, else on the folder itself.
func (inv *invocation) withHouse(ctx context.Context, flags dataFlags, f func(*house) error) error {
	if inv.house != nil {
		return f(inv.house)
	}
	dir, err := flags.folder(inv)
	if err != nil {
		return err
	}
	cfg, err := readConfig(flags.config)
	if err != nil {
		return err
	}
	code, relayed, err := inv.relay(ctx, dir)
	switch {
	case err != nil:
		return err
	case relayed && code == exitDone:
		return nil
	case relayed:
		return exitError(code)
	}
	h, err := openHouse(dir, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(f(h), h.close())
}
