package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// newClient returns an SDK client of the handler, which signs with the real
// clock.
func newClient(t *testing.T, backend Backend, change func(*Options, *sdk.Options)) *sdk.Client {
	t.Helper()
	o := Options{Detective: backend, Keys: fakeKeys{}, Regions: []string{"us-east-1"}, Now: time.Now}
	so := sdk.Options{
		Region:  "us-east-1",
		Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}, nil
		}),
	}
	change(&o, &so)
	server := httptest.NewServer(New(o))
	t.Cleanup(server.Close)
	so.BaseEndpoint = aws.String(server.URL)
	return sdk.New(so)
}

func keep(*Options, *sdk.Options) {}

// TestGoSDK calls every operation that works through the Go SDK, which signs
// with its own code and decodes with its own code.
func TestGoSDK(t *testing.T) {
	t.Parallel()
	created := time.Date(2021, 8, 18, 16, 35, 56, 284e6, time.UTC)
	backend := &fake{
		graphs:         []detective.Graph{{ARN: testARN, Created: created}},
		investigations: []detective.Investigation{{ID: testID, EntityARN: "arn:x", EntityType: "IAM_ROLE", Created: created, Status: "RUNNING", State: "ACTIVE"}},
		indicators: []indicators.Indicator{{IndicatorType: indicators.NewASO, IndicatorDetail: indicators.Detail{
			NewAsoDetail: &indicators.NewAsoObs{Aso: "Example", IsNewForEntireAccount: true}}}},
		tags: map[string]string{"a": "b"},
	}
	client, ctx := newClient(t, backend, keep), t.Context()
	f := func(name string, got any, err error, want any) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
	arn, id := aws.String(testARN), aws.String(testID)

	created1, err := client.CreateGraph(ctx, &sdk.CreateGraphInput{Tags: map[string]string{"k": "ä"}})
	f("CreateGraph", aws.ToString(created1.GraphArn), err, testARN)
	graphs, err := client.ListGraphs(ctx, &sdk.ListGraphsInput{MaxResults: aws.Int32(7)})
	f("ListGraphs", graphs.GraphList[0].CreatedTime, err, &created)
	if graphs.NextToken != nil {
		t.Errorf("ListGraphs: NextToken %q on the last page", *graphs.NextToken)
	}
	_, err = client.DeleteGraph(ctx, &sdk.DeleteGraphInput{GraphArn: arn})
	f("DeleteGraph", nil, err, nil)
	start, err := client.StartInvestigation(ctx, &sdk.StartInvestigationInput{GraphArn: arn, EntityArn: aws.String("arn:x"), ScopeStartTime: &created, ScopeEndTime: &created})
	f("StartInvestigation", aws.ToString(start.InvestigationId), err, testID)
	got, err := client.GetInvestigation(ctx, &sdk.GetInvestigationInput{GraphArn: arn, InvestigationId: id})
	f("GetInvestigation", []any{got.CreatedTime, got.EntityType, got.Status, got.Severity, got.ScopeStartTime}, err,
		[]any{&created, types.EntityTypeIamRole, types.StatusRunning, types.Severity(""), (*time.Time)(nil)})
	list, err := client.ListInvestigations(ctx, &sdk.ListInvestigationsInput{GraphArn: arn, FilterCriteria: &types.FilterCriteria{State: &types.StringFilter{Value: aws.String("ACTIVE")}}})
	f("ListInvestigations", aws.ToString(list.InvestigationDetails[0].InvestigationId), err, testID)
	found, err := client.ListIndicators(ctx, &sdk.ListIndicatorsInput{GraphArn: arn, InvestigationId: id, IndicatorType: types.IndicatorTypeNewAso})
	f("ListIndicators", found.Indicators[0].IndicatorDetail.NewAsoDetail.Aso, err, aws.String("Example"))
	_, err = client.UpdateInvestigationState(ctx, &sdk.UpdateInvestigationStateInput{GraphArn: arn, InvestigationId: id, State: types.StateArchived})
	f("UpdateInvestigationState", nil, err, nil)
	tags, err := client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: arn})
	f("ListTagsForResource", tags.Tags, err, map[string]string{"a": "b"})
	_, err = client.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"k": ""}})
	f("TagResource", nil, err, nil)
	_, err = client.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a:/=", "b+c"}})
	f("UntagResource", nil, err, nil)

	want := []string{"CreateGraph 123456789012 us-east-1 map[k:ä]", "ListGraphs {Token: Limit:7}", "DeleteGraph " + testARN}
	if diff := cmp.Diff(want, backend.calls[:3]); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
	if last := backend.calls[len(backend.calls)-1]; len(backend.calls) != 11 || last != "UntagResource "+testARN+` ["a:/=" "b+c"]` {
		t.Errorf("%d calls, the last is %s", len(backend.calls), last)
	}
}

