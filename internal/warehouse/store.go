package warehouse

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// ErrNoGraph is returned by an Engine for a graph that it does not hold.
var ErrNoGraph = errors.New("no such graph in the warehouse")

// ErrInUse is returned when another process holds a graph.
var ErrInUse = errors.New("the graph is in use by another process")

// Engine holds the stores of many graphs.
//
//   - It MUST be safe for concurrent use.
//   - Stores it opened are owned by it: Close closes them.
type Engine interface {
	// Create makes an empty store for graph id (32 hex digits). It MUST
	// return nil when the store exists already with the same secret.
	Create(ctx context.Context, id string, secret entity.Secret) error

	// Open returns the store of graph id, the same one for every caller, or
	// ErrNoGraph.
	Open(ctx context.Context, id string) (Store, error)

	// Delete removes everything of graph id; queries that still run on it
	// end with an error. A graph that does not exist is
	// no error, so that a deletion that a crash broke off can be repeated.
	Delete(ctx context.Context, id string) error

	// Close closes every store. Further calls return ErrClosed.
	Close() error
}

// ErrClosed is returned by what was closed, and by queries that Close or
// Delete ended.
var ErrClosed = errors.New("the warehouse is closed")

// Store holds one graph.
//
//   - Readers MUST be safe for concurrent use, also with a Commit.
//   - Known, KnownFlows, Commit, Compact and Drop MUST be called by one goroutine at a time: the
//     graph's writer.
//   - Returned slices and maps belong to the caller.
//   - Each query sees whole batches only: those committed when it begins.
//   - Strings that are not UTF-8 are stored, and looked for, with U+FFFD in
//     place of the bytes that are wrong. Raw records are kept as they are.
//   - Rows of partitions are merged by their key: Counts are summed, First
//     and Last are the extremes, Traffic is added and Hours are united.
type Store interface {
	// Hasher computes the graph's entity ids.
	Hasher() entity.Hasher

	// Commit makes one batch visible, whole or not at all.
	//
	//   - Rows, segments, duplicate keys, ledger entries and volumes of a batch
	//     MUST become visible together.
	//   - A batch whose ID was committed before MUST be ignored and MUST
	//     return nil.
	//   - After Commit returns nil the batch MUST survive kill -9 and power
	//     loss; what an interrupted Commit leaves behind MUST never be seen.
	//   - An Entity whose ID is stored with another type or key MUST be
	//     reported by ErrCollision and nothing of the batch be committed.
	//     So MUST two entities of the batch itself.
	//   - A batch with an event, a flow record, a finding version, a digest, a
	//     rollup row or a volume on a day that is not Storable MUST be refused
	//     with ErrTime, and nothing of it be committed.
	//   - After an error the store MUST stay usable, unless the error is of
	//     the storage itself.
	//   - Commit MUST call b.Fill before it looks at anything but ID, Events
	//     and FlowRecords, which it MAY write at the same time. It need not if
	//     it fails or the batch was committed before.
	//   - Commit MUST NOT keep b after it returns, nor modify it otherwise.
	Commit(ctx context.Context, b *Batch) error

	// Known tells for each key whether an event with its id and account was
	// committed before on the same UTC day. The answer has the length and
	// order of keys and is exact: a match of hashes MUST be confirmed against
	// the stored event id. Keys do not see each other.
	//
	// Events of one id have the same content if their Prints are equal or one
	// of them is 0, which says that it cannot be compared: such a key is never
	// a Conflict, nor is one of which an event without a Print is stored.
	Known(ctx context.Context, keys []Key) ([]Verdict, error)

	// KnownFlows tells for each record whether one that is the same in all
	// fields that identify it was committed before, or stands earlier in
	// records: New or Duplicate, in the order of records. Key is a function of
	// the other fields, the same in all calls; the answer is exact, also where
	// records that differ share a Key.
	KnownFlows(ctx context.Context, records []FlowRecord) ([]Verdict, error)

	// Objects returns what the ledger knows of the given URIs: for each the
	// version that was read last. URIs that were never read are missing.
	Objects(ctx context.Context, uris []string) (map[string]Object, error)

	// Ledger yields every object version, ordered by URI and SHA-256, but for
	// failures that were made good, see Settled.
	// Iteration stops at the first error. The loop's body MUST NOT close the
	// store or call the engine, which may be waiting for readers to end.
	Ledger(ctx context.Context) iter.Seq2[Object, error]

	// Volumes returns what accounts sent since the start of the day that from
	// lies in: a row an account, kind and day, in this order, none of nothing.
	//
	// A stored record is in one part, whatever is read again. A refused one is
	// in every reading until its account joins, so parts are put together by
	// URI, over all its versions: a file that grew has its records again.
	//
	//   - The reading that counts of a URI MUST be the last one with a part
	//     that is Done and has a SHA256 (a reading that failed is Done without
	//     one), else the one that saw most records, the last of several.
	//   - Of a URI, account, kind and day there MUST be counted: what this
	//     reading stored; and what it refused or what all others stored,
	//     whichever is more, for that may be the same records. Bytes and
	//     records are compared each for themselves.
	//
	// So no record counts twice for being read twice. Refused records are not
	// compared with others, though: one that was delivered more than once
	// counts each time, until its account joins and it is read again. What an
	// overwritten version refused, and its successor has not, is forgotten.
	Volumes(ctx context.Context, from time.Time) ([]Volume, error)

	// Status returns the graph's extent and totals.
	Status(ctx context.Context) (Status, error)

	// Entities returns the entities with the given ids; unknown ids are
	// missing.
	Entities(ctx context.Context, ids []entity.ID) (map[entity.ID]Entity, error)

	// Search returns entities by their names, at most q.Limit of them: first
	// those of which the text is a whole name, then those with a name that begins
	// with it, then the others; among these by type and key.
	Search(ctx context.Context, q EntitySearch) ([]Entity, error)

	// EntityHours returns the hours of an entity in a role, by hour.
	EntityHours(ctx context.Context, id entity.ID, role Role, r Range) ([]EntityHour, error)

	// Values returns an entity's values of one dimension in the days that
	// the range touches, a row a day and value, by day.
	Values(ctx context.Context, id entity.ID, d Dimension, r Range) ([]Value, error)

	// Activity returns a principal's activity, by hour.
	Activity(ctx context.Context, principal entity.ID, r Range) ([]Activity, error)

	// RuleHits returns a principal's rule hits, by hour; a zero principal
	// selects everybody's. Where rows are merged, the samples of the one with
	// the earlier First come first.
	RuleHits(ctx context.Context, principal entity.ID, r Range) ([]RuleHit, error)

	// Signins returns the sign-ins of a user, or of an account when user is
	// zero, by hour.
	Signins(ctx context.Context, account, user entity.ID, r Range) ([]Signin, error)

	// Links returns the links that start or end at any of the entities, each
	// once, by hour.
	Links(ctx context.Context, ids []entity.ID, r Range) ([]Link, error)

	// Flows returns the traffic of a network interface or of a local address,
	// by hour.
	Flows(ctx context.Context, id entity.ID, r Range) ([]Flow, error)

	// FlowPeers returns with whom a network interface or a local address had
	// traffic, or who had any with a peer, in the days that the range touches,
	// by day.
	FlowPeers(ctx context.Context, id entity.ID, r Range) ([]FlowPeer, error)

	// Kube returns what a Kubernetes subject did, or all that was done to a
	// cluster or to a pod, by hour.
	Kube(ctx context.Context, id entity.ID, r Range) ([]Kube, error)

	// Findings returns finding versions by Updated. A version that was
	// committed more than once, the same in all fields, comes once. Times come
	// back in whole milliseconds.
	Findings(ctx context.Context, q FindingQuery) ([]FindingVersion, error)

	// Coverage returns the calendar, by hour.
	Coverage(ctx context.Context, r Range) ([]Coverage, error)

	// Digests returns the digests that reach into [from, to), by account,
	// Region, trail and time. One that was committed more than once comes once.
	Digests(ctx context.Context, from, to time.Time) ([]Digest, error)

	// FlowRecords returns flow records by Start, interface, addresses and
	// ports, at most q.Limit of them. Key does not come back.
	FlowRecords(ctx context.Context, q FlowQuery) ([]FlowRecord, error)

	// Events returns raw events by time and event id, at most q.Limit of
	// them. Times come back in whole milliseconds; Key does not come back.
	Events(ctx context.Context, q EventQuery) ([]Event, error)

	// Imported returns for each month that there is data of when something was
	// stored into it last: the latest At of the ledger's parts whose Volumes
	// stored something on its days. It is zero where no part tells.
	Imported(ctx context.Context) (map[Month]time.Time, error)

	// Compact does one step of what makes the graph smaller and its queries
	// faster where many small batches were committed, and reports whether it
	// did something, so that another call may do more. It is called like
	// Commit: by the graph's writer.
	//
	//   - A step MUST be bounded: about 2 s of work and 64 MB, however large
	//     the graph is.
	//   - Answers MUST be the same before, during and after it, but for
	//     Segments and Bytes of Status, also of queries that run meanwhile.
	//   - A step that is interrupted MUST lose nothing, and leave nothing once
	//     the store is opened anew.
	//   - Without Commits between them, calls MUST come to report false.
	Compact(ctx context.Context) (more bool, err error)

	// Drop removes the data of the given months: their rollup rows, finding
	// versions, events and flow records with their duplicate keys, and the
	// digests that end in them. The ledger stays, with its volumes. Months
	// without data are no error.
	Drop(ctx context.Context, months []Month) error

	// Close ends running queries and closes the store; its Engine opens it
	// anew when asked. Further calls return ErrClosed, further Closes nil.
	Close() error
}

