package rules

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// packs holds the rules that come with gumshoe, packs/<tactic>/<rule>.yml.
//
//go:embed packs
var packs embed.FS

// Builtin compiles the rules that come with gumshoe. Rule paths begin with
// their tactic's folder.
func Builtin() (*Pack, error) {
	sub, err := fs.Sub(packs, "packs")
	if err != nil {
		return nil, fmt.Errorf("open built-in rules: %w", err)
	}
	p, errs := Load(sub)
	if len(errs) > 0 {
		return nil, fmt.Errorf("load built-in rules: %w", errors.Join(errs...))
	}
	return p, nil
}
