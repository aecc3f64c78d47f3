package api

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep a request may nest objects and arrays. The deepest
// input of the model has 4 levels; members that are not in the model are
// passed over and may have more.
const maxDepth = 32

var errNull = errors.New("null is not allowed here")

// denseStrings refuses null as an element of a list or the value of a map.
// (As a member of a structure null counts as missing, and elements that are
// structures or enumerations fail their own constraints.)
var denseStrings = json.WithUnmarshalers(json.UnmarshalFromFunc(
	func(dec *jsontext.Decoder, _ *string) error {
		if dec.PeekKind() == 'n' {
			return errNull
		}
		return errors.ErrUnsupported // go on as usual
	}))

// decode reads a request's JSON document into in, a pointer to a structure.
// Members that the model does not have are passed over. Everything else that
// is not plain JSON of the right types is an invalidBody fault: other types,
// fractions or strings for integers, duplicate names, invalid UTF-8, nesting
// beyond maxDepth. An empty body counts as {}.
func decode(body []byte, in any) error {
	if len(body) == 0 {
		return nil
	}
	if err := checkDocument(body); err != nil {
		return invalidBody(err.Error())
	}
	if err := json.Unmarshal(body, in, denseStrings); err != nil {
		return invalidBody(describe(err))
	}
	return nil
}

// checkDocument says whether body begins with a JSON object and nests no
// deeper than maxDepth; that nothing follows the object is left to Unmarshal.
func checkDocument(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	if kind := dec.PeekKind(); kind != '{' && kind != 0 {
		return errors.New("the body must be a JSON object")
	}
	for {
		_, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("not valid JSON at byte %d", dec.InputOffset())
		}
		if dec.StackDepth() > maxDepth {
			return fmt.Errorf("nested deeper than %d levels", maxDepth)
		}
	}
}

// describe says where a document does not fit its type, without its values.
func describe(err error) string {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return "not valid JSON"
	}
	at := semantic.JSONPointer
	if len(at) > 200 { // a key of a map, which may be of any length
		at = at.Parent()
	}
	where := cmp.Or(string(at), "/")
	switch {
	case errors.Is(err, errNull), errors.Is(err, errTimestamp):
		return where + ": " + semantic.Err.Error()
	case semantic.GoType != nil:
		return where + ": must be " + jsonKind(semantic.GoType)
	}
	return where + ": has a wrong type"
}

// jsonKind names what a Go type is on the wire.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonKind(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int32, reflect.Int64:
		return "an integer"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "of another type"
}
