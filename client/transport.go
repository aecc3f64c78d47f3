package client

import (
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/detective"
)

// Close closes the connections that the client keeps open for later calls.
// Calls in progress are not disturbed. Close may be called more than once, and
// a call after it opens a new connection.
//
// An HTTP client that came with WithConfig or WithOptions belongs to the
// caller and is not touched. Connections that credential providers keep, such
// as that to AWS STS, end by their idle timeout.
func (c *Client) Close() {
	if c.transport != nil {
		c.transport.CloseIdleConnections()
	}
}

// ownTransport replaces the SDK's HTTP client by one with the same settings
// whose connections can be closed: the SDK's own never shows the transport
// that it uses. Any other HTTP client was made by the caller.
func (c *Client) ownTransport(o *detective.Options) {
	b, ok := o.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		return
	}
	c.transport = b.GetTransport() // a copy
	o.HTTPClient = &http.Client{
		Transport: c.transport,
		Timeout:   b.GetTimeout(),
		// A signature is for one host and path. No operation redirects.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
