package orgs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Credentials, Region and endpoint come from where the SDK looks for them.
func TestAWSConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(`
[profile audit]
region = eu-north-1
aws_access_key_id = AKIDPROFILE
aws_secret_access_key = secret
[profile nowhere]
aws_access_key_id = AKIDPROFILE
aws_secret_access_key = secret
`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)

	t.Run("environment", func(t *testing.T) {
		s := serveOrganizations(t, nil)
		t.Setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", s.url)
		a, err := NewAWS(t.Context(), AWSOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := credential(t, a); got != "AKIDEXAMPLE us-east-1" {
			t.Errorf("signed by %s; want the environment's key and Region", got)
		}
		if _, err := a.Organization(t.Context()); err != nil {
			t.Errorf("Organization() at the environment's endpoint = %v", err)
		}
	})
	t.Run("profile", func(t *testing.T) {
		t.Setenv("AWS_REGION", "")
		a, err := NewAWS(t.Context(), AWSOptions{Profile: "audit"})
		if err != nil {
			t.Fatal(err)
		}
		if got := credential(t, a); got != "AKIDPROFILE eu-north-1" {
			t.Errorf("signed by %s; want the profile's key and Region", got)
		}
	})
	for name, want := range map[string]string{"nowhere": "no Region", "missing": "missing"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_REGION", "")
			if _, err := NewAWS(t.Context(), AWSOptions{Profile: name}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("NewAWS(profile %s) = %v; want an error that says %q", name, err, want)
			}
		})
	}
}

// credential is the key and the Region that a's client signs with.
func credential(t *testing.T, a *AWS) string {
	t.Helper()
	o := a.client.Options()
	c, err := o.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h, ok := o.HTTPClient.(*awshttp.BuildableClient); !ok || h.GetTimeout() != requestTimeout {
		t.Errorf("HTTP client = %T; want the SDK's with a limit of %s", o.HTTPClient, requestTimeout)
	}
	return c.AccessKeyID + " " + o.Region
}
