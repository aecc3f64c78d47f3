package audit

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// currentName is the file that records are written to.
const currentName = "current.jsonl"

// A finished file is called as CloudTrail calls its objects,
// ACCOUNT_CloudTrail_REGION_TIME_UNIQUE.json.gz, with fixed words for account
// and Region: calls of all accounts and Regions lie in one file. Names sort
// by the time when the file was set aside, UTC.
var (
	pendingForm = regexp.MustCompile(`^pending-(gumshoe_CloudTrail_all-regions_[0-9]{8}T[0-9]{6}Z_[A-Z2-7]{16})\.jsonl$`)
	finalForm   = regexp.MustCompile(`^gumshoe_CloudTrail_all-regions_[0-9]{8}T[0-9]{6}Z_[A-Z2-7]{16}\.json\.gz$`)
	asideForm   = regexp.MustCompile(`^\.gumshoe_CloudTrail_all-regions_[0-9]{8}T[0-9]{6}Z_[A-Z2-7]{16}\.tmp$`)
)

// pendingName returns a new name for a file to be set aside.
func pendingName(now time.Time) string {
	return "pending-gumshoe_CloudTrail_all-regions_" + now.UTC().Format("20060102T150405Z") + "_" + rand.Text()[:16] + ".jsonl"
}

func stem(pending string) string { return pendingForm.FindStringSubmatch(pending)[1] }

func finalName(pending string) string { return stem(pending) + ".json.gz" }

// asideName is hidden from those who look for finished files.
func asideName(pending string) string { return "." + stem(pending) + ".tmp" }

// names are what lies in a log's folder, each kind by name. Other files are
// not ours and left alone.
type names struct {
	current                  bool
	pending, aside, finished []string
}

func list(dir string) (n names, err error) {
	entries, err := os.ReadDir(dir) // sorted
	for _, e := range entries {
		switch name := e.Name(); {
		case name == currentName:
			n.current = true
		case pendingForm.MatchString(name):
			n.pending = append(n.pending, name)
		case asideForm.MatchString(name):
			n.aside = append(n.aside, name)
		case finalForm.MatchString(name):
			n.finished = append(n.finished, name)
		}
	}
	return n, err
}

// prune removes the oldest finished files beyond KeepBytes. l.finishing is
// held.
func (l *Log) prune() error {
	if l.options.KeepBytes == 0 {
		return nil
	}
	n, err := list(l.dir)
	if err != nil {
		return err
	}
	kept := int64(0)
	for i := len(n.finished) - 1; i >= 0; i-- {
		path := filepath.Join(l.dir, n.finished[i])
		fi, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody has moved it away: that is what they are for
		}
		if err != nil {
			return err
		}
		kept += fi.Size()
		if kept <= l.options.KeepBytes || i == len(n.finished)-1 {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// openCurrent opens the current file for appending.
func openCurrent(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, currentName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// syncDir makes new and removed names in a folder durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be opened there, and names are durable
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
