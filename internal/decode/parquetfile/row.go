package parquetfile

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// MaxRow is the largest row that RowJSON gives, in bytes of JSON.
const MaxRow = 16 << 20

// rowJSON is the text of a row while it is put together. Nested columns have
// their values in as many places as leaves; how they belong together is in
// their levels (Dremel, section 4).
type rowJSON struct {
	buf   []byte
	large bool // more than MaxRow: the rest is read, but not kept
}

// RowJSON returns the current row as a JSON object, valid until the next call.
// Members that are null are left out. Lists are arrays, maps with texts as
// keys are objects, timestamps are texts in RFC 3339, texts are made valid
// UTF-8, and numbers that JSON has no way to write are null.
//
// It is called once a row, in place of Value. The error is a *Rejection for a
// row above MaxRow, after which NextRow gives the next row; all others end the
// row group as those of NextRow do.
func (f *File) RowJSON() ([]byte, error) {
	r := &f.row
	r.buf, r.large = r.buf[:0], false
	err := f.together()
	if err == nil {
		err = f.object(f.schema.root)
	}
	if err != nil {
		f.rows++ // this one is not read either
		return nil, f.broken(err)
	}
	if r.large {
		return nil, f.opts.named(tooLarge("a row of more than %d bytes", MaxRow))
	}
	return r.buf, nil
}

// together makes sure that all columns are at the beginning of a row: where
// their levels do not agree, rows would mix.
func (f *File) together() error {
	for i := range f.columns {
		if _, rep, err := f.peek(i); err != nil || rep != 0 {
			if err == nil {
				err = malformed("column %s: its lists do not end where others do", f.columns[i].leaf.name)
			}
			return err
		}
	}
	return nil
}

// value writes one value of n, whose levels are those of the next value of
// its first leaf. It reports whether there was one; null is not written.
func (f *File) value(n *node) (bool, error) {
	if n.repeated {
		return f.elements(n, n)
	}
	if n.optional {
		if def, _, err := f.peek(n.first); err != nil || def < n.def {
			return false, f.skip(n, err)
		}
	}
	return true, f.present(n)
}

// skip takes the null that each leaf of n has, unless there was an error.
func (f *File) skip(n *node, err error) error {
	for i := n.first; i < n.end && err == nil; i++ {
		_, err = f.take(i)
	}
	return err
}

// present writes a value that is there.
func (f *File) present(n *node) error {
	switch n.shape {
	case scalar:
		v, err := f.take(n.first)
		if err != nil {
			return err
		}
		f.row.scalar(n, v)
		return nil
	case list:
		there, err := f.elements(n.children[0], n.element())
		if err == nil && !there {
			f.row.text("[]")
		}
		return err
	case dict:
		return f.pairs(n.children[0])
	}
	return f.object(n)
}

// object writes a group.
func (f *File) object(n *node) error {
	f.row.text("{")
	first := true
	for _, child := range n.children {
		undo := len(f.row.buf)
		if !first {
			f.row.text(",")
		}
		f.row.name(child.name)
		there, err := f.value(child)
		if err != nil {
			return err
		}
		if there {
			first = false
		} else if !f.row.large {
			f.row.buf = f.row.buf[:undo]
		}
	}
	f.row.text("}")
	return nil
}

// elements writes the elements of the repeated column n, each of them a value
// of element, which is n or the column inside it. It reports whether there
// are any.
func (f *File) elements(n, element *node) (bool, error) {
	def, _, err := f.peek(n.first)
	if err != nil || def < n.def {
		return false, f.skip(n, err)
	}
	f.row.text("[")
	for first := true; ; first = false {
		if !first {
			f.row.text(",")
		}
		there := true
		if element == n {
			err = f.present(n)
		} else {
			there, err = f.value(element)
		}
		if err != nil {
			return false, err
		}
		if !there {
			f.row.text("null")
		}
		_, rep, err := f.peek(n.first)
		if err != nil {
			return false, err
		}
		if rep != n.rep {
			f.row.text("]")
			return true, nil
		}
	}
}

