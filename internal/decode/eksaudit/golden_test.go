package eksaudit

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each file in testdata/events is an event, a line of dashes and what became
// of it.
func TestGolden(t *testing.T) {
	t.Parallel()
	const separator = "\n----\n"
	files, err := filepath.Glob(filepath.Join("testdata", "events", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	var p Parser
	var rec Record
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in, want, _ := strings.Cut(string(content), separator)
		var b strings.Builder
		if reason := parse(t, &p, in, &rec); reason != "" {
			fmt.Fprintf(&b, "rejected: %s\n", reason)
		} else {
			agree(t, &p, &rec, []byte(in))
			kind, name := Subject(&rec.User)
			fmt.Fprintf(&b, "API() = %s\nSubject() = %s %s\n", rec.API(), kind, name)
			if id, ok := rec.Identity(); ok {
				dump(&b, "Identity()", reflect.ValueOf(id))
			}
			dump(&b, "", reflect.ValueOf(rec))
		}
		if *update {
			if err := os.WriteFile(file, []byte(in+separator+b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-update rewrites it):\n%s", file, diff)
		}
	}
}

// dump writes down the fields of v that are not zero, one a line.
func dump(b *strings.Builder, path string, v reflect.Value) {
	if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return
	}
	if _, ok := v.Interface().(time.Time); ok || v.Kind() != reflect.Struct {
		fmt.Fprintf(b, "%s = %v\n", path, v)
		return
	}
	for i := range v.NumField() {
		dump(b, strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), v.Field(i))
	}
}
