package eksaudit

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// realEvents are the values in the files of a folder of public logs, or a
// skip.
func realEvents(t testing.TB, folder string) (values [][]byte) {
	t.Helper()
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "k8s_audit", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		in, err := os.ReadFile(path)
		for in = bytes.TrimSpace(in); len(in) > 0; in = bytes.TrimSpace(in) {
			n, _ := agree(t, new(Parser), new(Record), append(in, '\n'))
			if n == 0 {
				t.Fatalf("%s: no JSON: %.100q", path, in)
			}
			values = append(values, in[:n])
			in = in[n:]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Every real event gives what the reference gives. Most of panther's were
// stripped of their times when they were published, and cannot be used.
func TestRealLogs(t *testing.T) {
	t.Parallel()
	f := func(folder string, want map[decode.Reason]int, wantAPIs ...string) {
		t.Helper()
		var p Parser
		var rec Record
		got, apis := map[decode.Reason]int{}, map[string]bool{}
		for _, in := range realEvents(t, folder) {
			_, reason := agree(t, &p, &rec, in)
			got[reason]++
			if reason == "" {
				apis[rec.API()] = true
			}
			if reason != ReasonNotAudit && !Looks(namesOf(t, in)) {
				t.Errorf("%s: does not look it: %s", folder, in)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", folder, diff)
		}
		for _, api := range wantAPIs {
			if !apis[api] {
				t.Errorf("%s: no %s", folder, api)
			}
		}
	}
	f("falco", map[decode.Reason]int{"": 27, ReasonNotAudit: 1}, "k8s:create:pods", "k8s:delete:secrets", "k8s:create:deployments")
	f("panther", map[decode.Reason]int{"": 4, ReasonNoTime: 89}, "k8s:get:/version", "k8s:unknown:pods")
}

// With a time put in, all of panther's events are read.
func TestRealLogsWithTime(t *testing.T) {
	t.Parallel()
	var p Parser
	var rec Record
	var images, roles []string
	var privileged, hostNetwork, exec, iam int
	for _, in := range realEvents(t, "panther") {
		in = append([]byte(`{"stageTimestamp":"2024-05-06T12:00:00Z",`), in[1:]...)
		if _, reason := agree(t, &p, &rec, in); reason != "" {
			t.Errorf("%s: %s", reason, in)
		}
		images = append(images, rec.Pod.Images...)
		if rec.Binding.Role != "" {
			roles = append(roles, rec.Binding.Role)
		}
		if rec.Pod.Privileged {
			privileged++
		}
		if rec.Pod.HostNetwork {
			hostNetwork++
		}
		if rec.Object.Subresource == "exec" {
			exec++
		}
		if _, ok := rec.Identity(); ok {
			iam++
		}
	}
	slices.Sort(images)
	slices.Sort(roles)
	t.Logf("images %v, roles %v", images, roles)
	got := []int{len(images), len(roles), privileged, hostNetwork, exec, iam}
	if diff := cmp.Diff([]int{8, 6, 0, 2, 8, 1}, got); diff != "" {
		t.Errorf("images, roles, privileged, hostNetwork, exec, IAM:\n%s", diff)
	}
}