// pairs writes the pairs of a map, whose repeated column is n.
func (f *File) pairs(n *node) error {
	def, _, err := f.peek(n.first)
	if err != nil {
		return err
	}
	f.row.text("{")
	if def < n.def {
		err = f.skip(n, nil)
		f.row.text("}")
		return err
	}
	for first := true; ; first = false {
		if !first {
			f.row.text(",")
		}
		key, err := f.take(n.children[0].first)
		if err != nil {
			return err
		}
		f.row.key(key)
		there, err := f.value(n.children[1])
		if err != nil {
			return err
		}
		if !there {
			f.row.text("null")
		}
		_, rep, err := f.peek(n.first)
		if err != nil {
			return err
		}
		if rep != n.rep {
			f.row.text("}")
			return nil
		}
	}
}

func (r *rowJSON) text(s string) {
	if r.large {
		return
	}
	if r.buf = append(r.buf, s...); len(r.buf) > MaxRow {
		r.buf, r.large = r.buf[:0], true
	}
}

func (r *rowJSON) name(s string) {
	r.quoted([]byte(s))
	r.text(":")
}

// key writes a key of a map. A null is the key "".
func (r *rowJSON) key(v parquet.Value) {
	if v.IsNull() || v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray {
		r.quoted(v.ByteArray())
	} else {
		r.quoted([]byte(v.String()))
	}
	r.text(":")
}

// scalar writes a value of leaf n.
func (r *rowJSON) scalar(n *node, v parquet.Value) {
	if v.IsNull() {
		r.text("null")
		return
	}
	if n.unit != 0 {
		if t, ok := timeOf(n.unit, v); ok {
			r.text(`"` + t.Format(time.RFC3339Nano) + `"`)
			return
		}
	}
	switch v.Kind() {
	case parquet.Boolean:
		r.text(strconv.FormatBool(v.Boolean()))
	case parquet.Int32:
		if n.unsigned {
			r.text(strconv.FormatUint(uint64(v.Uint32()), 10))
		} else {
			r.text(strconv.FormatInt(int64(v.Int32()), 10))
		}
	case parquet.Int64:
		if n.unsigned {
			r.text(strconv.FormatUint(v.Uint64(), 10))
		} else {
			r.text(strconv.FormatInt(v.Int64(), 10))
		}
	case parquet.Float:
		r.number(float64(v.Float()), 32)
	case parquet.Double:
		r.number(v.Double(), 64)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		r.quoted(v.ByteArray())
	default:
		r.text("null")
	}
}

func (r *rowJSON) number(v float64, bits int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		r.text("null")
		return
	}
	r.text(strconv.FormatFloat(v, 'g', -1, bits))
}

// quoted writes a text.
func (r *rowJSON) quoted(s []byte) {
	if r.large {
		return
	}
	const hex = "0123456789abcdef"
	b := append(r.buf, '"')
	for i := 0; i < len(s) && len(b) <= MaxRow; {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			char, size := utf8.DecodeRune(s[i:])
			b = utf8.AppendRune(b, char)
			i += size
			continue
		}
		i++
	}
	r.buf = b
	r.text(`"`)
}

// julianEpoch is the Julian day on which Unix time begins.
const julianEpoch = 2440588

// timeOf reads a timestamp. An INT96 has the nanoseconds of the day in its
// lower eight bytes and the Julian day above them. Years without four digits
// are none.
func timeOf(unit time.Duration, v parquet.Value) (time.Time, bool) {
	var t time.Time
	switch v.Kind() {
	case parquet.Int96:
		x := v.Int96()
		nanos, day := int64(uint64(x[1])<<32|uint64(x[0])), int64(int32(x[2]))
		t = time.Unix((day-julianEpoch)*86400, nanos)
	case parquet.Int64:
		n, second := v.Int64(), int64(time.Second/unit)
		t = time.Unix(n/second, n%second*int64(unit))
	default:
		return time.Time{}, false
	}
	t = t.UTC()
	return t, t.Year() >= 0 && t.Year() <= 9999
}
