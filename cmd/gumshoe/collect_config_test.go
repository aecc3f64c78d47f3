package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
)

// objectFailed is the account of an object that could not be read.
func objectFailed(uri string) ingest.ObjectSummary {
	return ingest.ObjectSummary{URI: uri, Reasons: map[string]int64{reasonUnreadable: 1}}
}

func TestReadSources(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gumshoe.yaml")
	read := func(content string) (config, error) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return readConfig(path)
	}
	got, err := read(`
sources:
- folder: /logs
  account: 000000000012
  kind: cloudtrail
  include: ['*.json.gz']
  interval: 30s
  enroll: true
- s3: s3://trail/AWSLogs/
- queue: https://sqs.us-east-1.amazonaws.com/111122223333/logs
  flow_format: ${version} ${account-id} ${interface-id} ${srcaddr}
retention_days: 0
metrics: {public: true}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []sourceConfig{
		{Folder: "/logs", Account: "000000000012", Kind: "cloudtrail", Include: []string{"*.json.gz"}, Interval: 30 * time.Second, Enroll: true},
		{S3: "s3://trail/AWSLogs/"},
		{Queue: "https://sqs.us-east-1.amazonaws.com/111122223333/logs", FlowFormat: "${version} ${account-id} ${interface-id} ${srcaddr}"},
	}
	if diff := cmp.Diff(want, got.Sources); diff != "" {
		t.Errorf("sources (-want)\n%s", diff)
	}
	if got.retention() != 0 || !got.Metrics.Public || (config{}).retention() != defaultRetentionDays {
		t.Errorf("retention %d, metrics %+v", got.retention(), got.Metrics)
	}

	for content, want := range map[string]string{
		"sources: [{}]": "sources[0]: it names 0 of folder, s3 and queue; name one",
		"sources: [{folder: /a}, {folder: /a, s3: s3://b}]": "sources[1]: it names 2 of folder, s3 and queue",
		"sources: [{folder: logs}]":                         `sources[0]: folder: "logs" is no absolute path`,
		"sources: [{s3: bucket}]":                           `sources[0]: s3: "bucket" does not begin with s3://`,
		"sources: [{s3: 's3://'}]":                          "sources[0]: s3: ",
		"sources: [{queue: logs}]":                          `sources[0]: queue: "logs" is no URL of a queue`,
		"sources: [{queue: 'https://u:p@h/q'}]":             "is no URL of a queue",
		"sources: [{folder: /a, account: 12}]":              `sources[0]: account: "12" is no account ID of 12 digits`,
		"sources: [{folder: /a, kind: syslog}]":             "sources[0]: kind: ",
		"sources: [{folder: /a, include: ['[']}]":           "sources[0]: include: bad include pattern",
		"sources: [{folder: /a, include: '*'}]":             "want a list of texts",
		"sources: [{folder: /a, flow_format: '${'}]":        "sources[0]: flow_format: ",
		"sources: [{folder: /a, interval: 1ms}]":            "sources[0]: interval: 1ms is not between 100ms and 24h0m0s",
		"sources: [{folder: /a, interval: soon}]":           "want a time such as 30s `soon`",
		"sources: [{folder: /a, interval: 5}]":              "want a time such as 30s `5`",
		"sources: [{folder: /a, enroll: maybe}]":            "want true or false `maybe`",
		"sources: [{folder: /a, path: /b}]":                 `there is no member "path"`,
		"sources: {folder: /a}":                             "want a list",
		"sources:\n- {queue: 'https://h/q', interval: 5s}":  "sources[0]: interval: a queue is waited for",
		"metrics: {public: 3}":                              "want true or false",
		"retention_days: -1":                                "retention_days: -1 is not between 0, which keeps all, and 36500",
		"retention_days: 36501":                             "retention_days: 36501 is not between",
		"retention_days: year":                              "want a whole number `year`",
	} {
		_, err := read(content)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "main.") || strings.Contains(err.Error(), "!!")) {
			t.Errorf("%q: an error in words of Go: %v", content, err)
		}
	}
}

// A source knows which objects in the ledger it would list.
func TestTaker(t *testing.T) {
	t.Parallel()
	f := func(c sourceConfig, want []string, uris ...string) {
		t.Helper()
		mine, err := c.taker()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, uri := range uris {
			if mine(uri) {
				got = append(got, uri)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v (-want)\n%s", c, diff)
		}
	}
	f(sourceConfig{Folder: "/logs"}, []string{"/logs/a", "/logs/b/c%25"}, "/logs/a", "/logs/b/c%25", "/logs-old/a", "/logs", "s3://logs/a")
	f(sourceConfig{Folder: "/logs/", Include: []string{"b/*.gz"}}, []string{"/logs/b/x.gz"}, "/logs/a.gz", "/logs/b/x.gz", "/logs/c/b/x.gz")
	f(sourceConfig{S3: "s3://a/p/q", Include: []string{"q1/*"}}, []string{"s3://a/p/q1/x"}, "s3://a/p/q1/x", "s3://a/p/q2/x", "s3://a/q1/x", "s3://b/p/q1/x", "/a/p/q1/x")
	f(sourceConfig{Queue: "https://h/q", Include: []string{"*.gz"}}, []string{"s3://a/x.gz"}, "s3://a/x.gz", "s3://a/x", "/a/x.gz")
}