// ErrCollision is returned by Commit when two different keys have one id.
var ErrCollision = errors.New("entity id collision")

// ErrTime is returned by Commit for a day that no store holds.
var ErrTime = errors.New("time outside the years 1 to 9999")

// Batch is what one Commit writes. Rows of one key may appear once only.
type Batch struct {
	ID       string // unique, at most 64 characters of [a-z0-9-]
	Events   []Event
	Entities []Entity // those that may be new to the graph
	Hours    []EntityHour
	Values   []Value
	Activity []Activity
	Signins  []Signin
	Links    []Link
	RuleHits []RuleHit
	Ledger   []ObjectPart

	FlowRecords []FlowRecord
	Flows       []Flow
	FlowPeers   []FlowPeer
	Kube        []Kube
	Findings    []FindingVersion
	Coverage    []Coverage
	Digests     []Digest

	// Complete, unless nil, fills in what is missing besides ID, Events and
	// FlowRecords: to fold these into rollups takes a while, in which the store
	// can write them. Whoever looks at the rest calls Fill before.
	Complete func()
}

// Fill has a batch completed, once.
func (b *Batch) Fill() {
	if complete := b.Complete; complete != nil {
		b.Complete = nil
		complete()
	}
}

// Key identifies an event for the search for duplicates.
type Key struct {
	Time    time.Time
	EventID string
	Account entity.ID
	Hash    uint64 // Hasher.Sum of EventID and Account
	Print   uint32 // see Event
}

// Verdict is Known's answer for one event.
type Verdict uint8

// The verdicts.
const (
	New       Verdict = iota
	Duplicate         // committed before with the same content
	Conflict          // committed before under the same id with other content
)

// DefaultEvents is the number of events that a query without a limit returns.
const DefaultEvents = 1000

// EventQuery selects raw events. Zero values select everything.
type EventQuery struct {
	From, To  time.Time // half-open
	EventIDs  []string  // any of these
	Principal entity.ID
	Address   entity.ID
	API       entity.ID
	AccessKey entity.ID
	Session   entity.ID
	Conflicts bool // only records that contradict an earlier copy of the same event
	Limit     int  // 0 means DefaultEvents
	NoRaw     bool // leave out the raw records, the largest part of an event
}

// Status is the extent of a graph.
type Status struct {
	First, Last time.Time // hours of the earliest and the latest event or flow record; zero when there is none
	Events      int64     // in segments, conflicts included
	FlowRecords int64     // in segments
	Entities    int64
	Segments    int64
	Bytes       int64 // stored, as far as the engine knows
	Objects     int64
	Totals      Totals
	Reasons     map[string]int64 // rejections and conflicts over all objects
}
