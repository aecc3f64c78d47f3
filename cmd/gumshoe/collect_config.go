package main

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// sourceConfig is one place that a server reads by itself: a folder that it
// watches, a prefix in Amazon S3 that it lists again and again, or the S3
// event notifications in a queue of Amazon SQS.
type sourceConfig struct {
	Folder string `yaml:"folder"` // absolute path
	S3     string `yaml:"s3"`     // s3://BUCKET/PREFIX
	Queue  string `yaml:"queue"`  // URL

	// Account is the administrator account of the graph that is fed; empty
	// for the only graph.
	Account    string        `yaml:"account"`
	Kind       string        `yaml:"kind"`        // as --kind; empty for auto
	Include    []string      `yaml:"include"`     // patterns, as --include
	FlowFormat string        `yaml:"flow_format"` // as --flow-format
	Interval   time.Duration `yaml:"interval"`    // between two listings; 0 for the default
	Enroll     bool          `yaml:"enroll"`      // as --enroll
}

// How often a source is listed. A file of a folder is read when two listings
// saw it the same, so the default makes it wait 2 s at most, unless the folder
// is so large that a listing takes more than a tenth of the time.
const (
	defaultFolderInterval = time.Second
	listingShare          = 9 // pause after a listing of a folder, in times that it took
	defaultS3Interval     = 5 * time.Minute
	minInterval           = 100 * time.Millisecond
	maxInterval           = 24 * time.Hour
)

// name is what logs and metrics call the source.
func (c sourceConfig) name() string {
	switch {
	case c.Folder != "":
		return c.Folder
	case c.S3 != "":
		return c.S3
	}
	return c.Queue
}

// flags say how to read, as those of gumshoe ingest do.
func (c sourceConfig) flags() ingestFlags {
	kind, err := decode.ParseKind(c.Kind)
	if c.Kind == "" || err != nil { // check has said so
		kind = decode.KindAuto
	}
	return ingestFlags{kind: kind, enroll: c.Enroll, include: c.Include, flowFormat: c.FlowFormat}
}

// check says what cannot be, with the name of the member.
func (c sourceConfig) check() error {
	named := 0
	for _, s := range []string{c.Folder, c.S3, c.Queue} {
		if s != "" {
			named++
		}
	}
	if named != 1 {
		return fmt.Errorf("it names %d of folder, s3 and queue; name one", named)
	}
	if c.Folder != "" && !filepath.IsAbs(c.Folder) {
		return fmt.Errorf("folder: %q is no absolute path", c.Folder)
	}
	if c.S3 != "" {
		if _, _, err := s3.ParseURI(c.S3); err != nil {
			return fmt.Errorf("s3: %w", err)
		}
	}
	if c.Queue != "" {
		if err := checkQueueURL(c.Queue); err != nil {
			return fmt.Errorf("queue: %w", err)
		}
	}
	return c.checkReading()
}

// checkReading checks how the source is read.
func (c sourceConfig) checkReading() error {
	if c.Account != "" && !entity.IsAccountID(c.Account) {
		return fmt.Errorf("account: %q is no account ID of 12 digits", c.Account)
	}
	if c.Kind != "" {
		if _, err := decode.ParseKind(c.Kind); err != nil {
			return fmt.Errorf("kind: %w", err)
		}
	}
	if _, err := source.ParsePatterns(c.Include...); err != nil {
		return fmt.Errorf("include: %w", err)
	}
	if c.FlowFormat != "" {
		if _, err := vpcflow.ParseFormat(c.FlowFormat); err != nil {
			return fmt.Errorf("flow_format: %w", err)
		}
	}
	switch {
	case c.Interval == 0:
	case c.Queue != "":
		return errors.New("interval: a queue is waited for, not listed")
	case c.Interval < minInterval || c.Interval > maxInterval:
		return fmt.Errorf("interval: %v is not between %v and %v", c.Interval, minInterval, maxInterval)
	}
	return nil
}

func checkQueueURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return fmt.Errorf("%q is no URL of a queue, such as https://sqs.us-east-1.amazonaws.com/111122223333/logs", text)
	}
	return nil
}
