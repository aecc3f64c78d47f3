package jsonscan

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// render reads one value with the iterating half of the API and writes it
// down with every text unescaped.
func render(s *Scanner, b *strings.Builder) {
	switch k := s.Kind(); k {
	case None:
	case Object:
		s.BeginObject()
		b.WriteString("{")
		for s.NextMember() {
			b.WriteString("<" + string(s.Name()) + ">")
			render(s, b)
		}
		b.WriteString("}")
	case Array:
		s.BeginArray()
		b.WriteString("[")
		for s.NextElement() {
			render(s, b)
			b.WriteString(";")
		}
		b.WriteString("]")
	default:
		text, k := s.Text()
		b.WriteByte(byte(k))
		b.Write(text)
	}
}

func TestScanner(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var s Scanner
		var b strings.Builder
		s.Reset([]byte(in+"\n"), 0)
		render(&s, &b)
		if s.Err() != nil {
			t.Fatalf("%s: %v", in, s.Err())
		}
		if got := b.String(); got != want {
			t.Fatalf("%s: got %q; want %q", in, got, want)
		}
		if s.Pos() != len(in) {
			t.Fatalf("%s: stopped at byte %d; want %d", in, s.Pos(), len(in))
		}
		s.Reset([]byte(in+"\n"), 0)
		if raw, ok := s.Skip(); !ok || string(raw) != strings.TrimLeft(in, " ") {
			t.Fatalf("%s: Skip = %q, %v", in, raw, s.Err())
		}
	}
	f(`{}`, `{}`)
	f(`[]`, `[]`)
	f(`[[],{}]`, `[[];{};]`)
	f(` { "a" : 1 , "b" : [ true , false , null ] }`, `{<a>01<b>[ttrue;ffalse;n;]}`)
	f(`{"a":{"b":{}},"a":"x"}`, `{<a>{<b>{}}<a>"x}`)
	f(`[0,-0,10.25,-1e5,2E+3,3e-07]`, `[00;0-0;010.25;0-1e5;02E+3;03e-07;]`)
	f(`"a\"\\\/\b\f\n\r\tz"`, "\"a\"\\/\b\f\n\r\tz")
	f(`"\u0041\u00e9\u20ac\uD83D\uDE00"`, "\"Aé€😀")
	f(`"\ud83d"`, "\"\uFFFD")
	f(`"\ude00\ud83d\ud83d\ude00x"`, "\"\uFFFD\uFFFD😀x")
	f("\"a\xffb\xc3\"", "\"a\uFFFDb\uFFFD")
	f("\"\xed\xa0\x80 longer than eight bytes\"", "\"\uFFFD\uFFFD\uFFFD longer than eight bytes")
	f(`{"\u0065vent":"names too"}`, `{<event>"names too}`)
	f("\"é in a text of more than eight bytes\"", "\"é in a text of more than eight bytes")
	f("\"\x7f\"", "\"\x7f")
}

func TestSyntaxErrors(t *testing.T) {
	f := func(in string, offset int) {
		t.Helper()
		for name, read := range readers {
			var s Scanner
			s.Reset([]byte(in), 0)
			read(&s)
			var syntax *SyntaxError
			if !errors.As(s.Err(), &syntax) || syntax.Offset != offset {
				t.Errorf("%s %q: error %v; want one at byte %d", name, in, s.Err(), offset)
			}
		}
	}
	f(`{a:1}`, 1)
	f(`{"a" 1}`, 5)
	f(`{"a":}`, 5)
	f(`{"a":1 "b":2}`, 7)
	f(`{"a":1,}`, 7)
	f(`{,}`, 1)
	f(`{"a":1]`, 6)
	f(`[1}`, 2)
	f(`[1,]`, 3)
	f(`[,1]`, 1)
	f(`[1 2]`, 3)
	f(`[01]`, 2)
	f(`[1.]`, 3)
	f(`[-a]`, 2)
	f(`[1e+]`, 4)
	f(`[+1]`, 1)
	f(`[.5]`, 1)
	f(`[tru]`, 4)
	f(`[True]`, 1)
	f(`[NaN]`, 1)
	f(`["\x"]`, 3)
	f(`["\u12g4"]`, 6)
	f("[\"a\nb\"]", 3)
	f("[\"0123456789\x00\"]", 12)
	f(`'a'`, 0)
	f("\x00", 0)
	f(strings.Repeat("[", MaxDepth+1), MaxDepth)
	f(strings.Repeat(`{"":`, MaxDepth+1), MaxDepth*4)
}

