package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The accounts of a cast. All but outsider belong to the organization.
const (
	management = "100000000001"
	security   = "100000000002" // to become the delegated administrator
	dev        = "100000000003"
	prod       = "100000000004"
	outsider   = "100000000005"
)

// account is one of them with its access key.
type account struct{ AccountID, AccessKeyID, SecretAccessKey, Email string }

// cast is a running server with the accounts that tests of membership and
// organizations need, and no graph yet.
type cast struct {
	data, url string
	accounts  map[string]account
}

// newCast enters the accounts, makes the organization and starts the server,
// with a configuration (YAML) unless it is empty.
func newCast(t *testing.T, config string) *cast {
	t.Helper()
	c := enterCast(t)
	c.url = serve(t, c.data, configured(t, config)...)
	return c
}

// configured are the arguments of a server with a configuration (YAML), none
// when it is empty.
func configured(t *testing.T, config string) []string {
	t.Helper()
	if config == "" {
		return nil
	}
	file := filepath.Join(t.TempDir(), "gumshoe.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--config", file}
}

// enterCast enters the accounts and makes the organization; no server runs
// yet.
func enterCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{data: filepath.Join(t.TempDir(), "d"), accounts: map[string]account{}}
	for _, id := range []string{management, security, dev, prod, outsider} {
		email := "root-" + id + "@example.com"
		key := decode[struct{ AccessKeyId, SecretAccessKey string }](t,
			gumshoe(t, 0, "account", "create", id, "--email", email, "--data", c.data, "-o", "json"))
		c.accounts[id] = account{id, key.AccessKeyId, key.SecretAccessKey, email}
	}
	gumshoe(t, 0, "org", "create", management, "--data", c.data)
	for _, id := range []string{security, dev, prod} {
		gumshoe(t, 0, "org", "add", id, "--data", c.data)
	}
	return c
}

// environ is what a client finds its way by as an account.
func (c *cast) environ(id string) []string {
	a := c.accounts[id]
	return (&world{key: a.AccessKeyID, secret: a.SecretAccessKey, url: c.url}).environ()
}

// user is an IAM user whose calls are in the logs that readLogs reads.
func user(account string) string { return "arn:aws:iam::" + account + ":user/alice" }

// readLogs reads calls of user(id) of the last hours for each of the accounts
// into the graph of the administrator account.
func (c *cast) readLogs(t *testing.T, administrator string, ids ...string) {
	t.Helper()
	gumshoe(t, 0, "ingest", "--data", c.data, "--account", administrator, "-o", "json", writeLogs(t, time.Now(), ids...))
}

// writeLogs writes a folder with 20 calls of user(id) for each of the
// accounts, of the 200 minutes before a time.
func writeLogs(t *testing.T, until time.Time, ids ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, id := range ids {
		var records []string
		for i := range 20 {
			at := until.UTC().Add(-time.Duration(i+1) * 10 * time.Minute).Format(time.RFC3339)
			records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA%s",
				"arn":%q,"accountId":%q,"accessKeyId":"AKIA%s","userName":"alice"},"eventTime":%q,"eventSource":"ec2.amazonaws.com",
				"eventName":"DescribeInstances","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.0",
				"requestParameters":null,"responseElements":null,"requestID":"r","eventID":"00000000-0000-4000-8000-%s","readOnly":true,
				"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":%q,"eventCategory":"Management"}`,
				id, user(id), id, id, at, fmt.Sprintf("%04d%s", i, id[4:]), id))
		}
		doc := `{"Records":[` + strings.Join(records, ",") + `]}`
		if err := os.WriteFile(filepath.Join(dir, id+".json"), []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// yesterdayNoon is a time whose 200 minutes before are of one day.
func yesterdayNoon() time.Time {
	return time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
}
