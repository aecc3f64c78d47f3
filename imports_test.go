package gumshoe

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gumshoe-detective/gumshoe"

// mayImport lists for each package what else of this module it may import:
// the house's one way through. A folder stands for the packages below it
// that have no line of their own. Only what is written here is allowed.
var mayImport = map[string][]string{
	"cmd":                             {"internal"}, // wiring
	"internal/entity":                 {},
	"internal/baseline":               {},
	"internal/rules":                  {"internal/entity"},
	"internal/enrich":                 {"internal/entity"},
	"internal/source":                 {},
	"internal/source/push":            {"internal/source"},
	"internal/source/s3":              {"internal/source"},
	"internal/source/sourcetest":      {"internal/source"},
	"internal/decode":                 {"internal/entity", "internal/decode"},
	"internal/warehouse":              {"internal/entity"},
	"internal/warehouse/storetest":    {"internal/entity", "internal/warehouse"},
	"internal/warehouse/duckdb":       {"internal/entity", "internal/warehouse"},
	"internal/control":                {"internal/entity"},
	"internal/control/controltest":    {"internal/entity", "internal/control"},
	"internal/control/sqlite":         {"internal/entity", "internal/control"},
	"internal/identity":               {"internal/entity", "internal/control", "internal/identity/policy"},
	"internal/identity/policy":        {},
	"internal/jobs":                   {"internal/control"},
	"internal/orgs":                   {"internal/entity", "internal/control"},
	"internal/mail":                   {},
	"internal/audit":                  {"internal/entity"},
	"internal/investigate/indicators": {"internal/entity"},
	"internal/investigate":            {"internal/entity", "internal/warehouse", "internal/control", "internal/investigate/indicators"},
	"internal/graph":                  {"internal/entity", "internal/warehouse"},
	"internal/ingest":                 {"internal/source", "internal/decode", "internal/enrich", "internal/rules", "internal/warehouse", "internal/control", "internal/entity"},
	"internal/detective":              {"internal/entity", "internal/control", "internal/warehouse", "internal/identity", "internal/jobs", "internal/investigate"},
	"internal/api":                    {"internal/detective", "internal/control", "internal/investigate", "internal/api", "internal/entity"},
	"internal/simulate":               {},
	"test":                            {"internal"},
	"bench":                           {"internal"},
}

// pure packages decide; they do no I/O and have no clock of their own.
var pure = []string{"internal/entity", "internal/baseline", "internal/rules", "internal/investigate/indicators", "internal/identity/policy"}

var impure = []string{"os", "net", "net/http", "database/sql", "os/exec", "syscall"}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		from, ok := strings.CutPrefix(p.ImportPath, module+"/")
		if !ok {
			continue
		}
		if !slices.Contains(p.GoFiles, "doc.go") && !slices.Contains(p.TestGoFiles, "doc.go") {
			t.Errorf("%s has no doc.go that says what it is for", from)
		}
		allowed, ok := ruleOf(from)
		if !ok {
			t.Errorf("%s has no line in mayImport: say what it may import", from)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, to) }) {
				t.Errorf("%s imports %s; it may import %v", from, to, allowed)
			}
			if slices.Contains(pure, from) && slices.Contains(impure, imported) {
				t.Errorf("%s imports %s; it is pure: no I/O", from, imported)
			}
		}
	}
}

// ruleOf returns the rule of the longest folder that covers the package.
func ruleOf(path string) ([]string, bool) {
	for dir := path; dir != "."; dir = parent(dir) {
		if allowed, ok := mayImport[dir]; ok {
			return allowed, true
		}
	}
	return nil, false
}

func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return "."
}

func covers(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

type goPackage struct {
	ImportPath           string
	Imports              []string
	GoFiles, TestGoFiles []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,GoFiles,TestGoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all = append(all, p)
	}
}
