package field

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGet(t *testing.T) {
	v := OfText(` {"a":{"B":{"c":"deep"}},"A":{"b":{"C":"later"}},"n":null,"l":[1,"x",null,{"y":2},[3]],"d":"\u00e9"} `)
	same := OfText(`{"n":1,"\u004e":2,"N":null}`)
	if got := same.Get("n"); got.Exists() || same.Indexed().Get("n").Exists() {
		t.Errorf("the last of three is null, not %s", got.Text())
	}
	for path, want := range map[string]string{"a.b.c": "later", "n": "", "l": "", "a": "", "d": "é", "x.y": "", "d.e": ""} {
		if got := v.Get(strings.Split(path, ".")...).Text(); got != want {
			t.Errorf("%s: %q; want %q", path, got, want)
		}
		if got := v.Indexed().Get(strings.Split(path, ".")...).Text(); got != want {
			t.Errorf("%s, indexed: %q; want %q", path, got, want)
		}
	}
	if diff := cmp.Diff([]string{"1", "x"}, v.Get("l").Texts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"é"}, v.Get("d").Texts()); diff != "" {
		t.Error(diff)
	}
	var names []string
	for name := range v.Members() {
		names = append(names, name)
	}
	if !slices.Equal(names, []string{"a", "A", "n", "l", "d"}) {
		t.Error(names)
	}
}

func TestOfText(t *testing.T) {
	for text, want := range map[string]bool{`{}`: true, `7`: true, `"x"`: true, `[1]`: true, ``: false, `null`: false, `{`: false, `{} x`: false, `x`: false, `1,`: false} {
		if got := OfText(text).Exists(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]int{`7`: 7, `"7"`: 7, `7.9`: 7, `-1`: 0, `1e300`: 0, `"NaN"`: 0, `"x"`: 0, `{}`: 0, `true`: 0} {
		if got := OfText(text).Int(); got != want {
			t.Errorf("%s: %d; want %d", text, got, want)
		}
	}
	for text, want := range map[string]bool{`true`: true, `"True"`: true, `"false"`: false, `1`: false, `[true]`: false} {
		if got := OfText(text).Bool(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestTime(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 40, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-03-02T09:40:00Z"`:            at,
		`"2026-03-02T09:40:00.456Z"`:        at.Add(456 * time.Millisecond),
		`"2026-03-02T10:40:00+01:00"`:       at,
		`"2026-03-02T10:40:00+0100"`:        at,
		`"2026-03-02T09:40:00"`:             at,
		`"2026-03-02 09:40:00.000000000"`:   at,
		`"2026-03-02 15:10:00.000+05:30"`:   at,
		`"2026-03-02 09:40:00 UTC"`:         at,
		`1772444400`:                        at,
		`1772444400.5`:                      at.Add(time.Second / 2),
		`1772444400500`:                     at.Add(time.Second / 2),
		`"0001-01-01T00:00:00Z"`:            {},
		`"2026-02-30T00:00:00Z"`:            {},
		`0`:                                 {},
		`-1`:                                {},
		`1e30`:                              {},
		`"soon"`:                            {},
		`""`:                                {},
		`{}`:                                {},
		`"` + strings.Repeat("2", 99) + `"`: {},
	} {
		if got := OfText(text).Time(); !got.Equal(want) {
			t.Errorf("%s: %v; want %v", text, got, want)
		}
	}
}

func TestNamesAreBounded(t *testing.T) {
	in := `{"` + strings.Repeat("long", 100) + `":1`
	for i := range 300 {
		in += `,"n` + strings.Repeat("x", i%90) + string(rune('a'+i/90)) + `":1`
	}
	if n := len(OfText(in + `}`).Names()); n != 100 {
		t.Errorf("%d names", n)
	}
}
