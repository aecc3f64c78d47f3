package clients

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// TestTerraformMemberWithoutRoom: Terraform fails at a member that waits for
// room, as an account of the organization can.
func TestTerraformMemberWithoutRoom(t *testing.T) {
	t.Parallel()
	c := newCast(t, "quotas: {bytes_per_day: 10000}\n")
	tf := newTerraform(t, c)
	must(t, tf.adminCreate(management, usEast1, security))
	arn, err := tf.adminRead(management, usEast1, security)
	must(t, err)
	gumshoe(t, 1, "ingest", "--data", c.data, "--account", security, "-o", "json", writeLogs(t, yesterdayNoon(), dev)) // all rejected, yet counted
	err = tf.memberCreate(security, arn, dev, c.accounts[dev].Email)
	if want := "unexpected state 'ACCEPTED_BUT_DISABLED', wanted target 'INVITED, ENABLED'"; err == nil || err.Error() != want {
		t.Errorf("an account without room: %v, want %s", err, want)
	}
}

// TestTerraformOrganization has the resources of an organization with a
// delegated administrator. In the provider's own tests the administrator and
// its graph are destroyed in either order: the second must be taken for gone.
func TestTerraformOrganization(t *testing.T) {
	t.Parallel()
	for name, graphFirst := range map[string]bool{"administrator first": false, "graph first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, "")
			tf := newTerraform(t, c)
			tf.identity(management)
			must(t, tf.adminCreate(management, usEast1, security))
			arn, err := tf.adminRead(management, usEast1, security)
			must(t, err)
			tf.did("administrator", arn, callerIdentity+`
				POST /orgs/enableAdminAccount {"AccountId":"100000000002"} 200
				POST /orgs/adminAccountslist {} 200 100000000002
				POST /orgs/adminAccountslist {} 200 100000000002
				POST /orgs/adminAccountslist {} 200 100000000002`) // the last is ours
			if again, err := tf.graphCreate(security, usEast1, nil); err != nil || again != arn {
				t.Errorf("the administrator's graph is %s, %v; want %s", again, err, arn)
			}
			auto, err := tf.configurationUpdate(security, arn, true)
			if err != nil || !auto {
				t.Errorf("auto_enable is %v, %v", auto, err)
			}
			must(t, tf.memberCreate(security, arn, dev, c.accounts[dev].Email))
			tf.did("configuration and member", arn, `
				POST /graph {} 200
				POST /graphs/list {} 200
				GET /tags/$E 200
				POST /orgs/updateOrganizationConfiguration {"AutoEnable":true,"GraphArn":"$G"} 200
				POST /orgs/describeOrganizationConfiguration {"GraphArn":"$G"} 200
				POST /graph/members {"Accounts":[{"AccountId":"100000000003","EmailAddress":"root-100000000003@example.com"}],"GraphArn":"$G"} 200
				POST /graph/members/list {"GraphArn":"$G"} 200 ENABLED
				POST /graph/members/list {"GraphArn":"$G"} 200 ENABLED`)
			if auto, err := tf.configurationRead(security, arn); err != nil || !auto {
				t.Errorf("refresh of the configuration: %v, %v", auto, err)
			}
			tf.log = nil

			must(t, tf.memberDelete(security, arn, dev))
			if graphFirst {
				must(t, tf.graphDelete(security, usEast1, arn))
				if err := tf.adminDelete(management, usEast1, security); err != nil {
					t.Errorf("the administrator of a graph that is gone: %v", err)
				}
				return // whether the second is done or not found is open
			}
			must(t, tf.adminDelete(management, usEast1, security))
			must(t, tf.graphDelete(security, usEast1, arn))
			tf.did("destroy", arn, `
				POST /graph/members/removal {"AccountIds":["100000000003"],"GraphArn":"$G"} 200
				POST /orgs/disableAdminAccount 200
				POST /orgs/adminAccountslist {} 200
				POST /graph/removal {"GraphArn":"$G"} 404`)
			// An account without an organization has no administrator.
			if _, err := tf.adminRead(outsider, usEast1, outsider); !errors.Is(err, errNotFound) {
				t.Errorf("outside of the organization: %v", err)
			}
		})
	}
}

// TestTerraformThreeRegions: the management account makes its own graph in
// one Region and then itself administrator in three.
func TestTerraformThreeRegions(t *testing.T) {
	t.Parallel()
	regions := []string{usEast1, "us-west-2", "eu-west-1"}
	for name, graphFirst := range map[string]bool{"administrators first": false, "graph first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf := newTerraform(t, newCast(t, "regions: [us-east-1, us-west-2, eu-west-1]\n"))
			tf.tell = func(x exchange) string { return x.region }
			tf.identity(management)
			arn, err := tf.graphCreate(management, usEast1, nil)
			must(t, err)
			for _, region := range regions {
				must(t, tf.adminCreate(management, region, management))
			}
			tf.did("create", arn, `
				us-east-1 POST / Action=GetCallerIdentity&Version=2011-06-15 200
				us-east-1 POST /graph {} 200
				us-east-1 POST /graphs/list {} 200
				us-east-1 GET /tags/$E 200
				us-east-1 POST /orgs/enableAdminAccount {"AccountId":"100000000001"} 200
				us-east-1 POST /orgs/adminAccountslist {} 200 100000000001
				us-east-1 POST /orgs/adminAccountslist {} 200 100000000001
				us-west-2 POST /orgs/enableAdminAccount {"AccountId":"100000000001"} 200
				us-west-2 POST /orgs/adminAccountslist {} 200 100000000001
				us-west-2 POST /orgs/adminAccountslist {} 200 100000000001
				eu-west-1 POST /orgs/enableAdminAccount {"AccountId":"100000000001"} 200
				eu-west-1 POST /orgs/adminAccountslist {} 200 100000000001
				eu-west-1 POST /orgs/adminAccountslist {} 200 100000000001`)
			graphs := map[string]bool{}
			for _, region := range regions {
				g, err := tf.adminRead(management, region, management)
				if err != nil || (g == arn) != (region == usEast1) {
					t.Errorf("the graph in %s is %s, %v", region, g, err)
				}
				list := ok(tf.client(management, region).ListGraphs(t.Context(), nil))(t).GraphList
				if len(list) != 1 || aws.ToString(list[0].Arn) != g {
					t.Errorf("graphs in %s: %+v, want %s", region, list, g)
				}
				graphs[g] = true
			}
			if len(graphs) != 3 {
				t.Errorf("graphs %v, want three", graphs)
			}
			if graphFirst {
				must(t, tf.graphDelete(management, usEast1, arn))
			}
			for _, region := range regions {
				if err := tf.adminDelete(management, region, management); err != nil {
					t.Errorf("disable in %s: %v", region, err)
				}
				if list := ok(tf.client(management, region).ListGraphs(t.Context(), nil))(t).GraphList; len(list) != 0 {
					t.Errorf("graphs in %s after the end: %+v", region, list)
				}
			}
			must(t, tf.graphDelete(management, usEast1, arn))
		})
	}
}
