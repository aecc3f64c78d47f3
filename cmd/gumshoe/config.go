package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// config is the configuration file, YAML. Everything has a default.
type config struct {
	// Regions that clients may sign for; the first is the default Region of
	// this installation.
	Regions []string `yaml:"regions"`
	// Geo names geolocation data besides DIR/geo.
	Geo geoConfig `yaml:"geo"`
	// AWS says how Amazon S3 and SQS are reached.
	AWS awsConfig `yaml:"aws"`
	// Sources are what a server reads by itself.
	Sources []sourceConfig `yaml:"sources"`
	// RawRecords says whether events keep their records as logged; without
	// them a graph is smaller and shows of an event only its columns.
	RawRecords *bool `yaml:"raw_records"`
	// RetentionDays is for how long a server keeps data, see retention.
	RetentionDays *int          `yaml:"retention_days"`
	Metrics       metricsConfig `yaml:"metrics"`

	Quotas       quotaConfig        `yaml:"quotas"`
	Throttle     throttleConfig     `yaml:"throttle"`
	Mail         mailConfig         `yaml:"mail"`
	Organization organizationConfig `yaml:"organization"`
	Audit        auditConfig        `yaml:"audit"`
}

// geoConfig holds paths of databases: MaxMind DB files with cities or networks
// (ASN), and CSV overlays as gumshoe simulate writes them.
type geoConfig struct {
	City    []string `yaml:"city"`
	ASN     []string `yaml:"asn"`
	Overlay []string `yaml:"overlay"`
}

const defaultRegion = "us-east-1"

// regionName is what a Region looks like (us-east-1, us-gov-west-1).
var regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)

// readConfig reads the file at path; "" gives the defaults. Members that it
// does not know are errors: a misspelt one would silently do nothing.
func readConfig(path string) (config, error) {
	c := config{Regions: []string{defaultRegion}}
	if path == "" {
		return c, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("read configuration: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("read configuration %s: %w", path, explainYAML(err))
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("read configuration %s: there is more behind the end of the document (---)", path)
	}
	if len(c.Regions) == 0 {
		c.Regions = []string{defaultRegion}
	}
	for _, r := range c.Regions {
		if !regionName.MatchString(r) {
			return c, fmt.Errorf("read configuration %s: regions: %q is no Region; one is %s", path, r, defaultRegion)
		}
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("read configuration %s: %w", path, err)
	}
	return c, nil
}

// What package yaml says about a document that is YAML but no configuration,
// in words of Go.
var (
	unknownMember = regexp.MustCompile(`field (\S+) not found in type .*`)
	wrongType     = regexp.MustCompile(`cannot unmarshal !!\w+ ?(.*) into (\S+)(?s:.*)`)
)

// explainYAML says the same in words of YAML. The line stays in front.
func explainYAML(err error) error {
	var types *yaml.TypeError
	if !errors.As(err, &types) {
		return err
	}
	lines := make([]string, len(types.Errors))
	for i, e := range types.Errors {
		e = unknownMember.ReplaceAllString(e, `there is no member "$1"`)
		lines[i] = wrongType.ReplaceAllStringFunc(e, func(s string) string {
			m := wrongType.FindStringSubmatch(s)
			want := "names with values"
			switch m[2] {
			case "string":
				want = "a text"
			case "bool":
				want = "true or false"
			case "time.Duration":
				want = "a time such as 30s"
			case "[]main.sourceConfig":
				want = "a list"
			case "[]string":
				want = "a list of texts"
			case "int", "int64":
				want = "a whole number"
			case "float64":
				want = "a number"
			}
			return strings.TrimSpace("want " + want + " " + m[1])
		})
	}
	return errors.New(strings.Join(lines, "; "))
}
