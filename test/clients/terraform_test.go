package clients

import (
	"errors"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// must ends the test at an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The first request of every command.
const callerIdentity = "\nPOST / Action=GetCallerIdentity&Version=2011-06-15 200"

// TestTerraformGraph is the life of a graph with tags.
func TestTerraformGraph(t *testing.T) {
	t.Parallel()
	tf := newTerraform(t, newCast(t, ""))
	first := map[string]string{"Name": "old", "Team": "blue"}
	tf.identity(security)
	arn, err := tf.graphCreate(security, usEast1, first)
	must(t, err)
	tf.did("create", arn, callerIdentity+`
		POST /graph {"Tags":{"Name":"old","Team":"blue"}} 200
		POST /graphs/list {} 200
		GET /tags/$E 200`)

	refresh := func(want map[string]string) {
		t.Helper()
		tf.identity(security)
		tags, err := tf.graphRead(security, usEast1, arn)
		if err != nil || !maps.Equal(tags, want) {
			t.Errorf("tags %v, %v; want %v: Terraform would plan a change", tags, err, want)
		}
		tf.did("refresh", arn, callerIdentity+`
			POST /graphs/list {} 200
			GET /tags/$E 200`)
	}
	refresh(first)
	second := map[string]string{"Name": "new", "Cost": "1"}
	must(t, tf.graphUpdate(security, usEast1, arn, first, second))
	tf.did("change of tags", arn, `
		DELETE /tags/$E?tagKeys=Team 204
		POST /tags/$E {"Tags":{"Cost":"1","Name":"new"}} 204
		POST /graphs/list {} 200
		GET /tags/$E 200`)
	refresh(second)
	must(t, tf.graphUpdate(security, usEast1, arn, second, nil))
	tf.did("removal of tags", arn, `
		DELETE /tags/$E?tagKeys=Cost&tagKeys=Name 204
		POST /graphs/list {} 200
		GET /tags/$E 200`)
	refresh(nil)

	must(t, tf.graphDelete(security, usEast1, arn))
	must(t, tf.graphDelete(security, usEast1, arn)) // somebody else was faster
	if _, err := tf.graphRead(security, usEast1, arn); !errors.Is(err, errNotFound) {
		t.Errorf("refresh of a graph that is gone: %v", err)
	}
	tf.did("destroy", arn, `
		POST /graph/removal {"GraphArn":"$G"} 200
		POST /graph/removal {"GraphArn":"$G"} 404
		POST /graphs/list {} 200`)
}

// TestTerraformReplace destroys a graph and makes it anew at once, as
// `terraform apply -replace` does. The provider repeats CreateGraph at an
// InternalServerException only, for four minutes.
func TestTerraformReplace(t *testing.T) {
	t.Parallel()
	tf := newTerraform(t, newCast(t, ""))
	arn, err := tf.graphCreate(security, usEast1, nil)
	must(t, err)
	for range 5 {
		must(t, tf.graphDelete(security, usEast1, arn))
		next, err := tf.graphCreate(security, usEast1, nil)
		if err != nil || next == arn {
			t.Fatalf("the graph after %s is %q, %v", arn, next, err)
		}
		arn = next
	}
}

// TestTerraformMember is a member that is invited and accepts, one that
// cannot be verified, and an organization's, which is ENABLED at once.
func TestTerraformMember(t *testing.T) {
	t.Parallel()
	c := newCast(t, "")
	tf := newTerraform(t, c)
	arn, err := tf.graphCreate(security, usEast1, nil)
	must(t, err)
	must(t, tf.memberCreate(security, arn, outsider, c.accounts[outsider].Email))
	must(t, tf.accepterCreate(outsider, arn))
	tf.did("create", arn, `
		POST /graph {} 200
		POST /graphs/list {} 200
		GET /tags/$E 200
		POST /graph/members {"Accounts":[{"AccountId":"100000000005","EmailAddress":"root-100000000005@example.com"}],"GraphArn":"$G"} 200
		POST /graph/members/list {"GraphArn":"$G"} 200 INVITED
		POST /graph/members/list {"GraphArn":"$G"} 200 INVITED
		PUT /invitation {"GraphArn":"$G"} 200
		POST /invitations/list {} 200`)
	awaitStatus(t, c.sdk(newWire(t), security, usEast1), &arn, outsider, types.MemberStatusEnabled)

	for id, want := range map[string]error{outsider: nil, prod: errNotFound} {
		if _, err := tf.memberRead(security, arn, id); !errors.Is(err, want) {
			t.Errorf("refresh of the member %s: %v, want %v", id, err, want)
		}
		if err := tf.accepterRead(id, arn); !errors.Is(err, want) {
			t.Errorf("refresh of the accepter %s: %v, want %v", id, err, want)
		}
	}
	tf.log = nil
	err = tf.memberCreate(security, arn, prod, "wrong@example.com")
	if want := "unexpected state 'VERIFICATION_FAILED', wanted target 'INVITED, ENABLED'"; err == nil || err.Error() != want {
		t.Errorf("a wrong address: %v, want %s", err, want)
	}
	tf.log = nil

	must(t, tf.accepterDelete(outsider, arn))
	must(t, tf.accepterDelete(outsider, arn))
	must(t, tf.memberDelete(security, arn, outsider))
	must(t, tf.graphDelete(security, usEast1, arn))
	must(t, tf.memberDelete(security, arn, prod))
	if _, err := tf.memberRead(security, arn, prod); !errors.Is(err, errNotFound) {
		t.Errorf("a member of a graph that is gone: %v", err)
	}
	tf.did("destroy", arn, `
		POST /membership/removal {"GraphArn":"$G"} 200
		POST /membership/removal {"GraphArn":"$G"} 404
		POST /graph/members/removal {"AccountIds":["100000000005"],"GraphArn":"$G"} 200
		POST /graph/removal {"GraphArn":"$G"} 200
		POST /graph/members/removal {"AccountIds":["100000000004"],"GraphArn":"$G"} 404
		POST /graph/members/list {"GraphArn":"$G"} 404`)
}
