package client_test

import (
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/detective"

	"github.com/gumshoe-detective/gumshoe/client"
)

// listen serves the fake on a loopback port and tells of each connection that
// opens and closes.
func listen(t *testing.T, f *fake, start func(*httptest.Server)) (url string, states chan http.ConnState, s *httptest.Server) {
	t.Helper()
	states = make(chan http.ConnState, 100)
	s = httptest.NewUnstartedServer(f)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew || state == http.StateClosed {
			states <- state
		}
	}
	start(s)
	t.Cleanup(s.Close)
	return s.URL, states, s
}

// next waits for a connection to open or close.
func next(t *testing.T, states <-chan http.ConnState) http.ConnState {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	select {
	case s := <-states:
		return s
	case <-ctx.Done():
		t.Fatal("no connection opens or closes")
		return 0
	}
}

func listsGraphs() *fake {
	return &fake{routes: map[string]func(object) reply{"/graphs/list": pages("GraphList")}}
}

// closesItsConnections makes calls around Close and waits until every
// connection that was opened is closed. How many there are is up to net/http.
func closesItsConnections(t *testing.T, c *client.Client, states <-chan http.ConnState) {
	t.Helper()
	c.Close() // nothing is open
	for range 2 {
		if _, err := c.ListGraphs(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		c.Close()
		c.Close()
		for open, first := 0, true; first || open > 0; first = false {
			if next(t, states) == http.StateNew {
				open++
			} else {
				open--
			}
		}
	}
}

func TestCloseClosesTheOwnConnection(t *testing.T) {
	t.Parallel()
	for name, httpClient := range map[string]aws.HTTPClient{
		"no HTTP client": nil, "the SDK's buildable one": awshttp.NewBuildableClient(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, states, _ := listen(t, listsGraphs(), (*httptest.Server).Start)
			cfg := aws.Config{Region: "us-east-1", Credentials: staticCredentials(), HTTPClient: httpClient}
			c, err := client.New(t.Context(), client.WithConfig(cfg), client.WithEndpoint(url))
			if err != nil {
				t.Fatal(err)
			}
			closesItsConnections(t, c, states)
		})
	}
}

// TestOwnConnectionKeepsTheSDKsSettings reaches a server whose certificate only
// AWS_CA_BUNDLE knows.
func TestOwnConnectionKeepsTheSDKsSettings(t *testing.T) {
	clearEnvironment(t)
	url, states, s := listen(t, listsGraphs(), (*httptest.Server).StartTLS)
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(bundle, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"AWS_CA_BUNDLE": bundle, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_DETECTIVE": url} {
		t.Setenv(name, value)
	}
	c, err := client.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closesItsConnections(t, c, states)
}

// closeable is a caller's HTTP client that counts how often it is told to
// close its connections.
type closeable struct {
	inProcess
	closed int
}

func (c *closeable) CloseIdleConnections() { c.closed++ }

func (c *closeable) RoundTrip(r *http.Request) (*http.Response, error) { return c.Do(r) }

func TestCloseLeavesTheCallersHTTPClientAlone(t *testing.T) {
	t.Parallel()
	mine := &closeable{inProcess: inProcess{listsGraphs()}}
	set := func(h aws.HTTPClient) func(*detective.Options) {
		return func(o *detective.Options) { o.HTTPClient = h }
	}
	cfg := aws.Config{Region: "us-east-1", Credentials: staticCredentials()}
	withClient, withTransport := cfg.Copy(), cfg.Copy()
	withClient.HTTPClient, withTransport.HTTPClient = mine, &http.Client{Transport: mine}
	for name, opts := range map[string][]client.Option{
		"client in the configuration":    {client.WithConfig(withClient)},
		"transport in the configuration": {client.WithConfig(withTransport)},
		"client in the options":          {client.WithConfig(cfg), client.WithOptions(set(mine))},
	} {
		c, err := client.New(t.Context(), opts...)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := c.ListGraphs(t.Context(), nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			c.Close()
		}
		if mine.closed != 0 {
			t.Errorf("%s: Close reaches the caller's HTTP client", name)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	f := listsGraphs()
	url, _, _ := listen(t, f, (*httptest.Server).Start)
	redirect := httptest.NewServer(http.RedirectHandler(url+"/graphs/list", http.StatusTemporaryRedirect))
	t.Cleanup(redirect.Close)
	c, err := client.New(t.Context(), client.WithConfig(aws.Config{Region: "us-east-1", Credentials: staticCredentials()}), client.WithEndpoint(redirect.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// A GET: one with a body would not be sent on by net/http, either.
	in := &detective.ListTagsForResourceInput{ResourceArn: aws.String(graphArn)}
	if _, err := c.ListTagsForResource(t.Context(), in); err == nil {
		t.Error("a redirect passes for an answer")
	}
	if n := len(f.asked("/graphs/list")); n != 0 {
		t.Errorf("the signed request was sent on %d times", n)
	}
}