// TestGoSDKErrors: refusals arrive as the SDK's own error types.
func TestGoSDKErrors(t *testing.T) {
	t.Parallel()
	f := func(name string, backend *fake, change func(*Options, *sdk.Options), wantCode, wantText string) {
		t.Helper()
		_, err := newClient(t, backend, change).ListGraphs(t.Context(), &sdk.ListGraphsInput{})
		var got smithy.APIError
		if !errors.As(err, &got) || got.ErrorCode() != wantCode || !strings.HasPrefix(got.ErrorMessage(), wantText) {
			t.Errorf("%s: got %v, want %s %s", name, err, wantCode, wantText)
		}
	}
	f("backend", &fake{err: &detective.Error{Code: detective.TooManyRequests, Message: "slow down"}}, keep, "TooManyRequestsException", "slow down")
	f("skew", &fake{}, func(o *Options, _ *sdk.Options) {
		o.Now = func() time.Time { return time.Now().Add(16 * time.Minute) }
	}, "InvalidSignatureException", "Signature expired: ")
	f("Region", &fake{}, func(o *Options, _ *sdk.Options) { o.Regions = []string{"eu-west-1"} },
		"InvalidSignatureException", "Credential should be scoped to a valid Region: eu-west-1.")
	credentials := func(c aws.Credentials) func(*Options, *sdk.Options) {
		return func(_ *Options, o *sdk.Options) {
			o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil })
		}
	}
	f("secret", &fake{}, credentials(aws.Credentials{AccessKeyID: testKey, SecretAccessKey: "other"}),
		"InvalidSignatureException", "The request signature we calculated does not match")
	f("key", &fake{}, credentials(aws.Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: testSecret}),
		"UnrecognizedClientException", "The security token included in the request is invalid.")
	f("session", &fake{}, credentials(aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret, SessionToken: "t"}),
		"UnrecognizedClientException", "The security token included in the request is invalid: this service issues no session tokens")
	f("body changed on the way", &fake{}, func(_ *Options, o *sdk.Options) {
		o.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`[]`)), 2
			return http.DefaultClient.Do(r)
		})
	}, "InvalidSignatureException", "The request signature we calculated does not match")

	_, err := newClient(t, &fake{}, keep).ListGraphs(t.Context(), &sdk.ListGraphsInput{MaxResults: aws.Int32(201)})
	var validation *types.ValidationException
	if !errors.As(err, &validation) || validation.ErrorMessage() != "ListGraphsRequest.MaxResults must have value less than or equal to 200. Found 201." {
		t.Errorf("MaxResults 201: got %v", err)
	}
	_, err = newClient(t, &fake{}, keep).DeleteGraph(t.Context(), &sdk.DeleteGraphInput{GraphArn: aws.String("nope")})
	if !errors.As(err, &validation) || validation.ErrorCode_ != types.ErrorCodeInvalidGraphArn {
		t.Errorf("bad ARN: got %v", err)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// TestRecordedClients sends the recorded requests of botocore and the
// JavaScript SDK through the whole handler, signatures checked.
func TestRecordedClients(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("sigv4/testdata/*.json")
	if err != nil || len(files) != 2 {
		t.Fatalf("recordings: %v, %v; want two", files, err)
	}
	answers := make(map[int]int)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var recording struct {
			Vectors []struct {
				Name, Method, Target, Host, Body string
				Headers                          map[string]string
			}
		}
		if err := json.Unmarshal(data, &recording); err != nil {
			t.Fatal(err)
		}
		for _, v := range recording.Vectors {
			h, _ := newTestAPI(&fake{}, false)
			r := httptest.NewRequest(v.Method, v.Target, strings.NewReader(v.Body))
			r.Host = v.Host
			for name, value := range v.Headers {
				r.Header.Set(name, value)
			}
			got := send(t, h, r)
			answers[got.status]++
			switch {
			case got.status == 200 || got.status == 204:
			case strings.Contains(v.Target, "tagKeys=") && got.status == 400 && strings.Contains(got.body, "TagKeys[0] must satisfy"):
				// recorded with a space, to test the signature: no tag key has one
			default:
				t.Errorf("%s %s: got %+v", filepath.Base(file), v.Name, got)
			}
		}
	}
	if want := fmt.Sprint(map[int]int{200: 27, 204: 2, 400: 2}); fmt.Sprint(answers) != want {
		t.Errorf("answers by status: %v, want %s", answers, want)
	}
}
