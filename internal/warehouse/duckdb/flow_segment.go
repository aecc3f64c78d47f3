package duckdb

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// flowRow is a flow record as a segment holds it: seen from its interface,
// whose own address is near. Source and destination in their place would have
// each address in two dictionaries, and the ports of request and answer in
// different columns.
//
// Measured with 50,000 records of 200 interfaces, of 110 bytes of text each
// (19.6 gzipped) and, with 14 more columns, of 243 (32.5): bytes and µs of CPU
// a record, without the sorting, which takes 0.1.
//
//	as here                                           8.0  0.43   17.1  0.76
//	far in a dictionary                               8.5  0.48   17.6  0.84
//	numbers in BYTE_STREAM_SPLIT                      9.0  0.36   18.4  0.69
//	rest in a dictionary                              8.0  0.45   19.5  1.02
//	rest in DELTA_LENGTH_BYTE_ARRAY                   8.0  0.43   17.5  0.78
//	source and destination, numbers plain            11.9  0.39   23.5  0.99
//	source and destination, DELTA_BINARY_PACKED      13.5  0.21   22.9  0.55
//	source and destination, all in dictionaries      14.0  0.46   22.0  0.69
//	sorted by interface, direction, far, start        8.6  0.45   16.5  0.76
//	sorted by interface and start                     9.4  0.37   19.5  0.71
//
// So what repeats itself exactly and nearby is left to zstd. 200,000 records
// in one segment take 7.7 and 15.4 bytes.
type flowRow struct {
	Start     int64  `parquet:"start"`    // Unix seconds
	Duration  int64  `parquet:"duration"` // End less Start, seconds
	Outbound  bool   `parquet:"outbound"` // near is the source
	Version   uint32 `parquet:"version,dict"`
	Account   uint64 `parquet:"account,dict"`
	Interface uint64 `parquet:"interface,dict"`
	Near      uint64 `parquet:"near,dict"`
	Far       uint64 `parquet:"far"`
	NearPort  int32  `parquet:"near_port"`
	FarPort   int32  `parquet:"far_port"`
	Protocol  int32  `parquet:"protocol,dict"`
	Packets   uint64 `parquet:"packets"`
	Bytes     uint64 `parquet:"bytes"`
	Action    uint32 `parquet:"action,dict"`
	Status    uint32 `parquet:"status,dict"`
	Format    string `parquet:"format,dict"`
	Rest      string `parquet:"rest"`
	Raw       []byte `parquet:"raw"`
}

// flowDay returns the day that a record lies in.
func flowDay(r *warehouse.FlowRecord) warehouse.Day { return warehouse.DayOf(time.Unix(r.Start, 0)) }

// sameDay reports whether a record lies in a day. It is flowDay without a
// division.
func sameDay(r *warehouse.FlowRecord, d warehouse.Day) bool {
	start := int64(d) * 86400
	return r.Start >= start && r.Start < start+86400
}

// flowWriter writes one segment of flow records after the other. Its buffers
// are some megabytes, which are costly to make anew.
type flowWriter struct {
	parquet    *parquet.GenericWriter[flowRow]
	rows       []flowRow
	places     []flowPlace
	ids        map[entity.ID]int32 // of interfaces, to their number
	interfaces []interfaceRecords  // by number
	numbers    []int32             // of the interface of each record
	touched    int64               // nothing that means something, see touch
}

// maxPlaces bounds the buffer that a writer keeps after a batch of unusual
// size: 6 MB.
const maxPlaces = 1 << 18

func newFlowWriter() *flowWriter {
	return &flowWriter{
		rows: make([]flowRow, 0, rowsAtOnce),
		ids:  map[entity.ID]int32{},
		parquet: parquet.NewGenericWriter[flowRow](io.Discard,
			parquet.Compression(segmentCodec),
			parquet.PageBufferSize(pageBytes),
			parquet.MaxRowsPerRowGroup(rowGroupRows),
			parquet.DataPageStatistics(false),
			parquet.CreatedBy("gumshoe", "1", ""),
		),
	}
}

