package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// reader reads a document strictly: it refuses names given twice and invalid
// UTF-8, and its errors say where.
type reader struct{ dec *jsontext.Decoder }

func newReader(document []byte) reader {
	return reader{jsontext.NewDecoder(bytes.NewReader(document),
		jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))}
}

// fail returns an error about the value that was read last.
func (r reader) fail(format string, args ...any) error {
	if at := r.dec.StackPointer(); at != "" {
		format = "%s: " + format
		args = append([]any{string(at)}, args...)
	}
	return fmt.Errorf("policy document: "+format, args...)
}

func (r reader) token() (jsontext.Token, error) {
	t, err := r.dec.ReadToken()
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return t, fmt.Errorf("policy document: not valid JSON: it ends at byte %d: %w", r.dec.InputOffset(), io.ErrUnexpectedEOF)
	case errors.As(err, &syntax):
		return t, fmt.Errorf("policy document: not valid JSON: %s", strings.TrimPrefix(syntax.Error(), "jsontext: "))
	case err != nil:
		return t, fmt.Errorf("policy document: %w", err)
	}
	return t, nil
}

// object reads an object; member is called behind each name and reads its
// value.
func (r reader) object(member func(name string) error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t.Kind() != jsontext.KindBeginObject {
		return r.fail("must be an object")
	}
	for {
		t, err := r.token()
		if err != nil {
			return err
		}
		if t.Kind() == jsontext.KindEndObject {
			return nil
		}
		if err := member(t.String()); err != nil {
			return err
		}
	}
}

// oneOrMany calls item for a lone value, or for each value of a list that
// must not be empty; item reads the value.
func (r reader) oneOrMany(item func() error) error {
	if r.dec.PeekKind() != jsontext.KindBeginArray {
		return item()
	}
	if _, err := r.token(); err != nil {
		return err
	}
	n := 0
	for ; r.dec.PeekKind() != jsontext.KindEndArray; n++ {
		if err := item(); err != nil {
			return err
		}
	}
	if _, err := r.token(); err != nil {
		return err
	}
	if n == 0 {
		return r.fail("must not be empty")
	}
	return nil
}

// text reads a string.
func (r reader) text() (string, error) {
	text, _, err := r.scalar(jsontext.KindString)
	return text, err
}

// scalar reads a string, or a literal of one of the other kinds as its text.
func (r reader) scalar(kinds ...jsontext.Kind) (string, jsontext.Kind, error) {
	t, err := r.token()
	if err != nil {
		return "", 0, err
	}
	for _, k := range kinds {
		if t.Kind() == k {
			return t.String(), k, nil
		}
	}
	return "", 0, r.fail("is %s, which cannot stand here", describe(t.Kind()))
}

func describe(k jsontext.Kind) string {
	switch k {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "a list"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindTrue, jsontext.KindFalse:
		return "a boolean"
	}
	return k.String()
}

// end checks that nothing stands behind the document.
func (r reader) end() error {
	_, err := r.dec.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("policy document: %w", err)
	}
	return errors.New("policy document: something stands behind the document")
}
