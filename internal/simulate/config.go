package simulate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config says what to write. The zero value is a calm organization of three
// accounts over 60 days.
type Config struct {
	// Seed of every choice.
	Seed int64
	// Events is the approximate number of distinct events, within about
	// 5 % from 10,000 events on, a story's few hundred included; 0 is the
	// natural volume, about 5,500 events a day.
	Events int
	// Days of logs, 1 to 3,650; 0 is 60: a baseline of 45 days and the two
	// weeks of training before it.
	Days int
	// End is the end of the last day, exclusive, cut to midnight UTC. The
	// zero value is a fixed date, not today, so that output never depends
	// on when it was made.
	End time.Time
	// Story is one of [Stories]; "" is "none".
	Story string
	// EventsPerFile is about how many events a file holds; 0 writes the
	// small files of S3 delivery (half of them hold five events or fewer).
	// At most 50,000.
	EventsPerFile int
	// Accounts is the number of AWS accounts, 1 to 200; 0 is 3.
	// A story needs two.
	Accounts int
	// Principals is about how many people and workload roles there are, 12
	// to 20,000; 0 is 40. Roles that AWS services and root use come on top.
	Principals int
	// StressKeys gives every event an address of its own, so that no two
	// events share a (principal, address, API) key and no rollup folds.
	StressKeys bool

	// The sources besides CloudTrail. With all of them off, CloudTrail's
	// files are what they have always been. With Flows, AuditEvents,
	// Findings or Shapes the accounts get instances with network interfaces
	// of their own, launched in the first hour and named in later events.

	// Flows is the approximate number of VPC flow log records, 0 to
	// 1,000,000,000; 0 writes none.
	Flows int
	// FlowVersion is 2, the default format, or 5: all fields to version 5,
	// the addresses of packets behind NAT gateways and in pods among them.
	// 0 is 2.
	FlowVersion int
	// FlowWindow is the aggregation interval, 60 or 600 seconds; 0 is 600,
	// as in AWS.
	FlowWindow int
	// AuditEvents is the approximate number of Kubernetes audit events of
	// the EKS clusters, 0 to 1,000,000,000; 0 writes none.
	AuditEvents int
	// Findings writes GuardDuty's findings, and Security Hub's: the same
	// again and those of its own controls.
	Findings bool
	// Digests writes CloudTrail's hourly digest files.
	Digests bool
	// Shapes writes one small file of each further shape in which these
	// logs come.
	Shapes bool
}

const (
	defaultDays       = 60
	defaultAccounts   = 3
	defaultPrincipals = 40

	maxDays          = 3650
	maxAccounts      = 200
	minPrincipals    = 12
	maxPrincipals    = 20000
	maxEventsPerFile = 50000
	maxRecords       = 1_000_000_000
)

// defaultEnd is a Thursday, so that the second last day, a story's, is a
// working day.
var defaultEnd = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

// Stories returns the names that [Config].Story takes, sorted.
func Stories() []string { return []string{StoryNone, StoryStolenKey} }

// The stories.
const (
	// StoryNone is an organization without an attack.
	StoryNone = "none"
	// StoryStolenKey is the theft of a developer's access key: enumeration,
	// role chaining into another account, persistence, theft of secrets and
	// of a bucket, and covering tracks, over a few hours of the second last
	// day, while the developer goes on working.
	StoryStolenKey = "stolen-key"
)

// withDefaults returns c with zero fields filled in, or an error that names
// every field out of range.
func (c Config) withDefaults() (Config, error) {
	c.Days = orDefault(c.Days, defaultDays)
	c.Accounts = orDefault(c.Accounts, defaultAccounts)
	c.Principals = orDefault(c.Principals, defaultPrincipals)
	c.FlowVersion = orDefault(c.FlowVersion, 2)
	c.FlowWindow = orDefault(c.FlowWindow, 600)
	if c.Story == "" {
		c.Story = StoryNone
	}
	if c.End.IsZero() {
		c.End = defaultEnd
	}
	c.End = c.End.UTC().Truncate(24 * time.Hour)

	var errs []error
	check := func(name string, got, least, most int) {
		if got < least || got > most {
			errs = append(errs, fmt.Errorf("%s is %d, want %d to %d", name, got, least, most))
		}
	}
	check("days", c.Days, 1, maxDays)
	check("accounts", c.Accounts, 1, maxAccounts)
	check("principals", c.Principals, minPrincipals, maxPrincipals)
	check("events a file", c.EventsPerFile, 0, maxEventsPerFile)
	check("flows", c.Flows, 0, maxRecords)
	check("audit events", c.AuditEvents, 0, maxRecords)
	if c.FlowVersion != 2 && c.FlowVersion != 5 {
		errs = append(errs, fmt.Errorf("flow version is %d, want 2 or 5", c.FlowVersion))
	}
	if c.FlowWindow != 60 && c.FlowWindow != 600 {
		errs = append(errs, fmt.Errorf("flow window is %d seconds, want 60 or 600", c.FlowWindow))
	}
	if c.Events < 0 {
		errs = append(errs, fmt.Errorf("events is %d, want 0 or more", c.Events))
	}
	if !slices.Contains(Stories(), c.Story) {
		errs = append(errs, fmt.Errorf("no story %q, there are: %s", c.Story, strings.Join(Stories(), ", ")))
	}
	if c.Story != StoryNone && (c.Accounts < 2 || c.Days < 2) {
		errs = append(errs, fmt.Errorf("story %q needs two accounts and two days, got %d and %d",
			c.Story, c.Accounts, c.Days))
	}
	if first := c.start(); first.Year() < 2007 || c.End.Year() > 2200 {
		errs = append(errs, fmt.Errorf("days %s to %s lie outside 2007 to 2200",
			first.Format(time.DateOnly), c.End.Format(time.DateOnly)))
	}
	return c, errors.Join(errs...)
}

// start is the first day's midnight.
func (c Config) start() time.Time { return c.End.AddDate(0, 0, -c.Days) }

// storyDay is the midnight of the second last day, or of the only one.
func (c Config) storyDay() time.Time {
	return c.End.AddDate(0, 0, -min(2, c.Days))
}

// wide reports whether there is more to see than CloudTrail: instances,
// their interfaces, the Internet.
func (c Config) wide() bool {
	return c.Flows > 0 || c.AuditEvents > 0 || c.Findings || c.Shapes
}

// more reports whether sources besides CloudTrail's log files are written.
func (c Config) more() bool { return c.wide() || c.Digests }

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
