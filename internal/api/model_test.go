package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// facts is the facts file as tests read it, on their own and not through the
// generator, so that the two can disagree.
type facts struct {
	Operations map[string]struct {
		HTTP struct {
			Method, RequestURI string
			ResponseCode       int
		}
		Input, Output *struct{ Shape string }
		Errors        []struct{ Shape string }
	}
	Shapes map[string]factShape
}

type factShape struct {
	Type               string
	Required           []string
	Members            map[string]struct{ Shape, Location string }
	Member, Key, Value struct{ Shape string }
	Enum               []string
	Min, Max           *int
	Pattern            string
	Sensitive          bool
}

func readFacts(t testing.TB) *facts {
	t.Helper()
	data, err := os.ReadFile("model/detective-2018-10-26.json")
	if err != nil {
		t.Fatal(err)
	}
	var f facts
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return &f
}

// samples are values of the shapes that have a pattern.
var samples = map[string]string{
	"AccountId":       "111122223333",
	"EmailAddress":    "somebody@example.com",
	"EntityArn":       "arn:aws:iam::123456789012:user/dev",
	"GraphArn":        testARN,
	"InvestigationId": testID,
	"TagKey":          "key",
}

// valid is a JSON value of the shape with every member set.
func (f *facts) valid(name string) any {
	s := f.Shapes[name]
	switch s.Type {
	case "structure":
		members := make(map[string]any)
		for member, r := range s.Members {
			if r.Location == "" {
				members[member] = f.valid(r.Shape)
			}
		}
		return members
	case "list":
		return []any{f.valid(s.Member.Shape)}
	case "map":
		return map[string]any{f.valid(s.Key.Shape).(string): f.valid(s.Value.Shape)}
	case "integer":
		return 1
	case "boolean":
		return true
	case "timestamp":
		return "2026-03-04T05:06:07.089Z"
	case "string":
		if len(s.Enum) > 0 {
			return s.Enum[0]
		}
		if sample := samples[name]; sample != "" {
			return sample
		}
		if s.Pattern != "" {
			panic("no sample of " + name)
		}
		return "text"
	}
	panic("no value for " + s.Type)
}

// breach is a value with one thing wrong.
type breach struct {
	value any
	where string // below the input's shape, e.g. .Accounts[0].AccountId
	text  string // a part of the message, or of ErrorCodeReason if body is set
	body  bool   // the value does not fit the model at all: "Invalid request body"
}

// breaches lists every way to break one constraint of a value of the shape.
func (f *facts) breaches(name string) []breach {
	s := f.Shapes[name]
	var all []breach
	add := func(value any, form string, args ...any) {
		all = append(all, breach{value: value, text: fmt.Sprintf(form, args...)})
	}
	unfit := func(values ...any) {
		for _, v := range values {
			all = append(all, breach{value: v, body: true})
		}
	}
	switch s.Type {
	case "structure":
		unfit("text", 1, true, []any{})
		for _, member := range slices.Sorted(maps.Keys(s.Members)) {
			r := s.Members[member]
			if r.Location != "" {
				continue
			}
			with := func(value any) map[string]any {
				members := f.valid(name).(map[string]any)
				members[member] = value
				return members
			}
			if slices.Contains(s.Required, member) && member != "EmailAddress" {
				gone := with(nil)
				all = append(all, breach{value: gone, where: "." + member, text: "is required.", body: true})
				gone = maps.Clone(gone)
				delete(gone, member)
				all = append(all, breach{value: gone, where: "." + member, text: "is required.", body: true})
			}
			for _, b := range f.breaches(r.Shape) {
				all = append(all, breach{with(b.value), "." + member + b.where, b.text, b.body})
			}
		}
	case "list":
		unfit("text", 1, map[string]any{}, []any{[]any{}})
		if s.Min != nil {
			add([]any{}, "must have length greater than or equal to %d. Found 0.", *s.Min)
		}
		element := f.valid(s.Member.Shape)
		if s.Max != nil {
			add(slices.Repeat([]any{element}, *s.Max+1), "must have length less than or equal to %d. Found %d.", *s.Max, *s.Max+1)
		}
		for _, b := range f.breaches(s.Member.Shape) {
			all = append(all, breach{[]any{element, b.value}, "[1]" + b.where, b.text, b.body})
		}
	case "map":
		unfit("text", 1, []any{})
		if s.Min != nil {
			add(map[string]any{}, "must have length greater than or equal to %d. Found 0.", *s.Min)
		}
		if s.Max != nil {
			many := make(map[string]any)
			for i := range *s.Max + 1 {
				many[fmt.Sprintf("k%d", i)] = f.valid(s.Value.Shape)
			}
			add(many, "must have length less than or equal to %d. Found %d.", *s.Max, *s.Max+1)
		}
		for _, b := range f.breaches(s.Key.Shape) {
			if key, ok := b.value.(string); ok {
				all = append(all, breach{map[string]any{key: f.valid(s.Value.Shape)}, " key" + b.where, b.text, b.body})
			}
		}
		key := f.valid(s.Key.Shape).(string)
		for _, b := range f.breaches(s.Value.Shape) {
			all = append(all, breach{map[string]any{key: b.value}, "[" + key + "]" + b.where, b.text, b.body})
		}
		unfit(map[string]any{key: nil})
	case "integer":
		unfit("1", 1.5, true, "text", []any{}, int64(1)<<40)
		if s.Min != nil {
			add(*s.Min-1, "must have value greater than or equal to %d. Found %d.", *s.Min, *s.Min-1)
		}
		if s.Max != nil {
			add(*s.Max+1, "must have value less than or equal to %d. Found %d.", *s.Max, *s.Max+1)
		}
	case "boolean":
		unfit("true", "false", 0, 1, []any{})
	case "timestamp":
		unfit(1515531081, 1515531081.5, "1515531081", "2026-03-04", "2026-03-04T05:06:07+01:00", true)
	case "string":
		unfit(1, true, []any{}, map[string]any{})
		f.stringBreaches(name, s, add)
	}
	return all
}

func (f *facts) stringBreaches(name string, s factShape, add func(any, string, ...any)) {
	if len(s.Enum) > 0 {
		for _, v := range []string{"", "NOPE", strings.ToLower(s.Enum[0]), s.Enum[0] + " "} {
			add(v, "must satisfy enum value set: [%s].", strings.Join(s.Enum, ", "))
		}
		return
	}
	if s.Min != nil && *s.Min > 0 {
		add(strings.Repeat("1", *s.Min-1), "must have length greater than or equal to %d. Found %d.", *s.Min, *s.Min-1)
	}
	if s.Max != nil { // counted in characters, of which é is one
		add(strings.Repeat("é", *s.Max+1), "must have length less than or equal to %d. Found %d.", *s.Max, *s.Max+1)
	}
	if s.Pattern != "" {
		wrong := "?" + strings.ReplaceAll(f.valid(name).(string)[1:], "@", "") // fits none of the patterns
		add(wrong, "must satisfy regular expression pattern: %s", s.Pattern)
	}
}
