package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// synthetic is a made-up stream of events, of which any can be made at any
// time: event n is always the same. They have ids, times and dictionary values
// and no raw records.
type synthetic struct {
	total  int64 // events in the stream; those behind it are new
	days   int64
	hasher entity.Hasher
}

// The graph that the events go into.
const syntheticGraph = "00000000000000000000000000000001"

var (
	syntheticSecret = entity.Secret{1, 2, 3}
	syntheticStart  = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
)

const syntheticDays = 30

func newSynthetic(total int64) synthetic {
	return synthetic{total: total, days: syntheticDays, hasher: entity.NewHasher(syntheticSecret)}
}

// day returns the first event of a day, from 0, and that of the next one.
func (s synthetic) day(d int64) (first, end int64) {
	return d * s.total / s.days, (d + 1) * s.total / s.days
}

// time places event n of the stream: evenly over the days.
func (s synthetic) time(n int64) time.Time {
	const dayMS = 24 * 60 * 60 * 1000
	d := min(n*s.days/s.total, s.days-1)
	for first, end := s.day(d); ; first, end = s.day(d) {
		switch {
		case n < first:
			d--
		case n >= end:
			d++
		default:
			return syntheticStart.AddDate(0, 0, int(d)).Add(time.Duration((n-first)*dayMS/(end-first)) * time.Millisecond)
		}
	}
}

// mix is SplitMix64: numbers without a pattern, one for each n.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// eventID is a GUID.
func eventIDOf(n int64) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], mix(uint64(n)))
	binary.BigEndian.PutUint64(raw[8:], mix(bits.Reverse64(uint64(n))))
	var id [36]byte
	hex.Encode(id[:], raw[:4])
	hex.Encode(id[9:], raw[4:6])
	hex.Encode(id[14:], raw[6:8])
	hex.Encode(id[19:], raw[8:10])
	hex.Encode(id[24:], raw[10:])
	id[8], id[13], id[18], id[23] = '-', '-', '-', '-'
	return string(id[:])
}

// key is what Known is asked of event n, at a time.
func (s synthetic) key(n int64, at time.Time) warehouse.Key {
	account := accountOf(n)
	id := eventIDOf(n)
	var text [64]byte
	return warehouse.Key{Time: at, EventID: id, Account: s.hasher.ID(entity.AwsAccount, account),
		Hash:  s.hasher.Sum(1<<8, append(append(append(text[:0], id...), 0), account...)),
		Print: uint32(mix(^uint64(n)))}
}

// accountOf is the account of event n.
func accountOf(n int64) string { return fmt.Sprintf("11112222%04d", n%10) }

// event is event n as ingest would store it.
func (s synthetic) event(n int64) warehouse.Event {
	at := s.time(n)
	k := s.key(n, at)
	r := mix(uint64(n) ^ 0x55)
	// A few frequent values and many rare ones, as in logs.
	some := func(shift, of uint64) entity.ID {
		x := r >> shift & 0xff
		return entity.ID(mix(shift<<32 | x*x*of>>16 + 1))
	}
	return warehouse.Event{Origin: warehouse.FromCloudTrail, Time: at, EventID: k.EventID, Key: k.Hash, Print: k.Print, Account: k.Account,
		Principal: some(0, 2000), Session: some(0, 4000), AccessKey: some(0, 4000), Address: some(8, 3000), Agent: some(16, 200),
		API: some(24, 300), Region: some(32, 8), Target: some(40, 500)}
}
