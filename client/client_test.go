package client_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"

	"github.com/gumshoe-detective/gumshoe/client"
)

// clearEnvironment hides the machine's AWS configuration from the test.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, e := range os.Environ() {
		if name, value, _ := strings.Cut(e, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it is put back
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret",
	} {
		t.Setenv(name, value)
	}
}

// TestNewConnectsWhereTheSDKWould looks at the host that a call goes to and at
// the key and region that it is signed with.
func TestNewConnectsWhereTheSDKWould(t *testing.T) {
	const profile = `
[profile home]
region = eu-west-1
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = secret
services = local
[services local]
detective =
  endpoint_url = http://profile.example:1
`
	for _, c := range []struct {
		name  string
		env   map[string]string
		opts  []client.Option
		host  string
		scope string // key and region of the signature
	}{
		{
			name: "AWS itself", env: map[string]string{"AWS_REGION": "eu-central-1"},
			host: "api.detective.eu-central-1.amazonaws.com", scope: "AKIAENVIRONMENT eu-central-1",
		},
		{
			name: "AWS of another partition", opts: []client.Option{client.WithRegion("us-gov-west-1")},
			host: "api.detective.us-gov-west-1.amazonaws.com", scope: "AKIAENVIRONMENT us-gov-west-1",
		},
		{
			name: "service variable before the general one",
			env: map[string]string{
				"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://all.example:1", "AWS_ENDPOINT_URL_DETECTIVE": "http://detective.example:1",
			},
			host: "detective.example:1", scope: "AKIAENVIRONMENT us-east-1",
		},
		{
			name: "general variable", env: map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://all.example:1"},
			host: "all.example:1", scope: "AKIAENVIRONMENT us-east-1",
		},
		{
			name: "profile", env: map[string]string{"AWS_PROFILE": "home", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
			host: "profile.example:1", scope: "AKIAPROFILE eu-west-1",
		},
		{
			name: "options before variables", env: map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_DETECTIVE": "http://detective.example:1"},
			opts: []client.Option{client.WithRegion("ap-south-1"), client.WithEndpoint("http://option.example:1")},
			host: "option.example:1", scope: "AKIAENVIRONMENT ap-south-1",
		},
		{
			name: "the caller's configuration",
			opts: []client.Option{client.WithConfig(aws.Config{Region: "us-west-2", Credentials: staticCredentials(), BaseEndpoint: aws.String("http://config.example:1")})},
			host: "config.example:1", scope: "AKIAEXAMPLE us-west-2",
		},
		{
			name: "options before the caller's configuration",
			opts: []client.Option{
				client.WithRegion("us-west-1"), client.WithEndpoint("http://option.example:1"),
				client.WithConfig(aws.Config{Region: "us-west-2", Credentials: staticCredentials(), BaseEndpoint: aws.String("http://config.example:1")}),
			},
			host: "option.example:1", scope: "AKIAEXAMPLE us-west-1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			clearEnvironment(t)
			file := filepath.Join(t.TempDir(), "config")
			if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("AWS_CONFIG_FILE", file)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			f := &fake{routes: map[string]func(object) reply{"/graphs/list": pages("GraphList")}}
			opts := append(c.opts, client.WithOptions(func(o *detective.Options) { o.HTTPClient = inProcess{f} }))
			d, err := client.New(t.Context(), opts...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.ListGraphs(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			got := f.calls[0]
			if got.host != c.host {
				t.Errorf("the call went to %s, want %s", got.host, c.host)
			}
			key, region, _ := strings.Cut(c.scope, " ")
			if a := got.authorization; !strings.Contains(a, "Credential="+key+"/") || !strings.Contains(a, "/"+region+"/detective/aws4_request") {
				t.Errorf("signed with %q, want key and region %s", a, c.scope)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	f := func(want string, env map[string]string, opts ...client.Option) {
		t.Helper()
		t.Run(want, func(t *testing.T) {
			clearEnvironment(t)
			for name, value := range env {
				t.Setenv(name, value)
			}
			c, err := client.New(t.Context(), opts...)
			if err == nil || c != nil || !strings.Contains(err.Error(), want) {
				t.Errorf("New = %v, %v; want an error with %q", c, err, want)
			}
		})
	}
	f(`endpoint "localhost:8080"`, nil, client.WithEndpoint("localhost:8080"))
	f(`endpoint ""`, nil, client.WithEndpoint(""))
	f(`endpoint "ftp://host"`, nil, client.WithEndpoint("ftp://host"))
	f("read the endpoint: parse", nil, client.WithEndpoint("http://[::1"))
	f("load the AWS configuration: failed to get shared config profile, nobody", map[string]string{"AWS_PROFILE": "nobody"})
}

func TestNewLeavesTheCallersConfigAlone(t *testing.T) {
	t.Parallel()
	cfg := (&fake{}).config()
	c, err := client.New(t.Context(), client.WithConfig(cfg), client.WithRegion("eu-west-1"), client.WithEndpoint("http://option.example:1"))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Region != "us-east-1" || cfg.BaseEndpoint != nil {
		t.Errorf("the caller's configuration has region %s and endpoint %v now", cfg.Region, cfg.BaseEndpoint)
	}
	if got := c.Options().Region; got != "eu-west-1" {
		t.Errorf("the client's region is %s", got)
	}
}

// operations returns the SDK's operations, told by the type of their input,
// and whether they take a token.
func operations() map[string]bool {
	ops := map[string]bool{}
	for m := range reflect.TypeFor[*client.Client]().Methods() {
		if m.Type.NumIn() == 4 && strings.HasSuffix(m.Type.In(2).String(), "."+m.Name+"Input") {
			_, ops[m.Name] = m.Type.In(2).Elem().FieldByName("NextToken")
		}
	}
	return ops
}

func TestClientHasTheWholeAPI(t *testing.T) {
	t.Parallel()
	if got := len(operations()); got != 29 {
		t.Errorf("the client has %d operations, the API has 29", got)
	}
}

func TestCanPaginateWhatTakesAToken(t *testing.T) {
	t.Parallel()
	for name, paged := range operations() {
		snake := ""
		for i, r := range name {
			if i > 0 && r >= 'A' && r <= 'Z' {
				snake += "_"
			}
			snake += strings.ToLower(string(r))
		}
		for _, n := range []string{name, snake} {
			if got := client.CanPaginate(n); got != paged {
				t.Errorf("CanPaginate(%q) = %t, want %t", n, got, paged)
			}
		}
		if got := new(client.Client).CanPaginate(name); got != paged {
			t.Errorf("Client.CanPaginate(%q) = %t, want %t", name, got, paged)
		}
	}
	for _, n := range []string{"", "listmembers", "List_Members", "ListTags"} {
		if client.CanPaginate(n) {
			t.Errorf("CanPaginate(%q) = true", n)
		}
	}
}
