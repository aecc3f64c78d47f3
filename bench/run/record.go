package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/klauspost/compress/gzip"
)

// logRecord is a CloudTrail record as logged, with the places in it that are
// its own: where its id and the day of its time begin.
type logRecord struct {
	raw     []byte
	id, day int
}

const (
	idLength  = len("00000000-0000-0000-0000-000000000000")
	dayLength = len(time.DateOnly)
)

// readRecords reads a gzipped file of CloudTrail records.
func readRecords(path string) (records []logRecord, unpacked int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", path, err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(z); err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", path, err)
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text.Bytes(), &file); err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	for i, raw := range file.Records {
		r, err := newLogRecord(raw)
		if err != nil {
			return nil, 0, fmt.Errorf("read %s, record %d: %w", path, i, err)
		}
		records = append(records, r)
	}
	return records, int64(text.Len()), nil
}

// newLogRecord finds the places. Parameters and answers, which may have
// members of the same names, stand between the time and the id.
func newLogRecord(raw []byte) (logRecord, error) {
	const id, day = `"eventID":"`, `"eventTime":"`
	r := logRecord{raw: raw, id: bytes.LastIndex(raw, []byte(id)), day: bytes.Index(raw, []byte(day))}
	if r.id < 0 || r.day < 0 {
		return r, fmt.Errorf("no id or no time in %.200s", raw)
	}
	r.id += len(id)
	r.day += len(day)
	if r.day > r.id || r.id+idLength > len(raw) || r.day+dayLength > len(raw) {
		return r, fmt.Errorf("id or time out of their places in %.200s", raw)
	}
	return r, nil
}

// eventID is the record's id.
func (r logRecord) eventID() string { return string(r.raw[r.id : r.id+idLength]) }

// appendCopy appends the record with another id, the same for all records of
// one id and copy, and so many days earlier.
func (r logRecord) appendCopy(dst []byte, copied, days int) ([]byte, error) {
	day, err := earlier(string(r.raw[r.day:r.day+dayLength]), time.DateOnly, days)
	if err != nil {
		return dst, err
	}
	id := uuid.NewSHA1(uuid.UUID{byte(copied), byte(copied >> 8)}, r.raw[r.id:r.id+idLength])
	dst = append(append(dst, r.raw[:r.day]...), day...)
	dst = append(append(dst, r.raw[r.day+dayLength:r.id]...), id.String()...)
	return append(dst, r.raw[r.id+idLength:]...), nil
}

// earlier moves a day, written in a layout, back.
func earlier(day, layout string, days int) (string, error) {
	t, err := time.Parse(layout, day)
	if err != nil {
		return "", err
	}
	return t.AddDate(0, 0, -days).Format(layout), nil
}
