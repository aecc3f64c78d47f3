package client

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
)

// Option changes how New makes a client.
type Option func(*settings)

type settings struct {
	config   *aws.Config
	endpoint *string
	region   string
	service  []func(*detective.Options)
}

// WithConfig uses cfg and loads nothing from the environment or from files,
// except that the SDK itself looks for endpoint URLs in the environment. The
// client works on a copy of cfg.
func WithConfig(cfg aws.Config) Option {
	return func(s *settings) { s.config = &cfg }
}

// WithEndpoint sends every call to the http or https URL endpoint, whatever
// the configuration says.
func WithEndpoint(endpoint string) Option {
	return func(s *settings) { s.endpoint = &endpoint }
}

// WithRegion signs for region, and finds the endpoint in it when none is set,
// whatever the configuration says.
func WithRegion(region string) Option {
	return func(s *settings) { s.region = region }
}

// WithOptions changes the SDK's own options last of all. An HTTPClient set
// here is the caller's: Close leaves it alone unless it is the SDK's
// BuildableClient, of which the client uses a copy.
func WithOptions(optFns ...func(*detective.Options)) Option {
	return func(s *settings) { s.service = append(s.service, optFns...) }
}

func (s *settings) serviceOptions() []func(*detective.Options) {
	var fns []func(*detective.Options)
	if s.endpoint != nil {
		fns = append(fns, func(o *detective.Options) { o.BaseEndpoint = s.endpoint })
	}
	return append(fns, s.service...)
}
