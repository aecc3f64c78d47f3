package jsonscan

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// reference reads in with jsontext and renders it as render does. deep says
// that in is nested more deeply than this package allows, where the two may
// differ; end that in is a prefix of something valid.
func reference(in []byte) (text string, deep, end bool, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(in),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var b strings.Builder
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			end := err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)
			return "", deep, end, err
		}
		deep = deep || dec.StackDepth() > MaxDepth
		parent, n := dec.StackIndex(dec.StackDepth())
		name := false
		switch k := tok.Kind(); k {
		case '{', '[':
			b.WriteByte(byte(k))
			continue
		case '}', ']':
			b.WriteByte(byte(k))
		case '"':
			if parent == '{' && n%2 == 1 {
				b.WriteString("<" + tok.String() + ">")
				name = true
			} else {
				b.WriteString(`"` + tok.String())
			}
		case 't', 'f', '0':
			b.WriteString(string(rune(k)) + tok.String())
		case 'n':
			b.WriteByte('n')
		}
		if dec.StackDepth() == 0 {
			return b.String(), deep, false, nil
		}
		if parent == '[' && !name {
			b.WriteByte(';')
		}
	}
}

// A value that the reference decoder reads is read, with the same texts; one
// that it refuses is refused; and where it only lacks input, so does this
// one.
func FuzzAgainstReference(f *testing.F) {
	for _, seed := range []string{
		`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","sessionContext":{}},"resources":[{"ARN":"a"}]}`,
		`[1,-0.5e-7,true,false,null,"\ud83d\ude00\ud83d x","` + "\xff\xed\xa0\x80" + `"]`,
		`{"a":1,"a":[[],{}]}`, `[1,]`, `{"a":}`, `"\u00zz"`, `[0123]`, `nul`, "\"a\tb\"", `{"a" : {`, ` `, `-`, `1e`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		// A number at the end of the input is complete only if something follows.
		in = append(in, '\n')
		want, deep, end, wantErr := reference(in)
		var s Scanner
		var b strings.Builder
		s.Reset(in, 0)
		render(&s, &b)
		iterErr, iterPos := s.Err(), s.Pos()
		s.Reset(in, 0)
		raw, _ := s.Skip()
		if (iterErr == nil) != (s.Err() == nil) || (iterErr == ErrEnd) != (s.Err() == ErrEnd) || iterPos != s.Pos() && iterErr == nil {
			t.Fatalf("%q: iterating gives %v at %d, skipping %v at %d", in, iterErr, iterPos, s.Err(), s.Pos())
		}
		if deep || bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > MaxDepth {
			return
		}
		if (iterErr == nil) != (wantErr == nil) {
			t.Fatalf("%q: error %v; the reference says %v", in, iterErr, wantErr)
		}
		if iterErr != nil {
			if (iterErr == ErrEnd) != end {
				t.Fatalf("%q: error %v; the reference says %v", in, iterErr, wantErr)
			}
			return
		}
		if got := b.String(); got != want {
			t.Fatalf("%q: got %q; the reference says %q", in, got, want)
		}
		if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			t.Fatalf("%q: skipped %q, which the reference refuses", in, raw)
		}
	})
}
