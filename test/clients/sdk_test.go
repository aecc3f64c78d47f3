package clients

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// stranger is an account that nobody knows.
const stranger = "999999999999"

// TestGoSDK has the 29 operations in one life of a graph, by the Go SDK.
func TestGoSDK(t *testing.T) {
	t.Parallel()
	c := newCast(t, "")
	w := newWire(t)
	admin := c.sdk(w, security, usEast1)
	graph := sdkGraph(t, admin)
	sdkPackages(t, admin, graph)
	sdkInvitations(t, c, w, graph)
	c.readLogs(t, security, security, outsider)
	sdkUsage(t, c, w, graph)
	sdkInvestigation(t, admin, graph)
	sdkLeave(t, c, w, graph)
	sdkOrganization(t, c, w, graph)
	sdkEnd(t, c.sdk(w, outsider, usEast1))
	if left := w.missing(); len(left) > 0 {
		t.Errorf("never done: %v", left)
	}
}

var graphARN = regexp.MustCompile(`^arn:aws:detective:us-east-1:100000000002:graph:[0-9a-f]{32}$`)

// recent reports whether a time is of this test's run.
func recent(at *time.Time) bool {
	return at != nil && time.Since(*at).Abs() < 10*time.Minute && at.Location() == time.UTC
}

func sdkGraph(t *testing.T, c *detective.Client) *string {
	ctx := t.Context()
	if got := ok(c.ListGraphs(ctx, nil))(t); got.GraphList == nil || len(got.GraphList) != 0 || got.NextToken != nil {
		t.Errorf("an account without a graph has %+v", got)
	}
	arn := ok(c.CreateGraph(ctx, &detective.CreateGraphInput{Tags: map[string]string{"team": "blue", "stage": "test"}}))(t).GraphArn
	if !graphARN.MatchString(aws.ToString(arn)) {
		t.Fatalf("the graph is %q", aws.ToString(arn))
	}
	again := ok(c.CreateGraph(ctx, &detective.CreateGraphInput{Tags: map[string]string{"other": "tag"}}))(t)
	if *again.GraphArn != *arn {
		t.Errorf("a second CreateGraph made %s beside %s", *again.GraphArn, *arn)
	}
	list := ok(c.ListGraphs(ctx, nil))(t).GraphList
	if len(list) != 1 || *list[0].Arn != *arn || !recent(list[0].CreatedTime) {
		t.Errorf("graphs %+v", list)
	}
	tags := func(want map[string]string) {
		t.Helper()
		got := ok(c.ListTagsForResource(ctx, &detective.ListTagsForResourceInput{ResourceArn: arn}))(t)
		if diff := cmp.Diff(want, got.Tags, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("tags (-want +got)\n%s", diff)
		}
	}
	tags(map[string]string{"team": "blue", "stage": "test"})
	// The URL's path has the ARN percent-encoded, its query the keys.
	ok(c.TagResource(ctx, &detective.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a/b:c=d+e": "Ω & <ä>", "team": ""}}))(t)
	tags(map[string]string{"team": "", "stage": "test", "a/b:c=d+e": "Ω & <ä>"})
	ok(c.UntagResource(ctx, &detective.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a/b:c=d+e", "team", "never-there"}}))(t)
	tags(map[string]string{"stage": "test"})
	return arn
}

func sdkPackages(t *testing.T, c *detective.Client, graph *string) {
	ctx := t.Context()
	states := func(want map[string]types.DatasourcePackageIngestState) map[string]types.DatasourcePackageIngestDetail {
		t.Helper()
		all := ok(c.ListDatasourcePackages(ctx, &detective.ListDatasourcePackagesInput{GraphArn: graph}))(t).DatasourcePackages
		got := map[string]types.DatasourcePackageIngestState{}
		for name, p := range all {
			got[name] = p.DatasourcePackageIngestState
			if change := p.LastIngestStateChange[string(p.DatasourcePackageIngestState)]; !recent(change.Timestamp) {
				t.Errorf("%s is %s since %v", name, p.DatasourcePackageIngestState, change.Timestamp)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("packages (-want +got)\n%s", diff)
		}
		return all
	}
	const started, stopped = types.DatasourcePackageIngestStateStarted, types.DatasourcePackageIngestStateStopped
	update := func(list ...types.DatasourcePackage) {
		t.Helper()
		ok(c.UpdateDatasourcePackages(ctx, &detective.UpdateDatasourcePackagesInput{GraphArn: graph, DatasourcePackages: list}))(t)
	}
	states(map[string]types.DatasourcePackageIngestState{"DETECTIVE_CORE": started, "EKS_AUDIT": started, "ASFF_SECURITYHUB_FINDING": started})
	// With the core it is all that is wanted, without it is what to start.
	update(types.DatasourcePackageDetectiveCore)
	states(map[string]types.DatasourcePackageIngestState{"DETECTIVE_CORE": started, "EKS_AUDIT": stopped, "ASFF_SECURITYHUB_FINDING": stopped})
	update(types.DatasourcePackageEksAudit)
	all := states(map[string]types.DatasourcePackageIngestState{"DETECTIVE_CORE": started, "EKS_AUDIT": started, "ASFF_SECURITYHUB_FINDING": stopped})
	eks := all["EKS_AUDIT"].LastIngestStateChange
	if off := eks["STOPPED"].Timestamp; !recent(off) || off.After(*eks["STARTED"].Timestamp) {
		t.Errorf("EKS_AUDIT stopped at %v and started again at %v", off, eks["STARTED"].Timestamp)
	}
}

func sdkEnd(t *testing.T, c *detective.Client) {
	arn := ok(c.CreateGraph(t.Context(), nil))(t).GraphArn
	ok(c.DeleteGraph(t.Context(), &detective.DeleteGraphInput{GraphArn: arn}))(t)
	if list := ok(c.ListGraphs(t.Context(), nil))(t).GraphList; list == nil || len(list) != 0 {
		t.Errorf("graphs after the end: %+v", list)
	}
}
