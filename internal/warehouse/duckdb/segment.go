package duckdb

import (
	"cmp"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// eventRow is a raw event as a segment holds it. Ids are the graph's entity
// ids; dictionaries make them small, for a segment has few. The time is UTC
// without saying so in the file: the SQL engine would convert it to a time
// zone of its own otherwise.
type eventRow struct {
	Time      int64    `parquet:"time,timestamp(millisecond:local),delta"`
	EventID   [16]byte `parquet:"event_id,uuid"`
	Origin    uint32   `parquet:"origin,dict"`
	Rest      string   `parquet:"event_id_rest,dict"` // see storedID
	Print     uint32   `parquet:"print"`
	Account   uint64   `parquet:"account,dict"`
	Principal uint64   `parquet:"principal,dict"`
	Session   uint64   `parquet:"session,dict"`
	AccessKey uint64   `parquet:"access_key,dict"`
	Address   uint64   `parquet:"address,dict"`
	Agent     uint64   `parquet:"agent,dict"`
	API       uint64   `parquet:"api,dict"`
	Region    uint64   `parquet:"region,dict"`
	Error     uint64   `parquet:"error,dict"`
	Target    uint64   `parquet:"target,dict"`
	Outcome   uint32   `parquet:"outcome,dict"`
	Conflict  bool     `parquet:"conflict"`
	Cut       uint32   `parquet:"raw_cut,dict"` // see cutRaw
	Raw       []byte   `parquet:"raw,delta"`
}

// Raw records make up most of a segment. Level 1 ("fastest") gave 23.3 MB
// where levels 3, 6 and 9 gave 24.7, 23.2 and 22.8 MB at up to four times
// the CPU; pages of 1 MiB save 4 % over 256 KiB (spec of the write path).
var segmentCodec = &zstd.Codec{Level: zstd.SpeedFastest}

const (
	pageBytes    = 2 << 20
	rowGroupRows = 50_000
)

// place is where an event comes in a segment: like records lie side by side,
// which is what compresses them, and a principal's events together. It saves
// the comparisons from fetching the events themselves.
type place struct {
	principal, api entity.ID
	milli          int64 // Unix milliseconds
	event          *warehouse.Event
}

func placeOf(e *warehouse.Event) place {
	return place{e.Principal, e.API, e.Time.UnixMilli(), e}
}

func (a place) compare(b place) int {
	switch {
	case a.principal != b.principal:
		return cmp.Compare(a.principal, b.principal)
	case a.api != b.api:
		return cmp.Compare(a.api, b.api)
	case a.milli != b.milli:
		return cmp.Compare(a.milli, b.milli)
	default:
		return cmp.Compare(a.event.EventID, b.event.EventID)
	}
}

// hash is what compare looks at first.
func (a place) hash() uint64 { return uint64(a.principal) }

// segmentWriter writes one segment after the other. Its buffers are some
// 10 MB, which are costly to make anew.
type segmentWriter struct {
	parquet *parquet.GenericWriter[eventRow]
	places  []place
	room    []place // to sort them
	rows    []eventRow
	raw     []byte // of rows
}

// rowsAtOnce is how many rows are handed to the Parquet writer at a time.
const rowsAtOnce = 64

func newSegmentWriter() *segmentWriter {
	return &segmentWriter{
		rows: make([]eventRow, 0, rowsAtOnce),
		raw:  make([]byte, 0, rowsAtOnce*2048),
		parquet: parquet.NewGenericWriter[eventRow](io.Discard,
			parquet.Compression(segmentCodec),
			parquet.PageBufferSize(pageBytes),
			parquet.MaxRowsPerRowGroup(rowGroupRows),
			parquet.DataPageStatistics(false),
			parquet.CreatedBy("gumshoe", "1", ""),
		),
	}
}

// write writes the events of one day, in their order in a segment.
func (w *segmentWriter) write(f io.Writer, events []*warehouse.Event) error {
	w.places = w.places[:0]
	for _, e := range events {
		w.places = append(w.places, placeOf(e))
	}
	w.room = slices.Grow(w.room[:0], len(events))
	places := sortByHash(w.places, w.room, place.hash, place.compare)
	defer func() { // or they would keep the events
		clear(w.places)
		clear(places)
	}()
	w.parquet.Reset(f)
	defer w.parquet.Reset(io.Discard) // or it would keep f
	for part := range slices.Chunk(places, rowsAtOnce) {
		w.rows, w.raw = w.rows[:0], w.raw[:0]
		for _, p := range part {
			w.add(p.event)
		}
		if _, err := w.parquet.Write(w.rows); err != nil {
			return err
		}
	}
	clear(w.rows[:cap(w.rows)]) // their strings are others'
	if cap(w.raw) > maxRawKept {
		w.raw = nil
	}
	return w.parquet.Close()
}

// maxRawKept bounds the buffer that a writer keeps after records of unusual
// size, in bytes.
const maxRawKept = 8 << 20

// add adds the row of an event.
func (w *segmentWriter) add(e *warehouse.Event) {
	id := utf8(e.EventID)
	stored := newStoredID(id)
	start := len(w.raw)
	var cut uint32
	w.raw, cut = cutRaw(w.raw, e.Raw, id)
	w.rows = append(w.rows, eventRow{
		Time: e.Time.UnixMilli(), Origin: uint32(e.Origin), EventID: stored.guid, Rest: stored.rest, Print: e.Print,
		Account: uint64(e.Account), Principal: uint64(e.Principal), Session: uint64(e.Session),
		AccessKey: uint64(e.AccessKey), Address: uint64(e.Address), Agent: uint64(e.Agent),
		API: uint64(e.API), Region: uint64(e.Region), Error: uint64(e.Error), Target: uint64(e.Target),
		Outcome: uint32(e.Outcome), Conflict: e.Conflict, Cut: cut, Raw: w.raw[start:],
	})
}
