package s3

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
)

// wire is the SDK's own client on a server that answers as f does. Asked has
// the Region of each signature.
func wire(t *testing.T, f func(region string, n int, w http.ResponseWriter)) (client *s3.Client, asked func() []string) {
	var mu sync.Mutex
	var regions []string
	scope := regexp.MustCompile(`Credential=AKID/\d{8}/([^/]+)/s3/`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := scope.FindStringSubmatch(r.Header.Get("Authorization"))
		if m == nil {
			t.Errorf("no signature: %v", r.Header)
			return
		}
		mu.Lock()
		regions = append(regions, m[1])
		n := len(regions)
		mu.Unlock()
		f(m[1], n, w)
	}))
	h := awshttp.NewBuildableClient()
	t.Cleanup(server.Close)
	return s3.New(s3.Options{
			Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true, HTTPClient: h,
			Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
			Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = 3
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			}),
		}), func() []string {
			mu.Lock()
			defer mu.Unlock()
			return regions
		}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	f := func(what string, asked []string, wrong func(w http.ResponseWriter)) {
		t.Helper()
		client, got := wire(t, func(region string, _ int, w http.ResponseWriter) {
			if region == "eu-west-1" {
				fmt.Fprint(w, "content")
			} else {
				wrong(w)
			}
		})
		s := New(client, "logs", "", Options{})
		for range 2 {
			if got, err := read(t, s); string(got) != "content" || err != nil {
				t.Errorf("%s: %q, %v", what, got, err)
			}
		}
		if diff := cmp.Diff(asked, got()); diff != "" {
			t.Errorf("%s: Regions asked (-want)\n%s", what, diff)
		}
	}
	once := []string{"us-east-1", "eu-west-1", "eu-west-1"} // the second read knows
	f("301", once, func(w http.ResponseWriter) {
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
		refuse(w, http.StatusMovedPermanently, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.")
	})
	f("400 with a header", once, func(w http.ResponseWriter) {
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
		refuse(w, http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed")
	})
	f("400 with a message", once, func(w http.ResponseWriter) {
		refuse(w, http.StatusBadRequest, "AuthorizationHeaderMalformed",
			"The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'")
	})
}

func TestNoRedirect(t *testing.T) {
	t.Parallel()
	f := func(what string, status int, code, header string, requests int) {
		t.Helper()
		client, got := wire(t, func(_ string, _ int, w http.ResponseWriter) {
			w.Header().Set("X-Amz-Bucket-Region", header)
			refuse(w, status, code, "no")
		})
		_, err := read(t, New(client, "logs", "", Options{}))
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v; want %s", what, err, code)
		}
		if n := len(got()); n != requests {
			t.Errorf("%s: %d requests; want %d", what, n, requests)
		}
	}
	f("denied in the right Region", http.StatusForbidden, "AccessDenied", "eu-west-1", 1)
	f("sent around in circles", http.StatusMovedPermanently, "PermanentRedirect", "eu-west-1", 2)
	f("a Region that is none", http.StatusMovedPermanently, "PermanentRedirect", "example.com/", 1)
	f("nowhere", http.StatusMovedPermanently, "PermanentRedirect", "", 1)
	f("always throttled", http.StatusServiceUnavailable, "SlowDown", "", 3)
}

func TestThrottledAndThenNot(t *testing.T) {
	t.Parallel()
	client, got := wire(t, func(_ string, n int, w http.ResponseWriter) {
		if n < 3 {
			refuse(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
			return
		}
		fmt.Fprint(w, "content")
	})
	if got, err := read(t, New(client, "logs", "", Options{})); string(got) != "content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if n := len(got()); n != 3 {
		t.Errorf("%d requests; want 3", n)
	}
}

func TestRegionsAreBounded(t *testing.T) {
	t.Parallel()
	var r regions
	for i := range 3 * maxRegions {
		r.set(fmt.Sprint(i), "eu-west-1")
	}
	if len(r.of) > maxRegions || r.get(fmt.Sprint(3*maxRegions-1)) != "eu-west-1" {
		t.Errorf("%d buckets are remembered", len(r.of))
	}
}

func TestClients(t *testing.T) {
	objects, messages, err := NewClients(t.Context(), ClientOptions{Endpoint: "http://127.0.0.1:1", Region: "eu-west-1", PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	o, m := objects.Options(), messages.Options()
	if o.Region != "us-east-1" || !o.UsePathStyle || aws.ToString(o.BaseEndpoint) != "http://127.0.0.1:1" || aws.ToString(m.BaseEndpoint) != "http://127.0.0.1:1" {
		t.Errorf("Region %s (the environment's goes first), path style %t, endpoints %v, %v", o.Region, o.UsePathStyle, o.BaseEndpoint, m.BaseEndpoint)
	}
	if o.RetryMaxAttempts != maxAttempts || m.RetryMaxAttempts != maxAttempts {
		t.Errorf("%d and %d attempts; want %d", o.RetryMaxAttempts, m.RetryMaxAttempts, maxAttempts)
	}
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	t.Setenv("AWS_REGION", "")
	if objects, _, err = NewClients(t.Context(), ClientOptions{Region: "eu-west-1"}); err != nil {
		t.Fatal(err)
	}
	if o := objects.Options(); o.RetryMaxAttempts != 2 || o.Region != "eu-west-1" {
		t.Errorf("%d attempts in %s; want the environment's 2 in eu-west-1", o.RetryMaxAttempts, o.Region)
	}
	if _, _, err := NewClients(t.Context(), ClientOptions{}); err == nil || !strings.Contains(err.Error(), "no Region") {
		t.Errorf("without a Region: %v", err)
	}
	if _, _, err := NewClients(t.Context(), ClientOptions{Profile: "none"}); err == nil {
		t.Error("a profile that is not there was taken")
	}
}
