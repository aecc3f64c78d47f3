package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// moto is moto's server, an implementation of S3 and SQS that nobody here
// wrote.
type moto struct {
	url      string
	objects  *awss3.Client
	messages *sqs.Client
}

func startMoto(t *testing.T) *moto {
	t.Helper()
	bin, err := filepath.Abs("../../bin/venv/bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "moto_server")); err != nil {
		t.Skipf("no moto's server: %v", err)
	}
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": defaultRegion,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
	} {
		t.Setenv(name, value)
	}
	t.Setenv("AWS_PROFILE", "") // so that it is put back
	if err := os.Unsetenv("AWS_PROFILE"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "python"), filepath.Join(bin, "moto_server"), "-H", "127.0.0.1", "-p", "0")
	said := &announcement{url: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // killed, or its output says why
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("moto's server:\n%s", said.output())
		}
	})
	select {
	case url := <-said.url:
		objects, messages, err := s3.NewClients(t.Context(), s3.ClientOptions{Endpoint: url, PathStyle: true})
		if err != nil {
			t.Fatal(err)
		}
		return &moto{url, objects, messages}
	case <-ended:
		t.Fatal("moto's server ended")
		return nil
	}
}

// announcement is a process's output until it says where it listens.
type announcement struct {
	url chan string // of one

	mu   sync.Mutex
	text []byte
}

func (a *announcement) output() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return string(a.text)
}

var listens = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`)

func (a *announcement) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.text = append(a.text, b...); len(a.text) > 1<<16 {
		a.text = a.text[len(a.text)-1<<16:]
	}
	if m := listens.FindSubmatch(a.text); m != nil {
		select {
		case a.url <- string(m[1]):
		default: // said already
		}
	}
	return len(b), nil
}

func (m *moto) bucket(t *testing.T, name string) {
	t.Helper()
	if _, err := m.objects.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
}

func (m *moto) put(t *testing.T, bucket, key, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.objects.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(b)}); err != nil {
		t.Fatal(err)
	}
}

// notify tells the queue that an object is there, as S3 does.
func (m *moto) notify(t *testing.T, queue, bucket, key string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"Records": []any{map[string]any{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
		"s3": map[string]any{"bucket": map[string]any{"name": bucket}, "object": map[string]any{"key": key, "size": 1}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.messages.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: aws.String(string(body))}); err != nil {
		t.Fatal(err)
	}
}

// messagesLeft counts the messages of a queue, those in hand too.
func (m *moto) messagesLeft(t *testing.T, queue string) string {
	t.Helper()
	out, err := m.messages.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []sqstypes.QueueAttributeName{
		sqstypes.QueueAttributeNameApproximateNumberOfMessages, sqstypes.QueueAttributeNameApproximateNumberOfMessagesNotVisible}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"] + "+" + out.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

// What lies in a bucket is read once, also by the next server, and so is what
// comes later. An object that is gone is no error.
func TestCollectS3(t *testing.T) {
	mock := startMoto(t)
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	files := accountLogs(t, logs, account)
	mock.bucket(t, "logs")
	mock.put(t, "logs", "AWSLogs/1.json.gz", files[0])
	mock.put(t, "logs", "AWSLogs/none.txt", files[0])
	dir := shortDir(t)
	cfg := config{AWS: awsConfig{Endpoint: mock.url, PathStyle: true}, Sources: []sourceConfig{
		{S3: "s3://logs/AWSLogs/", Include: []string{"*.gz"}, Interval: minInterval}}}
	s := collect(t, dir, account, cfg)
	s.lines.with(t, "read logs", "objects=1 ", "rejected=0")
	mock.put(t, "logs", "AWSLogs/2.json.gz", files[1])
	s.lines.with(t, "read logs", "objects=1 ", "rejected=0", "duplicate=0")
	e := s.status(t)
	if e.Objects != 2 || e.Totals.Duplicate != 0 {
		t.Errorf("after two objects: %d, %+v", e.Objects, e.Totals)
	}
	s.compareMetrics(t, e)
	s.end(t)

	// The ledger knows them: only the third one is read.
	mock.put(t, "logs", "AWSLogs/3.json.gz", files[2])
	s = collect(t, dir, account, cfg)
	if line := s.lines.with(t, "read logs"); !strings.Contains(line, "objects=1 ") || strings.Contains(line, "stored=0 ") {
		t.Errorf("another server: %s", line)
	}
	if e := s.status(t); e.Objects != 3 {
		t.Errorf("after three objects: %d", e.Objects)
	}
}

// A notification makes an object be read, and is deleted then. One that
// another graph's writer holds up waits without holding up the end.
func TestCollectQueue(t *testing.T) {
	mock := startMoto(t)
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	files := accountLogs(t, logs, account)
	mock.bucket(t, "logs")
	out, err := mock.messages.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("logs")})
	if err != nil {
		t.Fatal(err)
	}
	queue := *out.QueueUrl
	s := collect(t, shortDir(t), account, config{AWS: awsConfig{Endpoint: mock.url, PathStyle: true}, Sources: []sourceConfig{{Queue: queue, Account: account}}})
	for i, key := range []string{"a/1.json.gz", "a/2.json.gz"} {
		mock.put(t, "logs", key, files[i])
		mock.notify(t, queue, "logs", key)
		s.lines.with(t, "read logs", "objects=1 ", "rejected=0", "source="+queue)
	}
	if e := s.status(t); e.Objects != 2 || e.Totals.Stored == 0 {
		t.Errorf("after two notifications: %d objects, %+v", e.Objects, e.Totals)
	}
	if got := mock.messagesLeft(t, queue); got != "0+0" {
		t.Errorf("messages visible + in hand: %s", got)
	}
	if text := s.metrics(t); !strings.Contains(text, `gumshoe_queue_messages_total{result="deleted",source="`+queue+`"} 2`) {
		t.Errorf("metrics:\n%s", text)
	}

	writer := s.house.writer(s.graph)
	writer <- struct{}{}
	mock.notify(t, queue, "logs", "a/1.json.gz")
	for !strings.Contains(s.metrics(t), `gumshoe_ingest_queue_depth{source="`+queue+`"} 1`) {
		if t.Context().Err() != nil {
			t.Fatal("nothing was received")
		}
	}
	s.end(t)
	if got := mock.messagesLeft(t, queue); got != "1+0" {
		t.Errorf("after the end, messages visible + in hand: %s; want the one given back", got)
	}
}

// A source that cannot be read is tried again, and shown, and ends nothing.
func TestCollectErrors(t *testing.T) {
	mock := startMoto(t)
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	s := collect(t, shortDir(t), account, config{AWS: awsConfig{Endpoint: mock.url, PathStyle: true}, Sources: []sourceConfig{{S3: "s3://later/", Interval: minInterval}}})
	s.lines.with(t, "a source cannot be read", "source=s3://later/", "again_in=1s")
	if text := s.metrics(t); !strings.Contains(text, `gumshoe_collector_errors_total{source="s3://later/"} 1`) {
		t.Errorf("metrics:\n%s", text)
	}
	mock.bucket(t, "later")
	mock.put(t, "later", "1.json.gz", accountLogs(t, logs, account)[0])
	s.lines.with(t, "read logs", "objects=1 ")
}
