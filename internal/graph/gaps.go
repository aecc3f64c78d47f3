package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// GapKind says how a gap was found.
type GapKind string

// The kinds, those first that say most: when there are too many gaps, these
// are kept.
const (
	// LoggingStopped: a trail was stopped, deleted or emptied.
	LoggingStopped GapKind = "logging-stopped"
	// ChainBroken: a digest was changed, exchanged or left out afterwards.
	ChainBroken GapKind = "chain-broken"
	// SilentHours: no record of an account where there should be some.
	SilentHours GapKind = "silent-hours"
	// DigestMissing: no digest of a trail between two others.
	DigestMissing GapKind = "digest-missing"
	// FilesMissing: log files that CloudTrail delivered were not ingested.
	FilesMissing GapKind = "files-missing"
	// MoreGaps stands for gaps that were left out.
	MoreGaps GapKind = "more-gaps"
)

// rank orders the kinds.
func (k GapKind) rank() int {
	return slices.Index([]GapKind{LoggingStopped, ChainBroken, SilentHours, DigestMissing, FilesMissing, MoreGaps}, k)
}

// Gap is a time of which logs are missing, or may be.
type Gap struct {
	Account  string // 12 digits
	Region   string // empty when it is about all of them
	Origin   warehouse.Origin
	From, To time.Time // UTC, half-open
	Kind     GapKind
	Detail   string // for people; may quote the logs
	Files    int    // log files or digests that are missing, where it is known
	Left     int    // of MoreGaps: how many gaps were left out
}

// String returns a line for people, without control characters whatever the
// logs say.
func (g Gap) String() string {
	where := g.Account
	if g.Region != "" {
		where += " in " + g.Region
	}
	if where != "" {
		where = " " + where + ":"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, span(g.From, g.To)+where+" "+g.Detail)
}

// span writes a range of time, with what its end shares with its start left
// out, and without seconds that are zero.
func span(from, to time.Time) string {
	clock := "15:04"
	if from.Second() != 0 || to.Second() != 0 {
		clock = "15:04:05"
	}
	start, end := from.Format(time.DateOnly), to.Format(time.DateOnly)
	if start == end {
		end = ""
	} else {
		end += " "
	}
	return start + " " + from.Format(clock) + " to " + end + to.Format(clock) + " UTC"
}

// Input is what gaps are looked for in.
type Input struct {
	Coverage []warehouse.Coverage // best ordered by hour and account
	Digests  []warehouse.Digest
	Events   []TrailEvent
	// Ingested tells whether the ledger has the log file with a key: an
	// object whose URI ends in it. When nil, no files are missing.
	Ingested func(key string) bool
	// Name gives the keys of accounts and Regions; when nil, they are hex.
	Name func(entity.ID) string
	// Most is how many gaps are returned, 0 stands for DefaultMost.
	Most int
}

// DefaultMost is how many gaps FindGaps returns: more than anybody reads.
const DefaultMost = 1000

// FindGaps returns the gaps in the logs by time. Of more than in.Most those
// of the first kinds are kept, of one kind the longest; a last one of the
// kind MoreGaps, one above the limit, counts the rest.
//
// The edges of what is given are no gaps. To judge the hours near the ends of
// a span of time, Coverage should reach two weeks further, better four, and
// Digests an hour.
func FindGaps(in Input) []Gap {
	name := names{in.Name, map[entity.ID]string{}}
	gaps := silentHours(seriesOf(in.Coverage, false), name)
	gaps = append(gaps, loggingStopped(in, name)...)
	gaps = append(gaps, digestGaps(in)...)
	return bound(gaps, cmp.Or(in.Most, DefaultMost))
}

// bound sorts gaps and leaves those above most out.
func bound(gaps []Gap, most int) []Gap {
	byTime := func(a, b Gap) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Origin, b.Origin),
			cmp.Compare(a.Kind.rank(), b.Kind.rank()), a.To.Compare(b.To), cmp.Compare(a.Detail, b.Detail))
	}
	if len(gaps) <= most {
		slices.SortFunc(gaps, byTime)
		return gaps
	}
	slices.SortFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Kind.rank(), b.Kind.rank()), cmp.Compare(b.To.Sub(b.From), a.To.Sub(a.From)), byTime(a, b))
	})
	rest := gaps[most:]
	left := Gap{From: rest[0].From, To: rest[0].To, Kind: MoreGaps, Left: len(rest)}
	for _, g := range rest {
		if g.From.Before(left.From) {
			left.From = g.From
		}
		if g.To.After(left.To) {
			left.To = g.To
		}
	}
	left.Detail = "and " + count(len(rest), "more gap")
	gaps = gaps[:most:most]
	slices.SortFunc(gaps, byTime)
	return append(gaps, left)
}

// names remembers the keys of entities.
type names struct {
	name  func(entity.ID) string
	known map[entity.ID]string
}

func (n names) of(id entity.ID) string {
	key, ok := n.known[id]
	if !ok {
		if n.name != nil {
			key = n.name(id)
		} else {
			key = fmt.Sprintf("%016x", uint64(id))
		}
		n.known[id] = key
	}
	return key
}

// count writes a number of things: "1 hour", "1,200 hours".
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return thousands(int64(n)) + " " + thing
}

// thousands writes a number that is not negative with commas.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
