package ocsf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/asff"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// parse reads one event, which is all of in.
func parse(t testing.TB, p *Parser, in []byte, rec *Record) error {
	t.Helper()
	var s jsonscan.Scanner
	s.Reset(append(bytes.Clone(in), '\n'), 0)
	err := p.Parse(&s, rec)
	if s.Err() == nil && s.Pos() != len(bytes.TrimRight(in, " \t\r\n")) {
		t.Fatalf("the scanner is at %d of %d", s.Pos(), len(in))
	}
	return err
}

// native reads a record as its source logged it.
func native(t testing.TB, kind decode.Kind, in []byte) (rec Record) {
	t.Helper()
	rec.Kind = kind
	var s jsonscan.Scanner
	s.Reset(append(bytes.Clone(in), '\n'), 0)
	var err error
	switch kind {
	case decode.KindCloudTrail:
		err = new(cloudtrail.Parser).Parse(&s, &rec.CloudTrail)
	case decode.KindVPCFlow:
		err = new(vpcflow.Parser).Object(&s, &rec.Flow)
	case decode.KindEKSAudit:
		err = new(eksaudit.Parser).Parse(&s, &rec.Audit)
	default:
		err = new(asff.Parser).Parse(&s, &rec.Finding)
	}
	if err != nil {
		t.Fatalf("the source's own record: %v", err)
	}
	return rec
}

// fields are the fields of a record that have a value, as texts by their
// paths. Free-form parts are in there member by member.
func fields(t testing.TB, rec *Record) map[string]string {
	t.Helper()
	var of any
	free := map[string][]byte{}
	switch rec.Kind {
	case decode.KindCloudTrail:
		r := rec.CloudTrail
		free["RequestParameters"], free["ResponseElements"], free["AdditionalEventData"] = r.RequestParameters, r.ResponseElements, r.AdditionalEventData
		r.Raw, r.RequestParameters, r.ResponseElements, r.AdditionalEventData = nil, nil, nil, nil
		of = r
	case decode.KindVPCFlow:
		r := rec.Flow
		r.Raw, r.Format, r.Canonical = nil, nil, false
		of = r
	case decode.KindEKSAudit:
		r := rec.Audit
		r.Raw = nil
		of = r
	default:
		of = rec.Finding
	}
	b, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	flatten(t, all, "", b)
	for name, part := range free {
		if part != nil {
			flatten(t, all, name, part)
		}
	}
	return all
}

func flatten(t testing.TB, into map[string]string, path string, b []byte) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v in %s", path, err, b)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), inner)
			}
		case []any:
			for i, inner := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), inner)
			}
		case nil:
		default:
			if text := fmt.Sprint(v); text != "" && text != "0" && text != "false" && text != "0001-01-01T00:00:00Z" {
				into[path] = text
			}
		}
	}
	walk(path, v)
}

// lost are the fields that are not as they should be, and what they are.
func lost(want, got map[string]string) []string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			all = append(all, fmt.Sprintf("%s: %s, was %s", path, got[path], want[path]))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			all = append(all, fmt.Sprintf("%s: %s, was not there", path, got[path]))
		}
	}
	return all
}

// A pair of testdata/pairs is a record as its source logged it, the same as
// OCSF events of some versions, and what the way through OCSF costs.
func TestPairs(t *testing.T) {
	var p Parser // one for all, as in use
	files := pairFiles(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			parts := strings.Split(files[name], "\n---\n")
			if len(parts) != 4 {
				t.Fatalf("%d parts; want kind, record, event, differences", len(parts))
			}
			kind := decode.Kind(parts[0])
			own := native(t, kind, []byte(parts[1]))
			var rec Record
			if err := parse(t, &p, []byte(parts[2]), &rec); err != nil {
				t.Fatal(err)
			}
			if rec.Kind != kind {
				t.Errorf("kind %s; want %s", rec.Kind, kind)
			}
			got := strings.Join(lost(fields(t, &own), fields(t, &rec)), "\n")
			if diff := cmp.Diff(strings.TrimSpace(parts[3]), got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if kind == decode.KindGuardDuty || kind == decode.KindASFF {
				if rec.Finding.Key() != own.Finding.Key() {
					t.Errorf("key %s; want %s", rec.Finding.Key(), own.Finding.Key())
				}
			}
		})
	}
}

// pairFiles are the files of testdata/pairs, by their names.
func pairFiles(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "pairs", "*.txt"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	all := map[string]string{}
	for _, name := range files {
		in, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".txt")] = string(in)
	}
	return all
}
