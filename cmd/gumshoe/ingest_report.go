package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// objectEntry is an object's row in the answer.
type objectEntry struct {
	Object string `json:"object"`
	warehouse.Totals
	Reasons    map[string]int64 `json:"reasons"`
	Bytes      int64            `json:"bytes"`
	Seconds    float64          `json:"seconds"`
	Rejections []rejectionEntry `json:"rejections,omitempty"`
}

// rejectionEntry names one rejected record. Offset is missing where it means
// nothing.
type rejectionEntry struct {
	Record int64  `json:"record"`
	Offset *int64 `json:"offset,omitempty"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// ingestReport is the answer of gumshoe ingest.
type ingestReport struct {
	Graph   string           `json:"graph"`
	Totals  warehouse.Totals `json:"totals"`
	Objects []objectEntry    `json:"objects"`
	Empty   []string         `json:"empty,omitempty"` // folders that were named and hold no file
	Seconds float64          `json:"seconds"`
}

// verdict is the exit code: failed when there was nothing to read or nothing
// of it was any good. Records that were stored before are good. Only files that
// match one of the patterns of include were read, if there are any.
func (r *ingestReport) verdict(paths []string, include ...string) error {
	switch {
	case len(r.Objects) == 0 && len(include) > 0 && len(r.Empty) < len(paths):
		return fmt.Errorf("nothing was stored: no file in %s matches --include %s", strings.Join(paths, ", "), strings.Join(include, ", "))
	case len(r.Objects) == 0:
		return fmt.Errorf("nothing was stored: there are no files in %s", strings.Join(paths, ", "))
	case r.Totals.Seen == 0:
		return fmt.Errorf("nothing was stored: no records in %s", count(len(r.Objects), "object"))
	case r.Totals.Stored+r.Totals.Duplicate == 0:
		return fmt.Errorf("nothing was stored: %s, all rejected", count(r.Totals.Seen, "record"))
	}
	return nil
}

func objectEntryOf(o ingest.ObjectSummary) objectEntry {
	e := objectEntry{Object: o.URI, Totals: o.Totals, Reasons: o.Reasons, Bytes: o.Bytes, Seconds: o.Seconds}
	if e.Reasons == nil {
		e.Reasons = map[string]int64{}
	}
	for _, s := range o.Samples {
		r := rejectionEntry{Record: s.Record, Reason: s.Reason, Detail: s.Detail}
		if s.Offset >= 0 {
			r.Offset = &s.Offset
		}
		e.Rejections = append(e.Rejections, r)
	}
	return e
}

// emptyFolders returns those of paths that are folders without a file. A
// folder is no object, so it has no row in the ledger.
func emptyFolders(paths []string) []string {
	var empty []string
	for _, p := range paths {
		real, err := filepath.EvalSymlinks(p)
		if err != nil {
			continue // it was reported as an object
		}
		found := false
		_ = filepath.WalkDir(real, func(_ string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return nil
			}
			found = true
			return filepath.SkipAll
		})
		if !found {
			empty = append(empty, p)
		}
	}
	return empty
}

// printIngest prints the answer for people.
func printIngest(w io.Writer, r *ingestReport) error {
	t := r.Totals
	rate := ""
	if r.Seconds > 0 && t.Seen > 0 {
		rate = fmt.Sprintf(", %.0f a second", float64(t.Seen)/r.Seconds)
	}
	fmt.Fprintf(w, "%s in %s%s: %d stored, %d duplicate, %d rejected\n",
		count(t.Seen, "record"), count(len(r.Objects), "object"), rate, t.Stored, t.Duplicate, t.Rejected)
	if err := errors.Join(printReasons(w, r.reasons()), r.printFaults(w)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "graph %s\n", r.Graph)
	return err
}

// reasons adds up the reasons of all objects.
func (r *ingestReport) reasons() map[string]int64 {
	sum := map[string]int64{}
	for _, o := range r.Objects {
		for reason, n := range o.Reasons {
			sum[reason] += n
		}
	}
	return sum
}

// printFaults tells what was not as it should be, and what to do about it.
func (r *ingestReport) printFaults(w io.Writer) error {
	if err := printRejected(w, r.Objects); err != nil {
		return err
	}
	for _, path := range r.Empty {
		fmt.Fprintf(w, "  %s: no files in this folder\n", printable(path))
	}
	var bare []objectEntry
	for _, o := range r.Objects {
		if o.Seen == 0 && !o.digest() {
			bare = append(bare, o)
		}
	}
	if len(bare) > 0 {
		fmt.Fprintf(w, "  %s: no records", bare[0].Object)
		if n := len(bare) - 1; n > 0 {
			fmt.Fprintf(w, ", nor in %d more", n)
		}
		fmt.Fprintln(w)
	}
	if n := r.reasons()[reasonStopped]; n > 0 {
		fmt.Fprintf(w, "Refused, for their data source package is stopped: %s. UpdateDatasourcePackages starts it.\n", count(int(n), "record"))
	}
	return r.printStrangers(w)
}

// The reasons of package ingest that mean something to us.
const (
	reasonNotMember  = "not-a-member"
	reasonUnreadable = "unreadable"
	reasonStopped    = "package-stopped"
)

// digest reports whether the object is a digest file of CloudTrail's by its
// name: it holds no records, and nothing is wrong with that.
func (o *objectEntry) digest() bool { return strings.Contains(o.Object, "_CloudTrail-Digest_") }

// printStrangers names accounts whose records were refused.
func (r *ingestReport) printStrangers(w io.Writer) error {
	strangers := map[string]struct{}{}
	for _, o := range r.Objects {
		for _, x := range o.Rejections {
			if x.Reason == reasonNotMember {
				strangers[printable(x.Detail)] = struct{}{}
			}
		}
	}
	if len(strangers) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(strangers))
	more := ""
	if len(names) > maxShown {
		names, more = names[:maxShown], " and others"
	}
	_, err := fmt.Fprintf(w, "Refused, for they are no enabled members of the graph: %s%s.\nGive --enroll to make the accounts in the logs members, without asking them.\n",
		strings.Join(names, ", "), more)
	return err
}

// maxShown bounds the objects with rejections that a person is shown.
const maxShown = 20

// printRejected names the objects with records that were rejected for what
// they are, a line each. Records of accounts that are no members are no fault
// of their object.
func printRejected(w io.Writer, objects []objectEntry) error {
	shown := 0
	for _, o := range objects {
		n := o.Rejected - o.Reasons[reasonNotMember] - o.Reasons[reasonStopped]
		if n == 0 {
			continue
		}
		if shown++; shown > maxShown {
			continue
		}
		i := slices.IndexFunc(o.Rejections, func(x rejectionEntry) bool { return x.Reason != reasonNotMember && x.Reason != reasonStopped })
		if i < 0 { // the samples are of others
			fmt.Fprintf(w, "  %s: %d rejected\n", o.Object, n)
			continue
		}
		x := o.Rejections[i]
		detail := printable(strings.TrimPrefix(x.Detail, "open "+o.Object+": "))
		if x.Reason == reasonUnreadable {
			fmt.Fprintf(w, "  %s: unreadable: %s\n", o.Object, cmp.Or(detail, "no reason known"))
			continue
		}
		fmt.Fprintf(w, "  %s: %d rejected: %s (record %d", o.Object, n, x.Reason, x.Record)
		if detail != "" {
			fmt.Fprintf(w, ": %s", detail)
		}
		fmt.Fprintln(w, ")")
	}
	if shown > maxShown {
		fmt.Fprintf(w, "  and %d more; -o json has all\n", shown-maxShown)
	}
	return nil
}
