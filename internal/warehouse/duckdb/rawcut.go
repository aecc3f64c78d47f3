package duckdb

import (
	"bytes"
	"slices"
)

// A CloudTrail record holds its event id, 36 bytes that do not compress and
// that the segment has in a column already. So records are stored without
// it: with nothing between the quotes. Which of cutMarks the id was cut from
// is a column of its own; 0 says that nothing was.
var cutMarks = [...][]byte{1: []byte(`"eventID":""`), 2: []byte(`"eventID": ""`)}

// cutRaw appends raw without the id to dst and returns how it was cut. It
// cuts only what restoreRaw puts back exactly.
func cutRaw(dst, raw []byte, id string) ([]byte, uint32) {
	for how := 1; how < len(cutMarks); how++ {
		mark := cutMarks[how]
		open := mark[:len(mark)-1] // up to the first quote
		at := lastMark(raw, open)
		if at < 0 {
			continue
		}
		at += len(open)
		if len(raw) <= at+len(id) || string(raw[at:at+len(id)]) != id || raw[at+len(id)] != '"' {
			continue // it stands elsewhere, or in other letters
		}
		dst = append(append(dst, raw[:at]...), raw[at+len(id):]...)
		return dst, uint32(how)
	}
	return append(dst, raw...), 0
}

// lastMark returns the index of the last mark in raw, or -1. The id is among a
// record's last members, so it looks at the end first. It looks for the D,
// which is rare in JSON: for a quote and small letters, bytes.Index stops at
// every member and is five times slower.
func lastMark(raw, mark []byte) int {
	const d = len(`"eventI`)
	for from, end := len(raw), len(raw); from > 0; end = from {
		from = max(0, from-markBlock)
		last := -1
		for at := from; ; at++ {
			i := bytes.IndexByte(raw[at:end], 'D')
			if i < 0 {
				break
			}
			if at += i; at >= d && raw[at-1] == mark[d-1] && bytes.HasPrefix(raw[at-d:], mark) {
				last = at - d
			}
		}
		if last >= 0 {
			return last
		}
	}
	return -1
}

// markBlock is how much of a record lastMark looks through at a time, in bytes.
const markBlock = 512

// restoreRaw puts the id back.
func restoreRaw(raw []byte, id string, how uint32) []byte {
	if how == 0 || how >= uint32(len(cutMarks)) {
		return raw
	}
	mark := cutMarks[how]
	at := lastMark(raw, mark[:len(mark)-1])
	if at < 0 {
		return raw
	}
	return slices.Insert(raw, at+len(mark)-1, []byte(id)...)
}
