package guardduty

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
// one a file, without their EventBridge envelopes.
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
			if detail := field.OfText(value).Get("detail"); detail.Exists() {
				value = string(detail.Raw())
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

// Every public finding is read, but for two hand-written ones without a time.
func TestRealFindings(t *testing.T) {
	dir := findingtest.RealData(t)
	sets := records(t, filepath.Join(dir, "guardduty"))
	for set, values := range records(t, filepath.Join(dir, "guardduty_envelopes")) {
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
	if diff := cmp.Diff(map[string]int{"panther": 4, "stix-shifter": 3, "cartography": 5, "blu371ck-samples": 6, "cloud-custodian": 1}, found); diff != "" {
		t.Errorf("findings:\n%s", diff)
	}
	if diff := cmp.Diff(map[decode.Reason]int{ReasonNoFindingTime: 2}, reasons); diff != "" {
		t.Errorf("rejections:\n%s", diff)
	}
	if diff := cmp.Diff(wantResources, resources); diff != "" {
		t.Errorf("resources:\n%s", diff)
	}
}

// wantResources counts the entities that the findings name, by type.
var wantResources = map[string]int{"AccessKey": 3, "AwsAccount": 12, "AwsRole": 4, "AwsService": 4, "AwsUser": 2, "ContainerCluster": 1, "Ec2Instance": 11,
	"IpAddress": 44, "NetworkInterface": 27, "S3Bucket": 2}
