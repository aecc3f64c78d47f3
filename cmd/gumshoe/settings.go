package main

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/audit"
	"github.com/gumshoe-detective/gumshoe/internal/mail"
)

// The parts of the configuration file besides its head, in config.go.

// awsConfig says how Amazon S3 and SQS are reached. Credentials, and what is
// empty here, come from the AWS SDK's own chain: environment, shared files,
// container, instance.
type awsConfig struct {
	Endpoint  string `yaml:"endpoint"`   // base URL of both, for another S3 than AWS's
	PathStyle bool   `yaml:"path_style"` // the bucket in the path of URLs, not in their host name
	Region    string `yaml:"region"`     // where the chain names none; default: the first of regions
	Profile   string `yaml:"profile"`    // of the AWS configuration files
}

// quotaConfig are the quotas of every graph; 0 is the default.
type quotaConfig struct {
	Members     int   `yaml:"members"`       // 1,200
	BytesPerDay int64 `yaml:"bytes_per_day"` // 10,000,000,000,000
}

// throttleConfig limits the calls of one account; 0 is the default.
type throttleConfig struct {
	PerSecond float64 `yaml:"per_second"` // 10; negative for no limit
	Burst     int     `yaml:"burst"`      // 50
}

// auditConfig says how long our own calls are kept.
type auditConfig struct {
	KeepBytes int64 `yaml:"keep_bytes"` // of DIR/audit, packed; 0 is 10 GiB, negative keeps all
}

// keep is the value for the log.
func (c auditConfig) keep() int64 {
	switch {
	case c.KeepBytes < 0:
		return 0 // all
	case c.KeepBytes == 0:
		return audit.DefaultKeepBytes
	}
	return c.KeepBytes
}

// organizationConfig says where the organization is read from.
type organizationConfig struct {
	Source   string `yaml:"source"`   // own (default) or aws
	Endpoint string `yaml:"endpoint"` // of AWS Organizations, for tests and proxies
	Profile  string `yaml:"profile"`  // of the AWS configuration files
}

// mailConfig is the server that invitations are sent by. Without a host no
// mail is sent.
type mailConfig struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	TLS          string `yaml:"tls"`
	CAFile       string `yaml:"ca_file"`
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	From         string `yaml:"from"`
	ConsoleURL   string `yaml:"console_url"`
}

// sender returns the sender of mail, nil when none is configured.
func (m mailConfig) sender() (*mail.Sender, error) {
	if m == (mailConfig{}) {
		return nil, nil
	}
	s, err := mail.New(mail.Config{
		Host: m.Host, Port: m.Port, TLS: m.TLS, CAFile: m.CAFile, Username: m.Username,
		PasswordFile: m.PasswordFile, From: m.From, ConsoleURL: m.ConsoleURL,
	})
	if err != nil {
		return nil, fmt.Errorf("configuration, mail: %w", err)
	}
	return s, nil
}

// metricsConfig says who may read /metrics.
type metricsConfig struct {
	Public bool `yaml:"public"` // everybody; otherwise only this machine
}

// The days that data is kept for when the configuration says nothing, and the
// most that it may say.
const (
	defaultRetentionDays = 365
	maxRetentionDays     = 36_500
)

// retention returns for how many days a server keeps data; 0 for ever.
func (c config) retention() int {
	if c.RetentionDays == nil {
		return defaultRetentionDays
	}
	return *c.RetentionDays
}

// check says what cannot be, with the path of the member.
func (c config) check() error {
	switch {
	case c.Quotas.Members < 0:
		return fmt.Errorf("quotas.members: %d is less than 0", c.Quotas.Members)
	case c.Quotas.BytesPerDay < 0:
		return fmt.Errorf("quotas.bytes_per_day: %d is less than 0", c.Quotas.BytesPerDay)
	case math.IsNaN(c.Throttle.PerSecond) || math.IsInf(c.Throttle.PerSecond, 0):
		return errors.New("throttle.per_second: it must be a number; a negative one is no limit")
	case c.Throttle.Burst < 0:
		return fmt.Errorf("throttle.burst: %d is less than 0", c.Throttle.Burst)
	case !strings.Contains("|own|aws|", "|"+c.Organization.Source+"|") && c.Organization.Source != "":
		return fmt.Errorf("organization.source: %q is neither own nor aws", c.Organization.Source)
	case c.Organization.Source != "aws" && (c.Organization.Endpoint != "" || c.Organization.Profile != ""):
		return errors.New("organization: endpoint and profile are for source: aws")
	case c.RetentionDays != nil && (*c.RetentionDays < 0 || *c.RetentionDays > maxRetentionDays):
		return fmt.Errorf("retention_days: %d is not between 0, which keeps all, and %d", *c.RetentionDays, maxRetentionDays)
	}
	for i, s := range c.Sources {
		if err := s.check(); err != nil {
			return fmt.Errorf("sources[%d]: %w", i, err)
		}
	}
	return nil
}
