package asff

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/findingtest"
)

// records returns the JSON values of every file below dir: one a line, or
// one a file, those in EventBridge envelopes without them.
func records(t *testing.T, dir string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		values := []string{string(content)}
		if filepath.Ext(path) == ".jsonl" {
			values = nil
			for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
				values = append(values, lines.Text())
			}
		}
		set := filepath.Base(filepath.Dir(path))
		for _, value := range values {
			if findings := field.OfText(value).Get("detail", "findings"); findings.Exists() {
				for f := range findings.Elements() {
					all[set] = append(all[set], string(f.Raw()))
				}
				continue
			}
			all[set] = append(all[set], value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every public finding is read.
func TestRealFindings(t *testing.T) {
	dir := findingtest.RealData(t)
	sets := records(t, filepath.Join(dir, "asff"))
	for set, values := range records(t, filepath.Join(dir, "asff_envelopes")) {
		sets[set] = append(sets[set], values...)
	}
	found, resources, reasons := map[string]int{}, map[string]int{}, map[decode.Reason]int{}
	for set, values := range sets {
		for _, value := range values {
			f, err := findingtest.Parse(new(Parser), strings.TrimSpace(value))
			var rejection *decode.Rejection
			if errors.As(err, &rejection) {
				reasons[rejection.Reason]++
				continue
			}
			if err != nil {
				t.Errorf("%s: %v in %s", set, err, value)
				continue
			}
			findingtest.Valid(t, &f)
			found[set]++
			for _, r := range f.Resources {
				resources[r.Ref.Type.String()]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"panther": 6, "automated-security-response": 54, "cloud-custodian": 2}, found); diff != "" {
		t.Errorf("findings:\n%s", diff)
	}
	if diff := cmp.Diff(map[decode.Reason]int{}, reasons); diff != "" {
		t.Errorf("rejections:\n%s", diff)
	}
	if diff := cmp.Diff(wantResources, resources); diff != "" {
		t.Errorf("resources:\n%s", diff)
	}
}

// wantResources counts the entities that the findings name, by type.
var wantResources = map[string]int{"AccessKey": 6, "AwsAccount": 62, "AwsRole": 8, "AwsRoleSession": 6, "AwsUser": 8, "IpAddress": 4, "S3Bucket": 9}
