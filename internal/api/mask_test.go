package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestMask(t *testing.T) {
	t.Parallel()
	const h = `"HIDDEN_DUE_TO_SECURITY_REASONS"`
	for body, want := range map[string]string{
		`{}`:                                   `{}`,
		" {\n\"GraphArn\" : \"a\" } ":          `{"GraphArn":"a"}`,
		`{"Message":"m","GraphArn":"a"}`:       `{"Message":` + h + `,"GraphArn":"a"}`,
		`{"Accounts":[{"EmailAddress":"e"}]}`:  `{"Accounts":[{"EmailAddress":` + h + `}]}`,
		`{"X":[[{"Y":{"EmailAddress":"e"}}]]}`: `{"X":[[{"Y":{"EmailAddress":` + h + `}}]]}`,
		`{"EmailAddress":["e",{"a":"e"}]}`:     `{"EmailAddress":` + h + `}`,
		`{"Message":{"Message":1},"B":[1e2]}`:  `{"Message":` + h + `,"B":[1e2]}`,
		`{"Message":null,"Other":null}`:        `{"Message":` + h + `,"Other":null}`,
		`{"Email\u0041ddress":"e"}`:            `{"EmailAddress":` + h + `}`,
		`{"emailaddress":"e","MESSAGE":"m"}`:   `{"emailaddress":` + h + `,"MESSAGE":` + h + `}`,
		`["Message","e"]`:                      `["Message","e"]`,
		`{"a":"Message","b":"m"}`:              `{"a":"Message","b":"m"}`,
		`[{"a":"Message"},"m"]`:                `[{"a":"Message"},"m"]`,
		`7`:                                    `7`,

		``:                             ``,
		` `:                            ``,
		`{`:                            ``,
		`{"Message"`:                   ``,
		`{"Message":`:                  ``,
		`{"Message":"secr`:             ``,
		`{"Message":}`:                 ``,
		`{"Message":secret}`:           ``,
		`{"a":1}secret`:                ``,
		`{"a":1} {"Message":"m"}`:      ``,
		`{"a":1,"a":2}`:                ``,
		"{\"a\":\"\xff\"}":             ``,
		`{"Accounts":[{"EmailAddress"`: ``,
	} {
		if got := string(mask([]byte(body))); got != want {
			t.Errorf("mask(%s) = %s, want %s", body, got, want)
		}
	}
	deep := strings.Repeat(`{"a":`, 200) + `{"Message":"secret"}` + strings.Repeat("}", 200)
	if got := string(mask([]byte(deep))); got != strings.ReplaceAll(deep, `"secret"`, h) {
		t.Errorf("deep document: %s", got)
	}
}

// FuzzMask: the result is nothing or one document, which is equal to the
// document that went in but for the values of sensitive members, which are
// all hidden. Whatever is one plain document has a result.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{
		`{"Message":"m","GraphArn":"a"}`, `{"Accounts":[{"AccountId":"1","EmailAddress":"e"}]}`, `{"EmailAddress":["e",{"a":1.0}]}`,
		`{"a":1} {"Message":"m"}`, `{"Message":`, `{"eMAILaDDRESS":{}}`, `[[{"x":null}],"\u00e9😹",-0.0e+5]`, `{"":{"Message":1,"Message":2}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		masked := mask(body)
		if !bytes.Equal(before, body) {
			t.Fatalf("%q was changed to %q", before, body)
		}
		if masked == nil {
			if jsontext.Value(body).IsValid() {
				t.Fatalf("%q: nothing is left of a document", body)
			}
			return
		}
		in, ok := parseLoosely(body)
		if !ok {
			t.Fatalf("%q: made %q of what is no document", body, masked)
		}
		out, ok := parseLoosely(masked)
		if !ok {
			t.Fatalf("%q: %q is no document", body, masked)
		}
		if want := hideSensitive(in); !reflect.DeepEqual(want, out) {
			t.Fatalf("%q: masked as %q, want %v", body, masked, want)
		}
	})
}

// parseLoosely reads a document with encoding/json, numbers as they are.
func parseLoosely(document []byte) (value any, ok bool) {
	if !json.Valid(document) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	return value, dec.Decode(&value) == nil
}

// hideSensitive does to decoded values what mask does to text.
func hideSensitive(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			if strings.EqualFold(name, "EmailAddress") || strings.EqualFold(name, "Message") {
				v[name] = "HIDDEN_DUE_TO_SECURITY_REASONS"
			} else {
				v[name] = hideSensitive(v[name])
			}
		}
	case []any:
		for i := range v {
			v[i] = hideSensitive(v[i])
		}
	}
	return value
}
