package clients

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
)

// terraform makes the requests that Terraform's AWS provider makes for its
// Detective resources, in its order, with its waits and its rules of what is
// an error, and writes them down. Like the provider it uses the Go SDK, so
// what goes over the wire and which errors have a type is the same. It stands
// in for the provider, which cannot be had as a Go module; the behaviour was
// recorded from it and is described in its sources.
type terraform struct {
	t   *testing.T
	c   *cast
	w   *wire
	log []string // the requests since the last look
	// Who and where is told apart in the log; may be nil.
	tell func(exchange) string
}

func newTerraform(t *testing.T, c *cast) *terraform {
	tf := &terraform{t: t, c: c, w: newWire(t)}
	tf.w.watched = tf.write
	return tf
}

// write writes a request down: ARNs short, the answer's status, and what the
// answer says of who is waited for. Answers that make the provider ask again
// are left out.
func (tf *terraform) write(x exchange) {
	line := x.method + " " + x.path
	if x.query != "" {
		line += "?" + x.query
	}
	if x.body != "" {
		line += " " + sorted(x.body)
	}
	if want := map[bool]string{true: "application/json", false: ""}[x.body != ""]; x.operation != "" && x.contentType != want {
		tf.t.Errorf("%s has the Content-Type %q", line, x.contentType)
	}
	line = fmt.Sprint(line, " ", x.status)
	switch x.operation {
	case "ListMembers":
		got := decode[detective.ListMembersOutput](tf.t, x.answer)
		for _, m := range got.MemberDetails {
			if m.Status == types.MemberStatusVerificationInProgress {
				return
			}
			line += " " + string(m.Status)
		}
	case "ListOrganizationAdminAccounts":
		for _, a := range decode[detective.ListOrganizationAdminAccountsOutput](tf.t, x.answer).Administrators {
			line += " " + *a.AccountId
		}
	}
	if tf.tell != nil {
		line = tf.tell(x) + " " + line
	}
	tf.log = append(tf.log, line)
}

// sorted is a JSON document with its names in order (the SDK's maps have
// none), anything else as it is.
func sorted(body string) string {
	var v map[string]any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	b, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return string(b)
}

// did compares the requests since the last look with a table of them. In it
// $G is the graph's ARN and $E the same percent-encoded.
func (tf *terraform) did(what, graph, table string) {
	tf.t.Helper()
	short := strings.NewReplacer(graph, "$G", url.QueryEscape(graph), "$E")
	var want, got []string
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	for _, line := range tf.log {
		got = append(got, short.Replace(line))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		tf.t.Errorf("%s (-want +got)\n%s", what, diff)
	}
	tf.log = nil
}

// identity is how every command begins.
func (tf *terraform) identity(id string) {
	tf.t.Helper()
	got := tf.c.raw(tf.t, tf.w, id, "sts", usEast1, "POST", "/", "Content-Type: application/x-www-form-urlencoded", "Action=GetCallerIdentity&Version=2011-06-15")
	if !strings.Contains(got.body, "<Account>"+id+"</Account>") || !strings.Contains(got.body, "<Arn>arn:aws:iam::"+id+":root</Arn>") {
		tf.t.Errorf("GetCallerIdentity: %d %s", got.status, got.body)
	}
}

func (tf *terraform) client(id, region string) *detective.Client { return tf.c.sdk(tf.w, id, region) }
