package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// part is something that can be measured alone, by -only.
type part struct {
	name, title string
	run         func(ctx context.Context, dir string, s *section) error
}

// parts returns all parts, in the order of the report.
func (b *bench) parts() []part {
	var all []part
	for _, p := range b.plans() {
		all = append(all, part{p.name, p.title, func(ctx context.Context, dir string, s *section) error {
			return b.cloudTrail(ctx, dir, p, s)
		}})
	}
	return append(all,
		part{"flows", "VPC flow logs", b.flows},
		part{"memory", "Memory: one huge file, and bombs", b.memory},
		part{"freshness", "Freshness: from arrival to answer", b.freshness},
		part{"duplicates", "Duplicates: the index of a large graph", b.duplicates},
	)
}

func (b *bench) partNames() []string {
	var names []string
	for _, p := range b.parts() {
		names = append(names, p.name)
	}
	return names
}

// run measures the parts and returns the report. A part that fails does not
// keep the others from being measured: the report is complete but for it, and
// the error says what failed.
func (b *bench) run(ctx context.Context) ([]byte, error) {
	m, err := b.machine(ctx)
	if err != nil {
		return nil, err
	}
	var sections []*section
	var failed []error
	for _, p := range b.parts() {
		if b.only != nil && !slices.Contains(b.only, p.name) {
			continue
		}
		s := &section{name: p.name, title: p.title}
		began := time.Now()
		if err := b.runPart(ctx, p, s); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
			*s = section{name: p.name, title: p.title, budgets: []budget{{p.title, "", "**not measured: it failed**"}}}
			fmt.Fprintln(&s.text, "This part failed and has no figures.")
		}
		if ctx.Err() != nil {
			return nil, errors.Join(failed...)
		}
		fmt.Fprintf(b.log, "%s took %.0f s\n", p.name, time.Since(began).Seconds())
		sections = append(sections, s)
	}
	return b.report(m, sections), errors.Join(failed...)
}

// runPart gives a part a folder, which it removes again.
func (b *bench) runPart(ctx context.Context, p part, s *section) (err error) {
	dir, err := os.MkdirTemp(b.work, p.name[:1]) // short, for the path of a socket
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return p.run(ctx, dir, s)
}

// command is how the run is repeated.
func (b *bench) command() string {
	var flags strings.Builder
	if b.quick {
		flags.WriteString(" -quick")
	}
	if b.only != nil {
		flags.WriteString(" -only " + strings.Join(b.only, ","))
	}
	if flags.Len() == 0 {
		return "make bench"
	}
	return "go run ./bench/run" + flags.String()
}
