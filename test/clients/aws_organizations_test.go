package clients

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
)

// startMoto runs moto's AWS Organizations until the test ends.
func startMoto(t *testing.T) (url string) {
	t.Helper()
	script := filepath.Join(root(t), "internal", "orgs", "testdata", "moto_server.py")
	cmd := exec.CommandContext(t.Context(), tool(t, "python"), script, "-H", "127.0.0.1", "-p", "0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if m := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`).FindStringSubmatch(lines.Text()); m != nil {
				said <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait() // killed
	})
	select {
	case url = <-said:
		return url
	case <-time.After(time.Minute):
		t.Fatal("moto does not say where it listens")
		return ""
	}
}

// TestAWSOrganizations: a server whose organization is AWS's follows it, and
// registers its delegated administrator there.
func TestAWSOrganizations(t *testing.T) {
	endpoint := startMoto(t)
	// For the program too, which finds its credentials as the SDK does.
	for k, v := range map[string]string{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"} {
		t.Setenv(k, v)
	}
	ctx := t.Context()
	there := organizations.New(organizations.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	created, err := there.CreateOrganization(ctx, &organizations.CreateOrganizationInput{})
	if err != nil {
		t.Fatal(err)
	}
	manager := *created.Organization.MasterAccountId
	join := func(name string) string {
		out, err := there.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.CreateAccountStatus.AccountId
	}
	admin, early := join("admin"), join("early")

	c := &cast{data: filepath.Join(t.TempDir(), "d"), accounts: map[string]account{}}
	for _, id := range []string{manager, admin} {
		key := decode[struct{ AccessKeyId, SecretAccessKey string }](t, gumshoe(t, 0, "account", "create", id, "--data", c.data, "-o", "json"))
		c.accounts[id] = account{AccountID: id, AccessKeyID: key.AccessKeyId, SecretAccessKey: key.SecretAccessKey}
	}
	config := configured(t, "organization: {source: aws, endpoint: \""+endpoint+"\"}\n")
	sync := func() { gumshoe(t, 0, append([]string{"org", "sync", "--data", c.data}, config...)...) }
	sync()
	list := string(gumshoe(t, 0, append([]string{"org", "list", "--data", c.data}, config...)...))
	for _, id := range []string{manager, admin, early} {
		if !strings.Contains(list, id+"  ACTIVE") {
			t.Fatalf("org list has no active account %s:\n%s", id, list)
		}
	}
	gumshoe(t, 1, append([]string{"org", "add", dev, "--data", c.data}, config...)...)

	c.url = serve(t, c.data, config...)
	w := newWire(t)
	boss, sec := c.sdk(w, manager, "us-east-1"), c.sdk(w, admin, "us-east-1")
	if _, err := boss.EnableOrganizationAdminAccount(ctx, &detective.EnableOrganizationAdminAccountInput{AccountId: &admin}); err != nil {
		t.Fatal(err)
	}
	delegates, err := there.ListDelegatedAdministrators(ctx, &organizations.ListDelegatedAdministratorsInput{ServicePrincipal: aws.String("detective.amazonaws.com")})
	if err != nil || len(delegates.DelegatedAdministrators) != 1 || *delegates.DelegatedAdministrators[0].Id != admin {
		t.Fatalf("delegated administrators in AWS Organizations: %+v, %v; want %s", delegates, err, admin)
	}
	graph := ok(sec.ListGraphs(ctx, nil))(t).GraphList[0].Arn
	if _, err := sec.UpdateOrganizationConfiguration(ctx, &detective.UpdateOrganizationConfigurationInput{GraphArn: graph, AutoEnable: true}); err != nil {
		t.Fatal(err)
	}

	late := join("late")
	sync()
	if m := member(t, sec, graph, late); m == nil || m.Status != types.MemberStatusEnabled || m.InvitationType != types.InvitationTypeOrganization {
		t.Errorf("an account that joined: %+v; want it ENABLED through the organization", m)
	}
	if m := member(t, sec, graph, early); m != nil {
		t.Errorf("an account that was there before AutoEnable: %+v; want no member", m)
	}
	if _, err := there.CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: &late}); err != nil {
		t.Fatal(err)
	}
	sync() // AWS has closed accounts as suspended for 90 days
	if m := member(t, sec, graph, late); m == nil || m.Status != types.MemberStatusAcceptedButDisabled || m.DisabledReason != types.MemberDisabledReasonVolumeUnknown {
		t.Errorf("a suspended account: %+v; want ACCEPTED_BUT_DISABLED, VOLUME_UNKNOWN", m)
	}
	if _, err := there.RemoveAccountFromOrganization(ctx, &organizations.RemoveAccountFromOrganizationInput{AccountId: &late}); err != nil {
		t.Fatal(err)
	}
	sync()
	if m := member(t, sec, graph, late); m != nil {
		t.Errorf("an account that left: %+v; want no member", m)
	}
	if _, err := there.DeregisterDelegatedAdministrator(ctx, &organizations.DeregisterDelegatedAdministratorInput{AccountId: &admin, ServicePrincipal: aws.String("detective.amazonaws.com")}); err != nil {
		t.Fatal(err)
	}
	sync()
	admins, err := boss.ListOrganizationAdminAccounts(ctx, &detective.ListOrganizationAdminAccountsInput{})
	if err != nil || len(admins.Administrators) != 0 {
		t.Errorf("administrators after the delegation ended: %+v, %v; want none", admins, err)
	}
	if graphs, err := sec.ListGraphs(ctx, &detective.ListGraphsInput{}); err != nil || len(graphs.GraphList) != 1 {
		t.Errorf("graphs of the former administrator: %+v, %v; want its own", graphs, err)
	}
}
