package field

import (
	"bytes"
	"iter"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Value is a JSON value. The zero Value is one that is not there; members and
// texts of it are not there either.
type Value struct {
	raw     []byte   // as written, without white space around it; nil for null
	members []member // of an indexed object
}

type member struct {
	name  []byte
	value Value
}

// Of returns the value that raw holds. raw must be valid JSON without white
// space around it, as Scanner.Skip returns it, and stay as it is while the
// Value is used.
func Of(raw []byte) Value {
	if len(raw) == 0 || raw[0] == 'n' {
		return Value{}
	}
	return Value{raw: raw}
}

// OfText returns the value that is written in text, a JSON document inside a
// string. What is none is a Value that is not there.
func OfText(text string) Value {
	var s jsonscan.Scanner
	// A scanner takes a number at the very end for one that is cut off.
	s.Reset([]byte(text+" "), 0)
	raw, ok := s.Skip()
	if !ok || len(bytes.TrimSpace([]byte(text[min(s.Pos(), len(text)):]))) > 0 {
		return Value{}
	}
	return Of(raw)
}

// Exists reports whether there is a value other than null.
func (v Value) Exists() bool { return len(v.raw) > 0 }

// IsObject reports whether v is an object.
func (v Value) IsObject() bool { return v.Exists() && v.raw[0] == '{' }

// Get returns the member of an object that a path of names leads to, ignoring
// case. Of members with the same name the last one counts.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		v = v.member(name)
	}
	return v
}

// Indexed returns v with an index of its members, which is worth it for an
// object of which several are asked for. Objects with more than a hundred
// members get none, so that it stays small.
func (v Value) Indexed() Value {
	if !v.IsObject() {
		return v
	}
	const most = 100
	var members []member
	var s jsonscan.Scanner
	s.Reset(v.raw, 0)
	for s.BeginObject(); s.NextMember(); {
		if len(members) == most {
			return v
		}
		name := bytes.Clone(s.Name()) // which may be in scratch space
		if raw, ok := s.Skip(); ok {
			members = append(members, member{name, Of(raw)})
		}
	}
	v.members = members
	return v
}

func (v Value) member(name string) Value {
	if !v.IsObject() {
		return Value{}
	}
	if v.members != nil {
		for i := len(v.members) - 1; i >= 0; i-- {
			if bytes.EqualFold(v.members[i].name, []byte(name)) {
				return v.members[i].value
			}
		}
		return Value{}
	}
	var s jsonscan.Scanner
	s.Reset(v.raw, 0)
	var found Value
	for s.BeginObject(); s.NextMember(); {
		same := bytes.EqualFold(s.Name(), []byte(name))
		raw, ok := s.Skip()
		if ok && same {
			found = Of(raw)
		}
	}
	return found
}

// Members yields the members of an object in the order they are written.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if !v.IsObject() {
			return
		}
		var s jsonscan.Scanner
		s.Reset(v.raw, 0)
		for s.BeginObject(); s.NextMember(); {
			name := string(s.Name())
			raw, ok := s.Skip()
			if !ok || !yield(name, Of(raw)) {
				return
			}
		}
	}
}

// Elements yields the elements of a list, null ones left out. Anything else
// than a list counts as one with this element.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !v.Exists() {
			return
		}
		if v.raw[0] != '[' {
			yield(v)
			return
		}
		var s jsonscan.Scanner
		s.Reset(v.raw, 0)
		for s.BeginArray(); s.NextElement(); {
			raw, ok := s.Skip()
			if !ok {
				return
			}
			if e := Of(raw); e.Exists() && !yield(e) {
				return
			}
		}
	}
}

// Names returns the names of an object's members, as written: the first
// hundred that are no longer than a hundred bytes, which is enough to know a
// kind of record by and little for a hostile one.
func (v Value) Names() map[string]bool {
	const most = 100
	names := map[string]bool{}
	for name := range v.Members() {
		if len(names) == most {
			break
		}
		if len(name) <= most {
			names[name] = true
		}
	}
	return names
}

// Raw returns the value as written, nil where there is none.
func (v Value) Raw() []byte { return v.raw }
