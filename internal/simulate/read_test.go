package simulate

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is what the tests read of a CloudTrail record, with encoding/json
// and nothing of the generator's.
type record struct {
	EventVersion string `json:"eventVersion"`
	UserIdentity struct {
		Type           string `json:"type"`
		PrincipalID    string `json:"principalId"`
		ARN            string `json:"arn"`
		AccountID      string `json:"accountId"`
		AccessKeyID    string `json:"accessKeyId"`
		UserName       string `json:"userName"`
		InvokedBy      string `json:"invokedBy"`
		SessionContext struct {
			SessionIssuer struct {
				ARN string `json:"arn"`
			} `json:"sessionIssuer"`
		} `json:"sessionContext"`
	} `json:"userIdentity"`
	EventTime          time.Time       `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent"`
	ErrorCode          string          `json:"errorCode"`
	ErrorMessage       string          `json:"errorMessage"`
	RequestParameters  json.RawMessage `json:"requestParameters"`
	ResponseElements   json.RawMessage `json:"responseElements"`
	RequestID          string          `json:"requestID"`
	EventID            string          `json:"eventID"`
	ReadOnly           *bool           `json:"readOnly"`
	EventType          string          `json:"eventType"`
	ManagementEvent    *bool           `json:"managementEvent"`
	EventCategory      string          `json:"eventCategory"`
	RecipientAccountID string          `json:"recipientAccountId"`
	SharedEventID      string          `json:"sharedEventID"`

	raw  string
	file string // below the output folder, with slashes
}

// principal is the ARN that the ground truth names.
func (r *record) principal() string {
	if arn := r.UserIdentity.SessionContext.SessionIssuer.ARN; arn != "" {
		return arn
	}
	return r.UserIdentity.ARN
}

// corpus is a re-read simulation.
type corpus struct {
	dir      string
	manifest Manifest
	files    int
	bytes    int64    // of plain JSON
	all      []record // with copies
	distinct []record
}

// simulate writes cfg to a temporary folder and reads it again.
func simulate(t *testing.T, cfg Config) *corpus {
	t.Helper()
	c := &corpus{dir: t.TempDir()}
	if _, err := Write(t.Context(), c.dir, cfg); err != nil {
		t.Fatalf("Write(%+v): %v", cfg, err)
	}
	b, err := os.ReadFile(filepath.Join(c.dir, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &c.manifest); err != nil {
		t.Fatalf("manifest: %v", err)
	}
	seen := map[string]bool{}
	err = filepath.WalkDir(filepath.Join(c.dir, LogFolder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !strings.Contains(filepath.ToSlash(path), "/CloudTrail/") {
			return nil // another source's
		}
		header, plain := gunzip(t, path)
		if !header.ModTime.IsZero() || header.Name != "" {
			t.Fatalf("%s: gzip header has time %v and name %q, want neither", path, header.ModTime, header.Name)
		}
		c.files++
		c.bytes += int64(len(plain))
		var file struct{ Records []json.RawMessage }
		if err := json.Unmarshal(plain, &file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		name, err := filepath.Rel(c.dir, path)
		if err != nil {
			return err
		}
		for _, raw := range file.Records {
			r := record{raw: string(raw), file: filepath.ToSlash(name)}
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatalf("%s: record %s: %v", path, raw, err)
			}
			c.all = append(c.all, r)
			if !seen[r.EventID] {
				seen[r.EventID] = true
				c.distinct = append(c.distinct, r)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// folderFile is a file of a corpus.
type folderFile struct {
	name  string // below the output folder, with slashes
	plain []byte
}

// read returns the files of a corpus whose name has part in it, in order of
// name, uncompressed.
func (c *corpus) read(t *testing.T, part string) []folderFile {
	t.Helper()
	var out []folderFile
	err := filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(filepath.ToSlash(path), part) {
			return err
		}
		name, err := filepath.Rel(c.dir, path)
		if err != nil {
			return err
		}
		f := folderFile{name: filepath.ToSlash(name)}
		if strings.HasSuffix(path, ".gz") {
			_, f.plain = gunzip(t, path)
		} else if f.plain, err = os.ReadFile(path); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// counts returns what the manifest says of a source.
func (c *corpus) counts(t *testing.T, name string) SourceManifest {
	t.Helper()
	for _, s := range c.manifest.Sources {
		if s.Source == name {
			return s
		}
	}
	t.Fatalf("the manifest does not count %s: %+v", name, c.manifest.Sources)
	return SourceManifest{}
}

func gunzip(t *testing.T, path string) (gzip.Header, []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return z.Header, plain
}

// hashes returns the SHA-256 of every file below dir.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		name, err := filepath.Rel(dir, path)
		out[name] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
