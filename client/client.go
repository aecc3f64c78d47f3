package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/detective"
)

// Client speaks to one Detective endpoint as one account. It is safe for
// concurrent use.
type Client struct {
	// The SDK's client brings the 29 operations. It also makes a Client fit
	// wherever the SDK asks for an API client, such as in its paginators.
	*detective.Client

	// transport holds the client's own connections; nil when the caller
	// brought an HTTP client.
	transport *http.Transport
}

// New makes a client. Without options it loads the SDK's default
// configuration: the environment, then the shared configuration files, then
// the credentials of the machine. It makes no call to the endpoint.
//
// The caller should Close the client when it is done with it.
func New(ctx context.Context, opts ...Option) (*Client, error) {
	var s settings
	for _, opt := range opts {
		opt(&s)
	}
	if err := s.checkEndpoint(); err != nil {
		return nil, err
	}
	cfg, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	c := &Client{}
	fns := append(s.serviceOptions(), c.ownTransport)
	c.Client = detective.NewFromConfig(cfg, fns...)
	return c, nil
}

// load returns the caller's configuration or the SDK's default one.
func (s *settings) load(ctx context.Context) (aws.Config, error) {
	if s.config != nil {
		cfg := s.config.Copy()
		if s.region != "" {
			cfg.Region = s.region
		}
		return cfg, nil
	}
	var fns []func(*config.LoadOptions) error
	if s.region != "" {
		// Credential providers that call AWS need the region, too.
		fns = append(fns, config.WithRegion(s.region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, fns...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return cfg, nil
}

// checkEndpoint refuses what the SDK would only complain about, and less
// clearly, at the first call.
func (s *settings) checkEndpoint() error {
	if s.endpoint == nil {
		return nil
	}
	u, err := url.Parse(*s.endpoint)
	if err != nil {
		return fmt.Errorf("read the endpoint: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("read the endpoint %q: want a URL such as https://host:port", *s.endpoint)
	}
	return nil
}
