package csv

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// maxResources is how many resources the console's list may name.
const maxResources = 256

var errNoObject = errors.New(wholeRecord + " is no JSON object")

// object is a JSON object that is being put together: of objects, lists,
// texts, booleans and json.RawMessage.
type object map[string]any

// record makes records of rows.
type record struct {
	scan jsonscan.Scanner
	buf  bytes.Buffer
}

// table says what the columns of a table of CloudTrail records are.
type table struct {
	columns []column
	source  bool // there is a column with the event's source
}

// CloudTrail returns the Shape of tables of CloudTrail records, whose rows
// become records in JSON. Among the columns are the event's name, its time,
// and one more that only such records have; or the one with the whole record,
// eventJson.
func CloudTrail() Shape {
	r := &record{}
	return func(names []string) (Row, bool) {
		t := &table{}
		has := map[string]bool{}
		for _, name := range names {
			c := columnNamed(name)
			has[strings.Join(c.path, ".")] = true
			t.columns = append(t.columns, c)
		}
		t.source = has["eventSource"]
		ours := has["eventSource"] || has["eventID"] || has["sourceIPAddress"] || has["userAgent"] || has["userIdentity"] || has["userIdentity.arn"]
		ok := has[wholeRecord] || has["eventName"] && has["eventTime"] && ours
		return func(cells []string) ([]byte, error) { return r.encode(t, cells) }, ok
	}
}

// encode returns a row as a record in JSON, valid until the next call.
func (r *record) encode(t *table, cells []string) ([]byte, error) {
	o := object{}
	for i, c := range t.columns {
		cell := cells[i]
		if empty(cell) {
			continue
		}
		if c.path[0] == wholeRecord {
			if raw, ok := r.value(strings.TrimSpace(cell)); ok && raw[0] == '{' {
				return raw, nil
			}
			return nil, errNoObject
		}
		switch c.form {
		case typeOf, nameOf:
			resources(o, c.form, cell)
		default:
			o.add(c.path, r.cell(c, cell))
		}
	}
	if !t.source && bucketNamed(o) {
		o.add([]string{"eventSource"}, "s3.amazonaws.com")
	}
	r.buf.Reset()
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any(o)); err != nil {
		return nil, err
	}
	b := r.buf.Bytes()
	return b[:len(b)-1], nil // without its line break
}

// empty reports whether a cell stands for no value.
func empty(cell string) bool {
	switch strings.TrimSpace(cell) {
	case "", "-", "null", "NULL", "None", "\\N":
		return true
	}
	return false
}

// add stores a value at a path that has none yet.
func (o object) add(path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := o[name].(object)
		if !ok {
			if o[name] != nil {
				return // the element was given as a whole
			}
			inner = object{}
			o[name] = inner
		}
		o = inner
	}
	if last := path[len(path)-1]; o[last] == nil {
		o[last] = value
	}
}

// cell is the value of a cell.
func (r *record) cell(c column, cell string) any {
	switch c.form {
	case boolean:
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "true":
			return true
		case "false":
			return false
		}
	case nested:
		if v, ok := r.nested(strings.TrimSpace(cell)); ok {
			return canonical(v, squash(strings.Join(c.path, "")))
		}
	}
	if c.path[0] == "eventTime" || len(c.path) == 1 && known[squash(c.path[0])].path != nil {
		return strings.TrimSpace(cell)
	}
	return cell
}

// nested reads an object or a list: in JSON, as Python writes it, or as
// Athena does.
func (r *record) nested(cell string) (any, bool) {
	if cell == "" || cell[0] != '{' && cell[0] != '[' {
		return nil, false
	}
	raw, ok := r.value(cell)
	if !ok {
		raw, ok = pythonJSON(cell)
	}
	if ok {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) == nil {
			return v, true
		}
	}
	return structText(cell)
}

// value returns text as JSON, if it is one value that can be read where it
// lies within a record.
func (r *record) value(text string) ([]byte, bool) {
	const deeper = 8
	b := []byte(strings.Repeat("[", deeper) + text + strings.Repeat("]", deeper))
	r.scan.Reset(b, 0)
	if _, ok := r.scan.Skip(); !ok || r.scan.Pos() != len(b) {
		return nil, false
	}
	r.scan.Reset(b, deeper)
	raw, ok := r.scan.Skip()
	return raw, ok && deeper+len(raw) == len(b)-deeper
}

// canonical gives the members of CloudTrail's own elements the names that
// CloudTrail gives them: Athena has them in lower case.
func canonical(v any, path string) any {
	switch v := v.(type) {
	case map[string]any:
		o := object{}
		for name, inner := range v {
			full := path + squash(name)
			if c, ok := known[full]; ok && utf8.ValidString(name) {
				name = c.path[len(c.path)-1]
			}
			if inner != nil {
				o[name] = canonical(inner, full)
			}
		}
		return o
	case []any:
		for i := range v {
			v[i] = canonical(v[i], path)
		}
		return v
	}
	return v
}

// resources adds what the console's list has of the resources: types, or names
// in the same order.
func resources(o object, f form, cell string) {
	list, _ := o["resources"].([]any)
	for i, text := range strings.SplitN(cell, ",", maxResources) {
		if i == len(list) {
			list = append(list, object{})
		}
		r, ok := list[i].(object)
		if text = strings.TrimSpace(text); text == "" || !ok {
			continue
		}
		switch {
		case f == typeOf:
			r["type"] = text
		case strings.HasPrefix(text, "arn:"):
			r["ARN"] = text
		default:
			r["resourceName"] = text
		}
	}
	o["resources"] = list
}

// bucketNamed reports whether the call was about a bucket.
func bucketNamed(o object) bool {
	parameters, ok := o["requestParameters"].(object)
	name, _ := parameters["bucketName"].(string)
	return ok && name != ""
}