// readers are the two ways through a value: they must agree.
var readers = map[string]func(*Scanner){
	"iterate": func(s *Scanner) { render(s, new(strings.Builder)) },
	"skip":    func(s *Scanner) { s.Skip() },
}

// Every proper prefix of a valid container needs more input, whatever way it
// is read: that is what a reader that refills its buffer relies on.
func TestPrefixesNeedMore(t *testing.T) {
	whole := `{"a":[1,-2.5e+3,true,false,null,"x\u00e9\n"],"":{"b":{}}, "c" : [[ ]] }`
	for name, read := range readers {
		for n := range len(whole) {
			var s Scanner
			s.Reset([]byte(whole[:n]), 0)
			read(&s)
			if s.Err() != ErrEnd {
				t.Errorf("%s %q: error %v; want ErrEnd", name, whole[:n], s.Err())
			}
		}
	}
}

func TestTextLeavesContainersOut(t *testing.T) {
	var s Scanner
	s.Reset([]byte(`{"o":{"x":[1]},"a":[{}],"n":null,"s":"","i":7}`), 0)
	got := map[string]string{}
	for s.BeginObject(); s.NextMember(); {
		name := string(s.Name())
		text, k := s.Text()
		if (text == nil) != (k == Object || k == Array || k == Null) {
			t.Errorf("%s: text %q of kind %q", name, text, k)
		}
		got[name] = string(rune(k)) + string(text)
	}
	want := map[string]string{"o": "{", "a": "[", "n": "n", "s": `"`, "i": "07"}
	if diff := cmp.Diff(want, got); diff != "" || s.Err() != nil {
		t.Errorf("%v\n%s", s.Err(), diff)
	}
}

// The first error stays, and nothing is read after it.
func TestErrorIsSticky(t *testing.T) {
	var s Scanner
	s.Reset([]byte(`[x, {"a":1}]`), 0)
	s.BeginArray()
	s.NextElement()
	s.Skip()
	first, pos := s.Err(), s.Pos()
	s.Skip()
	if _, k := s.Text(); k != None || s.NextElement() || s.NextMember() || s.BeginObject() || s.BeginArray() {
		t.Error("a read succeeded after an error")
	}
	if s.Err() != first || s.Pos() != pos {
		t.Errorf("error %v at %d became %v at %d", first, pos, s.Err(), s.Pos())
	}
}

func TestSeen(t *testing.T) {
	const object = `{"a":[1,{"b":"c"}]}`
	var s Scanner
	var seen Seen
	s.Reset([]byte(` `+object+`,`), 0)
	s.Kind()
	if s.SkipSeen(&seen) {
		t.Error("nothing has been seen and was skipped")
	}
	start := s.Pos()
	s.Skip()
	if !s.Remember(&seen, start) {
		t.Error("an object was not remembered")
	}
	for in, want := range map[string]bool{
		object + `,`:               true,
		"\n\t" + object + `,`:      true,
		object:                     true,
		object[:len(object)-1]:     false, // there is more to come
		`{"a":[1,{"b":"d"}]},`:     false,
		`{"a":[1,{"b":"c"},2]},`:   false,
		`{"a" : [1,{"b":"c"}]},`:   false,
		`[` + object + `]`:         false,
		``:                         false,
		`"{\"a\":[1,{\"b\":1}]}"}`: false,
	} {
		s.Reset([]byte(in), 0)
		s.Kind()
		if got := s.SkipSeen(&seen); got != want {
			t.Errorf("%q is skipped: %v; want %v", in, got, want)
		}
		if want && string(s.Since(s.Pos()-len(object))) != object {
			t.Errorf("%q is left at byte %d", in, s.Pos())
		}
	}
	// At another depth the same bytes may nest too deeply.
	s.Reset([]byte(`[`+object+`]`), 0)
	s.BeginArray()
	s.NextElement()
	if s.Kind(); s.SkipSeen(&seen) {
		t.Error("an object of another depth was skipped")
	}
	// What was not read to its end has not been seen.
	s.Reset([]byte(object[:5]), 0)
	s.Skip()
	if s.Remember(&seen, 0) {
		t.Error("what broke off was remembered")
	}
	s.Reset([]byte(object), 0)
	if s.Kind(); !s.SkipSeen(&seen) {
		t.Error("what broke off took the place of an object")
	}
}
