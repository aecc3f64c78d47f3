package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommittedOutput holds that nobody edits the generated files and that
// they are made from the facts file as it is.
func TestCommittedOutput(t *testing.T) {
	t.Parallel()
	files, err := generate(filepath.Join("..", modelFile))
	if err != nil {
		t.Fatal(err)
	}
	committed, err := filepath.Glob("../zz_generated_*.go")
	if err != nil || len(committed) != len(files) {
		t.Errorf("%d generated files in the tree, a fresh run makes %d (%v)", len(committed), len(files), err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not what a fresh run writes, run go generate (-fresh +committed)\n%s", name, diff)
		}
	}
}

// TestFactsHaveNoProse: the facts file has names and constraints, none of
// AWS's documentation.
func TestFactsHaveNoProse(t *testing.T) {
	t.Parallel()
	facts, err := os.ReadFile(filepath.Join("..", modelFile))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(facts)) {
		_, value, _ := strings.Cut(line, ":")
		if strings.Contains(line, "documentation") || strings.Contains(line, "<p>") || len(strings.Fields(value)) > 2 {
			t.Errorf("prose in the facts file: %s", line)
		}
	}
}

func TestParseModelRefuses(t *testing.T) {
	t.Parallel()
	f := func(name, facts, want string) {
		t.Helper()
		_, err := parseModel([]byte(facts))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	f("not JSON", `{`, "unexpected EOF")
	f("unknown constraint", `{"shapes":{"A":{"type":"string","uniqueItems":true}}}`, "uniqueItems")
	f("missing input", `{"operations":{"Do":{"input":{"shape":"Nope"}}}}`, `Do refers to shape "Nope"`)
	f("missing member", `{"shapes":{"A":{"type":"structure","members":{"B":{"shape":"Nope"}}}}}`, `A refers to shape "Nope"`)
	f("epoch timestamps", `{"shapes":{"T":{"type":"timestamp","timestampFormat":"unixTimestamp"}}}`, "only iso8601")
}

// TestEmitted shows the generated text of each kind of shape.
func TestEmitted(t *testing.T) {
	t.Parallel()
	m, err := parseModel([]byte(`{
	"operations": {"Do": {"name": "Do", "http": {"method": "PUT", "requestUri": "/do/{Id}", "responseCode": 202},
		"input": {"shape": "In"}, "output": {"shape": "Out"}, "errors": [{"shape": "GoneException"}]}},
	"shapes": {
		"In": {"type": "structure", "required": ["Id", "Kinds"], "members": {
			"Id": {"shape": "Id", "location": "uri", "locationName": "Id"},
			"Kinds": {"shape": "Kinds"}, "Count": {"shape": "Count"}, "Free": {"shape": "Free"}}},
		"Out": {"type": "structure", "members": {"Kinds": {"shape": "Kinds"}, "Id": {"shape": "Id", "deprecated": true}}},
		"Id": {"type": "string", "min": 2, "max": 3, "pattern": "^x+$"},
		"Free": {"type": "string"},
		"Kind": {"type": "string", "enum": ["BIG_ONE", "SMALL"]},
		"Kinds": {"type": "list", "member": {"shape": "Kind"}, "max": 2},
		"Count": {"type": "integer", "min": 1},
		"GoneException": {"type": "structure", "members": {}, "exception": true, "error": {"httpStatusCode": 410}}
	}}`))
	if err != nil {
		t.Fatal(err)
	}
	f := func(emit func(*model, *source), want ...string) {
		t.Helper()
		var s source
		emit(m, &s)
		text, err := s.format()
		if err != nil {
			t.Fatalf("%v in\n%s", err, s.text.String())
		}
		got := strings.Join(strings.Fields(string(text)), " ")
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("generated text lacks %q:\n%s", w, text)
			}
		}
		if strings.Contains(got, "checkFree") || strings.Contains(got, "type GoneException") {
			t.Errorf("generated text has what is not needed:\n%s", text)
		}
	}
	f(emitTypes,
		`KindBigOne Kind = "BIG_ONE"`,
		"Count *int32 `json:\"Count,omitzero\"`",
		"Id *string `json:\"-\"`",
		"Kinds []Kind `json:\"Kinds,omitzero\"`", // of the input
		"Kinds []Kind `json:\"Kinds\"`",          // of the output: always written
		"Id *string `json:\"Id,omitzero\"` // deprecated in the API",
	)
	f(emitValidation,
		`if in.Id == nil { return missing("Id", false) }`,
		`if in.Kinds == nil { return missing("Kinds", true) }`,
		"idPattern = regexp.MustCompile(`^x+$`)",
		`if length < 2 { return tooShort(2, length) } if length > 3 { return tooLong(3, length) } if !idPattern.MatchString(value)`,
		`case "BIG_ONE", "SMALL": return nil`,
		`if value < 1 { return tooSmall(1, value) }`,
		`if v := checkKind(list[i]); v != nil { return v.at(i) }`,
	)
	f(emitRoutes,
		"Do(ctx context.Context, caller detective.Caller, in *In) (*Out, error)",
		`operation: "Do", method: "PUT", path: "/do/{Id}", status: 202, hasBody: true, hasOutput: true,`,
		"errors: []detective.Code{detective.Gone}",
		"case detective.Gone: return 410",
		"in.Id = &label",
	)
}
