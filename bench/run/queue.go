package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// The names of what is made in moto's server.
const (
	queueRegion = "us-east-1"
	queueBucket = "logs"
	queueKey    = "AKIDEXAMPLE"
	queueSecret = "secret"
)

// errNoQueue says that there is no server to play Amazon S3 and SQS.
var errNoQueue = errors.New("there is no moto_server in the folder of -tools")

// queue is moto's server, which plays Amazon S3 and SQS, with a bucket and a
// queue of its notifications.
type queue struct {
	process  *process
	url      string // of the queue
	objects  *awss3.Client
	messages *sqs.Client
}

// startQueue starts moto's server. The caller must stop it.
func (b *bench) startQueue(ctx context.Context) (*queue, error) {
	script := filepath.Join(b.tools, "moto_server")
	if _, err := os.Stat(script); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoQueue
	}
	p, err := start(ctx, motoListens, queueEnvironment(), filepath.Join(b.tools, "python"), script, "-H", "127.0.0.1", "-p", "0")
	if err != nil {
		return nil, err
	}
	config := aws.Config{Region: queueRegion, Credentials: credentials.NewStaticCredentialsProvider(queueKey, queueSecret, "")}
	q := &queue{process: p}
	q.objects = awss3.NewFromConfig(config, func(o *awss3.Options) { o.BaseEndpoint, o.UsePathStyle = &p.url, true })
	q.messages = sqs.NewFromConfig(config, func(o *sqs.Options) { o.BaseEndpoint = &p.url })
	if _, err := q.objects.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: aws.String(queueBucket)}); err != nil {
		return nil, errors.Join(fmt.Errorf("make a bucket: %w", err), q.stop())
	}
	made, err := q.messages.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("notifications")})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a queue: %w", err), q.stop())
	}
	q.url = *made.QueueUrl
	return q, nil
}

func (q *queue) stop() error { return q.process.stop() }

// send puts an object with one event and then tells the queue, as S3 does;
// the time begins with the notification.
func (q *queue) send(ctx context.Context, id string) (began time.Time, err error) {
	key := "AWSLogs/" + id + ".json.gz"
	body := eventFile(id, time.Now())
	if _, err := q.objects.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(queueBucket), Key: &key, Body: bytes.NewReader(body)}); err != nil {
		return began, fmt.Errorf("put an object: %w", err)
	}
	message, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": map[string]any{
			"bucket": map[string]any{"name": queueBucket}, "object": map[string]any{"key": key, "size": len(body)}}}}})
	if err != nil {
		return began, err
	}
	began = time.Now()
	_, err = q.messages.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: aws.String(string(message))})
	if err != nil {
		return began, fmt.Errorf("send a notification: %w", err)
	}
	return began, nil
}

// queueEnvironment is this process's, less what it says of AWS and of
// proxies, with invented credentials.
func queueEnvironment() []string {
	env := []string{"AWS_ACCESS_KEY_ID=" + queueKey, "AWS_SECRET_ACCESS_KEY=" + queueSecret, "AWS_REGION=" + queueRegion,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true"}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(e), "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(name, "_PROXY") {
			env = append(env, e)
		}
	}
	return env
}
