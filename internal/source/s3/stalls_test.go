package s3

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// stalls has the first answers bring nothing until they are given up.
type stalls struct {
	*fakeS3
	left int
}

func (s *stalls) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := s.fakeS3.GetObject(ctx, in, o...)
	if s.left > 0 && err == nil {
		s.left--
		out.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}))
	}
	return out, err
}
