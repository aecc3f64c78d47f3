package detective

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTags(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	expect := func(want map[string]string) {
		t.Helper()
		got, err := l.ListTagsForResource(ctx, admin, arn)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("tags: %v (-want +got)\n%s", err, diff)
		}
	}
	expect(map[string]string{})
	must(t, l.TagResource(ctx, admin, arn, map[string]string{"team": "blue", "empty": ""}))
	must(t, l.TagResource(ctx, admin, arn, map[string]string{"team": "red", "x": strings.Repeat("ü", 256)}))
	must(t, l.UntagResource(ctx, admin, arn, []string{"x", "was never there"}))
	expect(map[string]string{"team": "red", "empty": ""})

	many := func(n int) map[string]string {
		m := map[string]string{}
		for k := range n {
			m[fmt.Sprintf("k%d", k)] = "v"
		}
		return m
	}
	for what, tags := range map[string]map[string]string{
		"51 tags":           many(51),
		"51 with those two": many(49),
		"value too long":    {"a": strings.Repeat("ü", 257)},
		"key too long":      {strings.Repeat("k", 129): ""},
		"aws: in front":     {"aws:x": ""},
		"space in the key":  {"a b": ""},
		"empty key":         {"": ""},
	} {
		wantCode(t, what, l.TagResource(ctx, admin, arn, tags), Validation)
		if what != "51 with those two" {
			_, err := l.CreateGraph(ctx, second, tags)
			wantCode(t, "CreateGraph with "+what, err, Validation)
		}
	}
	expect(map[string]string{"team": "red", "empty": ""})
	must(t, l.TagResource(ctx, admin, arn, many(48)))
	must(t, l.TagResource(ctx, admin, arn, map[string]string{"k0": "another", "team": "green"})) // at the limit
}

// FuzzValidTagKey compares with the model's pattern without its look-ahead.
func FuzzValidTagKey(f *testing.F) {
	model := regexp.MustCompile(`^[a-zA-Z+-=._:/]+$`)
	for _, s := range []string{"team", "aws:x", "AWS:x", "a b", "a@b", "a=b", "a+,-./09:;<=_", "é", "", "a\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := model.MatchString(s) && !strings.HasPrefix(s, "aws:") && len(s) <= 128
		if got := validTagKey(s); got != want {
			t.Fatalf("validTagKey(%q) = %v; the pattern says %v", s, got, want)
		}
	})
}
