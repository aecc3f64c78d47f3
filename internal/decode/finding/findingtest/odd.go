package findingtest

import (
	"encoding/json"
	"testing"
)

// OddMembers puts values of other kinds in the place of every value in the
// inputs of the golden files in folder dir, one at a time, and checks what
// comes of each. Below the top level none may cost the finding.
func OddMembers(t *testing.T, p Parser, dir string) {
	t.Helper()
	for _, in := range Inputs(t, dir) {
		var whole map[string]any
		if err := json.Unmarshal([]byte(in), &whole); err != nil {
			t.Fatal(err)
		}
		n := 0
		for name, v := range whole {
			try := func(depth int) {
				n++
				odd, err := json.Marshal(whole)
				if err != nil {
					t.Fatal(err)
				}
				f, err := Parse(p, string(odd))
				switch {
				case err == nil:
					Valid(t, &f)
				case depth > 0:
					t.Errorf("%v: %s", err, odd)
				}
			}
			replace(v, 0, func(odd any) { whole[name] = odd }, try)
		}
		if n < 100 {
			t.Errorf("only %d variants of %s", n, in)
		}
	}
}

// odd are the values that take the place of others.
var odd = []any{nil, "x", []any{map[string]any{}}, map[string]any{"id": "x"}}

// replace puts every odd value in the place of v, which set does, and of all
// that is in it, calls try each time, and puts v back.
func replace(v any, depth int, set func(any), try func(depth int)) {
	for _, o := range odd {
		set(o)
		try(depth)
	}
	set(v)
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			replace(inner, depth+1, func(odd any) { v[name] = odd }, try)
		}
	case []any:
		for i, inner := range v {
			replace(inner, depth+1, func(odd any) { v[i] = odd }, try)
		}
	}
}
