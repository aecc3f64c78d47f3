package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// API is what is asked of Amazon S3. *s3.Client of the SDK has it.
type API interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// QueueAPI is what is asked of Amazon SQS. *sqs.Client of the SDK has it.
type QueueAPI interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

const (
	// headerTimeout ends an attempt that is not answered; a long poll takes
	// 20 s. A guess.
	headerTimeout = time.Minute
	// maxAttempts of one call, where AWS_MAX_ATTEMPTS and the profile say
	// nothing: about 20 s of S3 telling to slow down. The SDK has 3, which is
	// too few for a reader whose error is an object that was not read.
	maxAttempts = 8
)

// ClientOptions say how to reach AWS. The zero value leaves all to the SDK's
// own chain: environment, shared files, container, instance.
type ClientOptions struct {
	Endpoint  string // base URL of both services; empty for AWS's own, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_SQS
	Profile   string // of the shared configuration files; empty for the default one
	Region    string // where the SDK's chain names none
	PathStyle bool   // the bucket in the path and not in the host name, as many an S3 that is not AWS's wants it
}

// NewClients returns the clients of both services. Nothing is sent yet;
// credentials are looked for at the first call.
func NewClients(ctx context.Context, o ClientOptions) (*s3.Client, *sqs.Client, error) {
	load := []func(*config.LoadOptions) error{
		// No limit on a whole answer: it may be an object of many GB.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = headerTimeout
		})),
	}
	if o.Region != "" {
		load = append(load, config.WithDefaultRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, nil, fmt.Errorf("load AWS configuration for Amazon S3: %w", err)
	}
	if cfg.Region == "" {
		return nil, nil, errors.New("load AWS configuration for Amazon S3: no Region: set AWS_REGION, or region in the profile")
	}
	if cfg.RetryMaxAttempts == 0 {
		cfg.RetryMaxAttempts = maxAttempts
	}
	objects := s3.NewFromConfig(cfg, func(s *s3.Options) {
		s.UsePathStyle = o.PathStyle
		s.DisableLogOutputChecksumValidationSkipped = true // many objects have no checksum
		if o.Endpoint != "" {
			s.BaseEndpoint = aws.String(o.Endpoint)
		}
	})
	messages := sqs.NewFromConfig(cfg, func(s *sqs.Options) {
		if o.Endpoint != "" {
			s.BaseEndpoint = aws.String(o.Endpoint)
		}
	})
	return objects, messages, nil
}
