package simulate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Version of the generator: it changes whenever the same [Config] gives
// other bytes.
const Version = "1"

// The files beside the logs in the output folder.
const (
	ManifestFile = "manifest.json"
	GeoFile      = "geo.csv"
	LogFolder    = "AWSLogs"

	SecurityHubFolder = "securityhub"
	AuditFolder       = "eks"
	ShapesFolder      = "shapes"
)

// Manifest says what [Write] wrote. Counts are of what lies in the files;
// times are UTC.
type Manifest struct {
	Version string `json:"generator_version"`
	Seed    int64  `json:"seed"`
	// StoryName is one of [Stories].
	StoryName string `json:"story_name"`
	Files     int    `json:"files"`
	// Events counts distinct events, Duplicates further copies of some of
	// them, byte for byte, in another file. Records = Events + Duplicates.
	Events     int `json:"events"`
	Duplicates int `json:"duplicates"`
	// Bytes is the size of all log files as plain JSON, CompressedBytes as
	// they are.
	Bytes           int64 `json:"bytes"`
	CompressedBytes int64 `json:"compressed_bytes"`
	// FirstEvent and LastEvent are the event times of the earliest and the
	// latest event, zero if there is none.
	FirstEvent time.Time           `json:"first_event"`
	LastEvent  time.Time           `json:"last_event"`
	Accounts   []AccountManifest   `json:"accounts"`
	Principals []PrincipalManifest `json:"principals"`
	// QuietUser is the ARN of an ordinary developer, active in the same
	// hours as the story and not part of it.
	QuietUser string `json:"quiet_user"`
	// Sources counts each source that was written, CloudTrail's log files
	// among them; empty when there are no others.
	Sources []SourceManifest `json:"sources,omitempty"`
	// Story is nil when StoryName is "none".
	Story *StoryManifest `json:"story,omitempty"`
}

// AccountManifest is one AWS account.
type AccountManifest struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SourceManifest counts what was written of one source. Records counts
// what lies in the files: events, flow lines, versions of findings, audit
// events, log files named in digests; Duplicates are those of them that
// stand in another file before. Bytes and CompressedBytes are as in
// [Manifest].
type SourceManifest struct {
	Source          string `json:"source"`
	Files           int    `json:"files"`
	Records         int    `json:"records"`
	Duplicates      int    `json:"duplicates"`
	Bytes           int64  `json:"bytes"`
	CompressedBytes int64  `json:"compressed_bytes"`
}

// PrincipalManifest is one IAM user, IAM role or root user of the cast.
// Events counts its distinct events, the story's included.
type PrincipalManifest struct {
	ARN     string `json:"arn"`
	Account string `json:"account"`
	Kind    string `json:"kind"`
	Events  int    `json:"events"`
}

// StoryManifest is the ground truth of an attack.
type StoryManifest struct {
	// User is the ARN of the user whose key was stolen, Roles those of the
	// roles that the attacker took over, in order, CreatedUsers those of
	// users that the attacker made.
	User         string   `json:"user"`
	Roles        []string `json:"roles"`
	CreatedUsers []string `json:"created_users"`
	// StolenKey is the developer's long-term key, which he goes on using;
	// AttackerKeys are keys that only the attacker used or made.
	StolenKey    string   `json:"stolen_key"`
	AttackerKeys []string `json:"attacker_keys"`
	Addresses    []string `json:"addresses"`
	UserAgents   []string `json:"user_agents"`
	// The scope, in whole hours, holds every event of the attack.
	ScopeStart time.Time `json:"scope_start"`
	ScopeEnd   time.Time `json:"scope_end"`
	// Events counts distinct events of the attack, in all accounts' trails.
	Events int `json:"events"`
	// Flows and AuditEvents count the attack's flow log records and audit
	// events, Findings names the GuardDuty findings about it.
	Flows       int            `json:"flows,omitempty"`
	AuditEvents int            `json:"audit_events,omitempty"`
	Findings    []StoryFinding `json:"findings,omitempty"`
	// Truth has a row for every (principal, address, API) of the attack.
	Truth []TruthRow `json:"truth"`
}

// StoryFinding is one of GuardDuty's findings about the attack.
type StoryFinding struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Account string `json:"account"`
}

// TruthRow counts the attacker's calls of one API by one principal from one
// address.
type TruthRow struct {
	// PrincipalARN is the ARN of the user, or of the role behind a session
	// (sessionIssuer). It is empty for the target account's record of a
	// cross-account AssumeRole, which names no ARN; CallerAccount is then
	// the caller's account.
	PrincipalARN  string `json:"principal_arn,omitempty"`
	CallerAccount string `json:"caller_account,omitempty"`
	// Address is the record's sourceIPAddress; "AWS Internal" for calls
	// that AWS made on the attacker's behalf.
	Address     string `json:"source_address"`
	EventSource string `json:"event_source"`
	EventName   string `json:"event_name"`
	// Failure counts records with an errorCode.
	Success int `json:"success"`
	Failure int `json:"failure"`
}

// ReadManifest reads the manifest that [Write] left in dir. The error wraps
// [os.ErrNotExist] when there is none.
func ReadManifest(dir string) (*Manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read the manifest in %s: %w", dir, err)
	}
	return &m, nil
}

func (m *Manifest) write(dir string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the manifest: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, ManifestFile), append(b, '\n'), 0o644)
}

func newManifest(cfg Config, org *organization, plot *story, d *delivery) *Manifest {
	logs := d.out.tallies[cloudTrail]
	m := &Manifest{
		Version: Version, Seed: cfg.Seed, StoryName: cfg.Story,
		Files: logs.files, Events: d.events, Duplicates: d.duplicates,
		Bytes: logs.plainBytes, CompressedBytes: logs.packedBytes,
		QuietUser: org.quiet.principal.arn, Story: plot.truth,
	}
	if d.events > 0 {
		m.FirstEvent, m.LastEvent = time.Unix(d.first, 0).UTC(), time.Unix(d.last, 0).UTC()
	}
	for _, a := range org.accounts {
		m.Accounts = append(m.Accounts, AccountManifest{ID: a.id, Name: a.name})
	}
	for _, p := range org.principals {
		m.Principals = append(m.Principals, PrincipalManifest{ARN: p.arn, Account: p.account.id, Kind: p.kind, Events: p.events})
	}
	if cfg.more() {
		for s, t := range d.out.tallies {
			if t.files > 0 {
				m.Sources = append(m.Sources, SourceManifest{Source: sourceNames[s], Files: t.files, Records: t.records,
					Duplicates: t.duplicates, Bytes: t.plainBytes, CompressedBytes: t.packedBytes})
			}
		}
	}
	return m
}
