package warehouse

import (
	"slices"
	"time"
)

// ObjectPart is a ledger row: what one batch took from one source object.
// The parts of one reading of an object follow each other by First; the last
// one has Done. Seen = Stored + Duplicate + Rejected holds for each part.
type ObjectPart struct {
	URI        string
	SHA256     [32]byte // of the stored (compressed) bytes
	Size       int64    // stored bytes
	Tag        string   // what the source says of the content without its being read, such as the ETag of S3; "" for none
	Kind       string   // "cloudtrail"; empty when nothing was recognized
	Reading    int32    // 1 for the first time that something is read under this URI, 2 for the second …
	First      int64    // ordinal of the first record of this part
	Seen       int64
	Stored     int64
	Duplicate  int64 // conflicts included
	Rejected   int64
	Reasons    map[string]int64 // why records were rejected, and "conflict"
	Samples    []Rejection      // the first few rejections, named
	Seconds    float64          // time spent on this part
	Done       bool             // the object was read to its end
	Membership int64            // membership version it was read under, see control
	At         time.Time        // when the batch was made, UTC
	Volumes    []PartVolume     // of what was stored or refused by policy, once an account and day; see Store.Volumes
}

// Rejection names one record that was not stored.
type Rejection struct {
	Record int64  // ordinal within the object, from 0
	Offset int64  // of the decompressed bytes; -1 when it makes no sense
	Reason string // short and stable: "malformed-json", "not-a-member" …
	Detail string // for people
}

// MaxRejectionSamples bounds the Samples of an ObjectPart.
const MaxRejectionSamples = 10

// Object is the ledger's account of one version (URI and SHA-256) of a
// source object, over all its parts and readings: each record once.
//
// The counts are those of its last complete reading, or of the one that came
// furthest when none is complete: a reading that has only begun says nothing
// yet about the records that it has not reached. Seen = Stored + Duplicate +
// Rejected holds.
type Object struct {
	URI        string
	SHA256     [32]byte
	Size       int64
	Tag        string // of the last reading, see ObjectPart
	Kind       string
	Readings   int32 // how often it was read, or begun to be read
	Next       int64 // ordinal at which the last reading goes on; its record count when Done
	Seen       int64
	Stored     int64 // by the counted reading and those before it
	Duplicate  int64 // Seen - Stored - Rejected
	Rejected   int64
	Reasons    map[string]int64
	Samples    []Rejection
	Seconds    float64 // over all readings
	Done       bool    // of the last reading
	Membership int64   // of the last reading
	At         time.Time
}

// FoldObject sums up the parts of one object version, which must be ordered
// by Reading and First. It panics when parts is empty.
func FoldObject(parts []ObjectPart) Object {
	last := parts[len(parts)-1]
	o := Object{URI: last.URI, SHA256: last.SHA256, Size: last.Size, Tag: last.Tag, Kind: last.Kind,
		Readings: last.Reading, Done: last.Done, Membership: last.Membership, At: last.At,
		Reasons: map[string]int64{}}
	counted := countedReading(parts)
	for _, p := range parts {
		o.Seconds += p.Seconds
		if p.Reading == last.Reading {
			o.Next = p.First + p.Seen
		}
		if p.Reading <= counted {
			o.Stored += p.Stored
		}
		if p.Reading == counted {
			o.addReading(p)
		}
	}
	o.Duplicate = o.Seen - o.Stored - o.Rejected
	return o
}

// Settled leaves out of the versions of one object those that stand for a
// failure to read it, when it could be read later. They have no hash.
func Settled(versions []Object) []Object {
	return slices.DeleteFunc(slices.Clone(versions), func(failed Object) bool {
		return failed.SHA256 == [32]byte{} && failed.Stored == 0 && slices.ContainsFunc(versions, func(o Object) bool {
			return o.SHA256 != [32]byte{} && o.Done && !o.At.Before(failed.At)
		})
	})
}

// addReading adds a part of the counted reading.
func (o *Object) addReading(p ObjectPart) {
	o.Seen += p.Seen
	o.Rejected += p.Rejected
	for r, n := range p.Reasons {
		o.Reasons[r] += n
	}
	if room := MaxRejectionSamples - len(o.Samples); room > 0 {
		o.Samples = append(o.Samples, p.Samples[:min(room, len(p.Samples))]...)
	}
}

// countedReading returns the reading whose counts stand for the object: the
// last complete one, else the one that saw most records.
func countedReading(parts []ObjectPart) int32 {
	seen := map[int32]int64{}
	best, complete := parts[0].Reading, false
	for _, p := range parts {
		seen[p.Reading] += p.Seen
		switch {
		case p.Done:
			best, complete = p.Reading, true
		case !complete && seen[p.Reading] >= seen[best]:
			best = p.Reading
		}
	}
	return best
}

// Totals are record counts over many objects, each record once.
type Totals struct {
	Seen      int64 `json:"seen"`
	Stored    int64 `json:"stored"`
	Duplicate int64 `json:"duplicate"`
	Rejected  int64 `json:"rejected"`
}

// Add adds the counts of u.
func (t *Totals) Add(u Totals) {
	t.Seen += u.Seen
	t.Stored += u.Stored
	t.Duplicate += u.Duplicate
	t.Rejected += u.Rejected
}
