package csv

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPythonJSON(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		got, ok := pythonJSON(in)
		if ok != (want != "") || ok && string(got) != want {
			t.Errorf("%s: %s, %v; want %s", in, got, ok, want)
		}
	}
	f(`{}`, `{}`)
	f(` { 'a' : 'b' , "c":[ 1 , -2.5e3 , ( ), (1,) , ] , } `, `{"a":"b","c":[1,-2.5e3,[],[1]]}`)
	f(`{'a': None, 'b': True, 'c': False, 'd': null, 'e': true}`, `{"a":null,"b":true,"c":false,"d":null,"e":true}`)
	f(`{1: 'x', None: 2, 'y"': "it's"}`, `{"1":"x","null":2,"y\"":"it's"}`)
	f(`['\'\\\n\t\x41\u20ac\U0001F600', u'u', b"\xff"]`, `["'\\\n\tA€😀","u","ÿ"]`)
	f(`'\ud83d'`, `"�"`)
	f(`'<&>'`, `"\u003c\u0026\u003e"`)
	f("'\xff'", `"\ufffd"`)
	f(strings.Repeat("[", maxNested+1)+strings.Repeat("]", maxNested+1), strings.Repeat("[", maxNested+1)+strings.Repeat("]", maxNested+1))
	for _, bad := range []string{``, `{`, `{'a'}`, `{'a':}`, `{'a':1`, `{'a':1 'b':2}`, `{,}`, `[1 2]`, `[,]`, `[1,,2]`, `'a`, `'a\`, `'\q'`, `'\x4'`, `'\u12`,
		`{[1]: 2}`, `datetime(2022, 1, 1)`, `01`, `1_000`, `0x1f`, `nan`, `'a' 'b'`, "'a\nb'", `r'a'`, `1 2`, `{'a': 1]`, strings.Repeat("[", maxNested+2) + strings.Repeat("]", maxNested+2)} {
		f(bad, "")
	}
}

func TestStructText(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		v, ok := structText(in)
		got := ""
		if ok {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
	f(`{type=Root, arn=arn:aws:iam::123456789012:root, x=null, y=}`, `{"arn":"arn:aws:iam::123456789012:root","type":"Root"}`)
	f(`{a={b=c, d={e=f}}, g=h}`, `{"a":{"b":"c","d":{"e":"f"}},"g":"h"}`)
	f(`{a=b, c, d=e=f, g={not closed}`, `{"a":"b, c","d":"e=f","g":"{not closed"}`)
	f(`[]`, `[]`)
	f(`[a, b=c]`, `["a","b=c"]`)
	f(`[{a=b}, {a=c}]`, `[{"a":"b"},{"a":"c"}]`)
	f(`{a=[x], b={}}`, `{"a":["x"],"b":{}}`)
	for _, bad := range []string{``, `{`, `{a}`, `{a=b`, `{a=b} c`, `a=b`, `[a`, `{a b=c}`, `{=b}`} {
		f(bad, "")
	}
}

// FuzzLiterals: nothing panics, what comes out is JSON, and what is JSON
// already, but for the escape of a slash, is taken for the same by both.
func FuzzLiterals(f *testing.F) {
	f.Add(`{'a': [None, True, 1.5, ('b', "c\x41")], u'd': {}}`)
	f.Add(`{a=b, c={d=e, f=[g, h]}, i=null}`)
	f.Add(`{"a":[null,true,-1e5,"\u00e9\n"]}`)
	f.Add(strings.Repeat("{a={a=, a=", 20))
	f.Fuzz(func(t *testing.T, in string) {
		out, ok := pythonJSON(in)
		if ok && !json.Valid(out) {
			t.Fatalf("%q: %q is no JSON", in, out)
		}
		if v, ok := structText(in); ok {
			if _, err := json.Marshal(v); err != nil {
				t.Fatalf("%q: %v", in, err)
			}
		}
		if !json.Valid([]byte(in)) || strings.Contains(in, `\`) || strings.Count(in, "[")+strings.Count(in, "{") > maxNested {
			return
		}
		var want, got any
		if err := json.Unmarshal([]byte(in), &want); err != nil {
			return // a number above what a float can be
		}
		if err := json.Unmarshal(out, &got); err != nil || !ok {
			t.Fatalf("%q is refused: %q, %v", in, out, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: %s", in, diff)
		}
	})
}