// write writes the records of one day.
func (w *flowWriter) write(f io.Writer, records []*warehouse.FlowRecord) error {
	w.arrange(records)
	w.parquet.Reset(f)
	defer w.parquet.Reset(io.Discard) // or it would keep f
	var format, cleanFormat string
	for part := range slices.Chunk(w.places, rowsAtOnce) {
		w.rows = w.rows[:0]
		w.touched += touch(records, part)
		for _, p := range part {
			r := records[p.record]
			if r.Format != format {
				format, cleanFormat = r.Format, utf8(r.Format)
			}
			row := flowRow{
				Start: r.Start, Duration: r.End - r.Start, Outbound: p.outbound, Version: uint32(r.Version),
				Account: uint64(r.Account), Interface: uint64(r.Interface),
				Near: uint64(r.Dst), Far: uint64(r.Src), NearPort: r.DstPort, FarPort: r.SrcPort,
				Protocol: int32(r.Protocol), Packets: r.Packets, Bytes: r.Bytes,
				Action: uint32(r.Action), Status: uint32(r.Status), Format: cleanFormat, Rest: utf8(r.Rest), Raw: []byte(r.Raw),
			}
			if p.outbound {
				row.Near, row.Far, row.NearPort, row.FarPort = row.Far, row.Near, row.FarPort, row.NearPort
			}
			w.rows = append(w.rows, row)
		}
		if _, err := w.parquet.Write(w.rows); err != nil {
			return err
		}
	}
	clear(w.rows[:cap(w.rows)]) // their strings are others'
	if cap(w.places) > maxPlaces {
		w.places, w.ids, w.interfaces, w.numbers = nil, map[entity.ID]int32{}, nil, nil
	}
	return w.parquet.Close()
}

// touch reads something of each record that is written next, which come from
// all over the memory. The processor waits for several of them at a time here,
// which it cannot while it makes a row of each.
func touch(records []*warehouse.FlowRecord, places []flowPlace) (sum int64) {
	for _, p := range places {
		r := records[p.record]
		sum += r.Start + int64(r.DstPort) + int64(r.Bytes) + int64(len(r.Raw))
	}
	return sum
}

// flowPlace is where a record goes among those of its interface: by far
// address, near port, start and far port, so that what compresses lies side by
// side. Parts of these do for that: comparing them whole took four times as
// long.
type flowPlace struct {
	far      entity.ID
	port     uint64 // 16 bits of the near port, 32 of the start, 16 of the far port
	record   int32
	outbound bool
}

func (p flowPlace) compare(q flowPlace) int {
	switch {
	case p.far < q.far:
		return -1
	case p.far > q.far:
		return 1
	case p.port < q.port:
		return -1
	case p.port > q.port:
		return 1
	}
	return cmp.Compare(p.record, q.record)
}

// interfaceRecords is what arrange knows of the records of an interface.
type interfaceRecords struct {
	id   entity.ID
	own  ownAddress
	n    int32
	next int32 // place of the next one
}

// arrange fills w.places: the records of one interface after those of the
// other.
func (w *flowWriter) arrange(records []*warehouse.FlowRecord) {
	w.group(records)
	byID := make([]*interfaceRecords, len(w.interfaces))
	for i := range w.interfaces {
		byID[i] = &w.interfaces[i]
	}
	slices.SortFunc(byID, func(a, b *interfaceRecords) int { return cmp.Compare(a.id, b.id) })
	total := int32(0)
	for _, x := range byID {
		x.next = total
		total += x.n
	}
	w.places = slices.Grow(w.places[:0], len(records))[:len(records)]
	for i, r := range records {
		x := &w.interfaces[w.numbers[i]]
		// An interface may have more addresses than one: then any order of the
		// two does, as long as it is the same in both directions.
		p := flowPlace{record: int32(i), outbound: r.Src == x.own.a || r.Dst != x.own.a && r.Src < r.Dst}
		far, nearPort, farPort := r.Src, r.DstPort, r.SrcPort
		if p.outbound {
			far, nearPort, farPort = r.Dst, r.SrcPort, r.DstPort
		}
		p.far = far
		p.port = uint64(uint16(nearPort))<<48 | uint64(uint32(r.Start))<<16 | uint64(uint16(farPort))
		w.places[x.next] = p
		x.next++
	}
	for _, x := range byID {
		slices.SortFunc(w.places[x.next-x.n:x.next], flowPlace.compare)
	}
}

// group numbers the interfaces and finds the address of each.
func (w *flowWriter) group(records []*warehouse.FlowRecord) {
	clear(w.ids)
	w.interfaces, w.numbers = w.interfaces[:0], w.numbers[:0]
	for _, r := range records {
		n, ok := w.ids[r.Interface]
		if !ok {
			n = int32(len(w.interfaces))
			w.ids[r.Interface] = n
			w.interfaces = append(w.interfaces, interfaceRecords{id: r.Interface, own: ownAddress{r.Src, r.Dst}})
		}
		x := &w.interfaces[n]
		x.own.see(r.Src, r.Dst)
		x.n++
		w.numbers = append(w.numbers, n)
	}
}

// ownAddress finds the address of an interface: the one that all its records
// have, as far as there is one. Until that is clear a and b differ.
type ownAddress struct{ a, b entity.ID }

func (o *ownAddress) see(src, dst entity.ID) {
	if o.a == o.b {
		return
	}
	hasA, hasB := o.a == src || o.a == dst, o.b == src || o.b == dst
	switch {
	case hasA && !hasB:
		o.b = o.a
	case hasB && !hasA:
		o.a = o.b
	}
}
