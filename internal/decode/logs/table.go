package logs

import (
	"bytes"
	"errors"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/csv"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// tableReader reads the rows of tables that hold records of any kind: those
// of CloudTrail's members, those of a flow log's columns, and those that
// CloudWatch Logs exports, whose column @message has the record as logged.
type tableReader struct {
	only decode.Kind
	json *jsonReader // reads what rows are made to
	rows *csv.Decoder

	flow     *vpcflow.Format // of a table of flow records
	messages bool            // it is a table of messages
	line     []byte
}

// init makes the zero tableReader ready.
func (t *tableReader) init(o Options, json *jsonReader) {
	t.only, t.json = o.Kind, json
}

// wants reports whether records of the kind are asked for.
func (t *tableReader) wants(k decode.Kind) bool { return t.only == decode.KindAuto || t.only == k }

// isHeader reports whether line is the header of a table that is read here.
func (t *tableReader) isHeader(line []byte) bool {
	return bytes.ContainsAny(line, ",;\t") && csv.IsHeader(line, t.shape) || // one column alone is rarely a table
		t.wants(decode.KindCloudTrail) && csv.IsHeader(line, csv.CloudTrail())
}

// shape is the csv.Shape of all these tables.
func (t *tableReader) shape(columns []string) (csv.Row, bool) {
	t.flow, t.messages = nil, false
	if row, ok := csv.CloudTrail()(columns); ok && t.wants(decode.KindCloudTrail) {
		return row, true
	}
	if f, ok := vpcflow.TableFormat(columns); ok && t.wants(decode.KindVPCFlow) {
		t.flow = f
		return func(cells []string) ([]byte, error) {
			t.line = vpcflow.AppendCells(t.line[:0], cells[:len(columns)])
			return t.line, nil
		}, true
	}
	at := slices.Index(columns, "@message")
	if at < 0 {
		return nil, false
	}
	t.messages = true
	return func(cells []string) ([]byte, error) {
		t.line = append(t.line[:0], bytes.TrimSpace([]byte(cells[at]))...)
		if len(t.line) == 0 {
			return nil, errors.New("no message")
		}
		return t.line, nil
	}, true
}

// open begins to read the table whose header comes next.
func (t *tableReader) open(src *peeker, max int) {
	if t.rows == nil {
		t.rows = csv.NewDecoder(src, csv.Options{MaxRow: max, Shape: t.shape})
		return
	}
	t.rows.Reset(src)
}

// next reads the next record. A row may be an envelope of several.
func (t *tableReader) next(rec *Record, c Context) error {
	for {
		done, err := t.json.fromInside(rec)
		if !done {
			var row []byte
			if row, err = t.rows.Next(); err != nil {
				return err
			}
			done, err = t.record(row, rec, c)
		}
		if done {
			rec.Derived = rec.Derived || !t.messages
			return err
		}
	}
}

// record reads what a row became. It reports false for an envelope.
func (t *tableReader) record(row []byte, rec *Record, c Context) (bool, error) {
	switch {
	case t.flow != nil:
		rec.Kind, rec.Derived, rec.Context, rec.Raw = decode.KindVPCFlow, false, c, row
		return true, t.json.flow.Line(row, t.flow, &rec.Flow)
	case t.messages:
		return t.json.payload(payload{data: row, context: c}, rec)
	}
	return t.json.inside(row, payload{context: c}, rec)
}
