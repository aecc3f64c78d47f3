package ocsf

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

const (
	// maxPath is how many names a flattened one may consist of; longer ones
	// are kept as they are. Those of audit events have eight.
	maxPath = 16
	// maxList is how many elements a list may have; the last of a flattened
	// one keeps what is left.
	maxList = 256
	// maxUnmapped is how many members the unmapped object may have, and
	// maxElements how many elements its lists together: a guess, ten times
	// what the largest audit events have, that keeps an event of 16 MiB from
	// becoming a hundred times that in memory.
	maxUnmapped = 16 << 10
	maxElements = 16 << 10
)

// object is a JSON object that is being put together. Its values are
// objects, lists of type []any, texts and json.RawMessage.
type object map[string]any

// set stores a value at a path of names with dots between them. What is
// empty is not stored.
func (o object) set(path string, value any) {
	if empty(value) {
		return
	}
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		o = o.within(name)
	}
	o[names[len(names)-1]] = value
}

// add is set for a path that has no value yet.
func (o object) add(path string, value any) {
	if o.get(path) == nil {
		o.set(path, value)
	}
}

// get returns what is stored at a path, nil for nothing.
func (o object) get(path string) any {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		inner, ok := o[name].(object)
		if !ok {
			return nil
		}
		o = inner
	}
	return o[names[len(names)-1]]
}

// within returns the object that is a member of o, making one in place of
// anything else.
func (o object) within(name string) object {
	inner, ok := o[name].(object)
	if !ok {
		inner = object{}
		o[name] = inner
	}
	return inner
}

// element returns the object that is element i of the list name, making it if
// need be. The elements before it are there, or become objects too.
func (o object) element(name string, i int) object {
	elements, _ := o[name].([]any)
	for len(elements) <= i {
		elements = append(elements, object{})
	}
	o[name] = elements
	inner, ok := elements[i].(object)
	if !ok {
		inner = object{}
		elements[i] = inner
	}
	return inner
}

// unflatten stores a value under a flattened name. A "[]" in it stands for a
// list: "items[].id" with "1,2" is [{"id":"1"},{"id":"2"}]. With lists inside
// of lists nobody can tell which value belongs where; such a name is kept as
// it is, unless there is but one value.
func (o object) unflatten(name string, value any) {
	if strings.Count(name, ".") >= maxPath {
		o[name] = value
		return
	}
	parts := strings.Split(name, ".")
	text, isText := value.(string)
	lists := strings.Count(name, "[]")
	if lists > 1 && strings.Contains(text, ",") {
		o[name] = value
		return
	}
	for i, part := range parts {
		list, isList := strings.CutSuffix(part, "[]")
		last := i == len(parts)-1
		switch {
		case isList && last:
			o[list] = texts(text, isText, value)
			return
		case isList:
			rest := strings.Join(parts[i+1:], ".")
			for j, v := range texts(text, isText, value) {
				o.element(list, j).unflatten(rest, v)
			}
			return
		case last:
			o[part] = value
		default:
			o = o.within(part)
		}
	}
}

// texts are the elements of a flattened list.
func texts(text string, isText bool, value any) []any {
	if !isText {
		return []any{value}
	}
	var all []any
	for _, t := range strings.SplitN(text, ",", maxList) {
		all = append(all, strings.TrimSpace(t))
	}
	return all
}

// unmap stores the members of the event's unmapped object. whole are the
// names whose members have names with dots in them: what is behind one of
// these is one name. The error is a rejection of too many.
func (o object) unmap(e *event, whole ...string) error {
	members, elements := 0, 0
	for name, v := range e.unmapped.Members() {
		if members++; members > maxUnmapped {
			return reject(decode.ReasonTooLarge, "more than %d unmapped members", maxUnmapped)
		}
		value := plain(v)
		if empty(value) {
			continue
		}
		inside := false
		for _, prefix := range whole {
			if rest, ok := strings.CutPrefix(name, prefix+"."); ok && rest != "" {
				inner := o
				for _, n := range strings.Split(prefix, ".") {
					inner = inner.within(n)
				}
				inner[rest] = value
				inside = true
				break
			}
		}
		if inside {
			continue
		}
		if text, ok := value.(string); ok && strings.Contains(name, "[]") {
			if elements += 1 + min(strings.Count(text, ","), maxList); elements > maxElements {
				return reject(decode.ReasonTooLarge, "more than %d elements of unmapped lists", maxElements)
			}
		}
		o.unflatten(name, value)
	}
	return nil
}

// plain is a value as an object stores it: texts, and others as written.
func plain(v field.Value) any {
	if !v.Exists() {
		return nil
	}
	if v.Raw()[0] == '"' {
		return v.Text()
	}
	return json.RawMessage(v.Raw())
}

// document is the JSON object or list that v is, also as a text, nil if it
// is neither. A text that is no JSON is not lost: it is the value then.
func document(v field.Value) any {
	text := v.Text()
	if text == "" {
		return plain(v)
	}
	if inner := field.OfText(text); inner.Exists() && (inner.Raw()[0] == '{' || inner.Raw()[0] == '[') && shallow(inner.Raw()) {
		return json.RawMessage(inner.Raw())
	}
	return text
}

// shallow reports whether a value can lie some levels deeper than it does and
// still be read.
func shallow(raw []byte) bool {
	var s jsonscan.Scanner
	const more = 4
	b := append([]byte(strings.Repeat("[", more)), raw...)
	s.Reset(append(b, strings.Repeat("]", more)...), 0)
	_, ok := s.Skip()
	return ok
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == "" || v == "''" // as some pipelines write it
	case json.RawMessage:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// first is the first of the texts at paths that is not empty.
func (e *event) first(paths ...string) string { return firstOf(e.Value, paths...) }

func firstOf(v field.Value, paths ...string) string {
	for _, path := range paths {
		if text := v.Get(strings.Split(path, ".")...).Text(); !empty(text) {
			return text
		}
	}
	return ""
}

// moment is a time of v, which OCSF has as milliseconds since 1970 and, with
// the datetime profile, once more as text in a member with "_dt" behind its
// name. Zero for none.
func moment(v field.Value, names ...string) time.Time {
	for _, name := range names {
		for _, full := range []string{name, name + "_dt"} {
			if t := v.Get(full).Time(); !t.IsZero() {
				return t
			}
		}
	}
	return time.Time{}
}

// stamp is a time as AWS writes it, "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
