package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// config is the configuration file, YAML. Everything has a default.
type config struct {
	// Regions that clients may sign for; the first is the default Region of
	// this installation.
	Regions []string `yaml:"regions"`
	// Geo names geolocation data besides DIR/geo.
	Geo struct {
		City    []string `yaml:"city"`
		ASN     []string `yaml:"asn"`
		Overlay []string `yaml:"overlay"`
	} `yaml:"geo"`
}

const defaultRegion = "us-east-1"

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
		return c, fmt.Errorf("read configuration %s: %w", path, err)
	}
	if len(c.Regions) == 0 {
		c.Regions = []string{defaultRegion}
	}
	return c, nil
}
