package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestAnswers holds, for each case of operationCases, what the backend is
// asked and what goes over the wire against testdata/answers/<case>.txt. The
// files have documents indented; on the wire they are not. Every answer fits
// the model, and every operation has a case.
func TestAnswers(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	missing := maps.Clone(f.Operations)
	seen := make(map[string]bool)
	for _, c := range operationCases() {
		file := strings.ReplaceAll(strings.ReplaceAll(c.name, ",", ""), " ", "-") + ".txt"
		if seen[file] {
			t.Errorf("two cases write %s", file)
		}
		seen[file] = true
		operation, _, _ := strings.Cut(c.name, ",")
		delete(missing, operation)
		t.Run(c.name, func(t *testing.T) {
			h, log := newTestAPI(c.backend, false)
			got := send(t, h, signed(t, c.method, c.target, c.body))
			f.checkAnswer(t, operation, got)
			text := fmt.Sprintf("%s %s\n%s-- call --\n%s\n-- answer --\n%s\n%s",
				c.method, c.target, indented(t, c.body), strings.Join(c.backend.calls, "\n"),
				strings.TrimSpace(fmt.Sprint(got.status, " ", got.contentType)), indented(t, got.body))
			compareFile(t, filepath.Join("testdata", "answers", file), text)
			if log.Len() > 0 {
				t.Errorf("wrote a log: %s", log)
			}
		})
	}
	if len(missing) > 0 {
		t.Errorf("no case for %q", slices.Sorted(maps.Keys(missing)))
	}
	files, err := filepath.Glob("testdata/answers/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !seen[filepath.Base(file)] {
			t.Errorf("%s belongs to no case", file)
		}
	}
}

// indented is a document on several lines; it must have been on one.
func indented(t *testing.T, document string) string {
	t.Helper()
	if document == "" {
		return ""
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(document), "", "  "); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(document)); err != nil || compact.String() != document {
		t.Errorf("not compact: %s", document)
	}
	return out.String() + "\n"
}

func compareFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", file, diff)
	}
}

// alwaysThere are the lists and maps that clients index without a default.
var alwaysThere = map[string][]string{
	"BatchGetGraphMemberDatasourcesResponse": {"MemberDatasources", "UnprocessedAccounts"},
	"BatchGetMembershipDatasourcesResponse":  {"MembershipDatasources", "UnprocessedGraphs"},
	"CreateMembersResponse":                  {"Members", "UnprocessedAccounts"},
	"DeleteMembersResponse":                  {"AccountIds", "UnprocessedAccounts"},
	"GetMembersResponse":                     {"MemberDetails", "UnprocessedAccounts"},
	"ListDatasourcePackagesResponse":         {"DatasourcePackages"},
	"ListGraphsResponse":                     {"GraphList"},
	"ListIndicatorsResponse":                 {"Indicators"},
	"ListInvestigationsResponse":             {"InvestigationDetails"},
	"ListInvitationsResponse":                {"Invitations"},
	"ListMembersResponse":                    {"MemberDetails"},
	"ListOrganizationAdminAccountsResponse":  {"Administrators"},
	"ListTagsForResourceResponse":            {"Tags"},
}

// checkAnswer holds that a success has the model's status and a document that
// the model allows: no unknown member, right types, timestamps with
// milliseconds, enumerations and patterns kept.
func (f *facts) checkAnswer(t *testing.T, operation string, got answer) {
	t.Helper()
	o := f.Operations[operation]
	if want := max(200, o.HTTP.ResponseCode); got.status != want {
		t.Errorf("%s: got %+v, want %d", operation, got, want)
		return
	}
	if o.Output == nil || got.status == 204 {
		if got.body != "" || got.contentType != "" {
			t.Errorf("%s: got %+v, want no body", operation, got)
		}
		return
	}
	dec := json.NewDecoder(strings.NewReader(got.body))
	dec.UseNumber()
	var document any
	if err := dec.Decode(&document); err != nil {
		t.Errorf("%s: %s: %v", operation, got.body, err)
		return
	}
	for _, wrong := range f.misfits(o.Output.Shape, o.Output.Shape, document) {
		t.Errorf("%s: %s", operation, wrong)
	}
	members, _ := document.(map[string]any)
	for _, name := range alwaysThere[o.Output.Shape] {
		if members[name] == nil {
			t.Errorf("%s: %s is missing: %s", operation, name, got.body)
		}
	}
	if members["NextToken"] == "" {
		t.Errorf("%s: an empty NextToken: %s", operation, got.body)
	}
}

var (
	timestampOnTheWire = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	wholeNumber        = regexp.MustCompile(`^-?\d+$`)
)

// misfits says where a decoded document does not fit the shape.
func (f *facts) misfits(at, name string, value any) (wrong []string) {
	s := f.Shapes[name]
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	bad := func(form string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(form, args...)) }
	switch s.Type {
	case "structure":
		members, ok := value.(map[string]any)
		if !ok {
			bad("%v is no structure", value)
		}
		for member, v := range members {
			if r, ok := s.Members[member]; ok && r.Location == "" {
				wrong = append(wrong, f.misfits(at+"."+member, r.Shape, v)...)
			} else {
				bad("has no member %s", member)
			}
		}
	case "list":
		list, ok := value.([]any)
		if !ok {
			bad("%v is no list", value)
		}
		for i, v := range list {
			wrong = append(wrong, f.misfits(fmt.Sprintf("%s[%d]", at, i), s.Member.Shape, v)...)
		}
	case "map":
		entries, ok := value.(map[string]any)
		if !ok {
			bad("%v is no map", value)
		}
		for key, v := range entries {
			wrong = append(wrong, f.misfits(at+" key", s.Key.Shape, key)...)
			wrong = append(wrong, f.misfits(at+"["+key+"]", s.Value.Shape, v)...)
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			bad("%v is no boolean", value)
		}
	case "timestamp":
		if !isText || !timestampOnTheWire.MatchString(text) {
			bad("%v is no timestamp", value)
		}
	case "integer", "long":
		if !isNumber || !wholeNumber.MatchString(number.String()) {
			bad("%v is no whole number", value)
		}
	case "double":
		if !isNumber {
			bad("%v is no number", value)
		}
	case "string":
		if !isText || len(s.Enum) > 0 && !slices.Contains(s.Enum, text) || !patternHolds(name, s.Pattern, text) {
			bad("%v is no %s", value, name)
		}
	default:
		bad("this test does not know %s", s.Type)
	}
	return wrong
}

// patternHolds leaves the two patterns with a lookahead to the functions that
// have a test of their own.
func patternHolds(shape, pattern, text string) bool {
	switch shape {
	case "EmailAddress":
		return isEmailAddress(text)
	case "TagKey":
		return isTagKey(text)
	}
	return pattern == "" || regexp.MustCompile(pattern).MatchString(text)
}
