package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

// moto is moto's server, an implementation of S3 and SQS that nobody here
// wrote.
type moto struct {
	objects  *s3.Client
	messages *sqs.Client
	made     int // buckets and queues
}

// startMoto runs moto's server on a free port until the test ends.
func startMoto(t *testing.T) *moto {
	bin, err := filepath.Abs("../../../bin/venv/bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "moto_server")); err != nil {
		t.Skipf("no moto's server: %v", err)
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
	select {
	case url := <-said.url: // it listens
		m := &moto{}
		if m.objects, m.messages, err = NewClients(t.Context(), ClientOptions{Endpoint: url, PathStyle: true}); err != nil {
			t.Fatal(err)
		}
		return m
	case <-ended:
		t.Fatalf("moto's server ended:\n%s", said.text)
		return nil
	}
}

// announcement is a process's output until it says where it listens.
type announcement struct {
	text []byte
	url  chan string // of one
}

var listens = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`)

func (a *announcement) Write(b []byte) (int, error) {
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

// bucket makes a bucket that holds these objects.
func (m *moto) bucket(t *testing.T, contents map[string][]byte) string {
	t.Helper()
	m.made++
	name := fmt.Sprint("logs-", m.made)
	if _, err := m.objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	for key, content := range contents {
		m.put(t, name, key, content)
	}
	return name
}

func (m *moto) put(t *testing.T, bucket, key string, content []byte) {
	t.Helper()
	if _, err := m.objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(content)}); err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
}

func (m *moto) remove(bucket, key string) error {
	_, err := m.objects.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	return err
}

// queue makes a queue and a Queue of it.
func (m *moto) queue(t *testing.T, o QueueOptions) (url string, q *Queue) {
	t.Helper()
	m.made++
	out, err := m.messages.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(fmt.Sprint("logs-", m.made))})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl, m.open(t, *out.QueueUrl, o)
}

func (m *moto) open(t *testing.T, url string, o QueueOptions) *Queue {
	t.Helper()
	if o.Wait == 0 {
		o.Wait = time.Second
	}
	q, err := NewQueue(m.messages, m.objects, url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return q
}

func (m *moto) send(t *testing.T, url, body string) {
	t.Helper()
	if _, err := m.messages.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
}

// depth is how many messages are visible and how many are hidden.
func (m *moto) depth(t *testing.T, url string) string {
	t.Helper()
	visible, hidden := sqstypes.QueueAttributeNameApproximateNumberOfMessages, sqstypes.QueueAttributeNameApproximateNumberOfMessagesNotVisible
	out, err := m.messages.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{visible, hidden}})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s visible, %s hidden", out.Attributes[string(visible)], out.Attributes[string(hidden)])
}

func (m *moto) hasDepth(t *testing.T, what, url, want string) {
	t.Helper()
	if got := m.depth(t, url); got != want {
		t.Errorf("%s: %s; want %s", what, got, want)
	}
}

func acknowledge(t *testing.T, s source.Source, uris ...string) {
	t.Helper()
	for _, uri := range uris {
		if err := s.Acknowledge(t.Context(), source.Object{URI: uri}); err != nil {
			t.Error(err)
		}
	}
}

func contentOf(t *testing.T, s source.Source, uri string) string {
	t.Helper()
	c, err := s.Open(t.Context(), source.Object{URI: uri})
	if err != nil {
		t.Error(err)
		return ""
	}
	got, err := io.ReadAll(c)
	if err := errors.Join(err, c.Close()); err != nil {
		t.Errorf("%s: %v", uri, err)
	}
	return string(got)
}

func TestOnMoto(t *testing.T) {
	m := startMoto(t)
	t.Run("conformance of Source", func(t *testing.T) {
		sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
			bucket := m.bucket(t, objects)
			return sourcetest.World{Source: New(m.objects, bucket, "", Options{}), Remove: func(name string) error { return m.remove(bucket, name) }}
		})
	})
	t.Run("conformance of Queue", func(t *testing.T) {
		sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
			bucket := m.bucket(t, objects)
			url, q := m.queue(t, QueueOptions{})
			for name, content := range objects {
				m.send(t, url, strings.Replace(created(bucket, name, len(content)), noContent, fmt.Sprintf("%x", md5.Sum(content)), 1))
			}
			return sourcetest.World{Source: q, Remove: func(name string) error { return m.remove(bucket, name) }}
		})
	})
	t.Run("pages", m.pages)
	t.Run("odd keys", m.oddKeys)
	t.Run("refusals", m.refusals)
	t.Run("overwritten", m.overwritten)
	t.Run("a large object", m.largeObject)
	t.Run("notifications that S3 sends", m.notifications)
	t.Run("odd keys in notifications", m.oddNotifications)
	t.Run("a message in hand stays hidden", m.extension)
}

// pages lists a bucket of more than a page, in an order that is not S3's.
func (m *moto) pages(t *testing.T) {
	bucket := m.bucket(t, nil)
	const n = 1234
	want := make([]string, n)
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range n {
		// The latest folder holds the earliest hours.
		key := fmt.Sprintf("AWSLogs/%02d/x_20240102T%02d%02dZ_%d.json.gz", 99-i/60, i/60, i%60, i)
		want[i] = fmt.Sprintf("s3://%s/%s", bucket, key)
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if _, err := m.objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(key)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m.put(t, bucket, "other", nil)
	if diff := cmp.Diff(want, names(t, New(m.objects, bucket, "AWSLogs/", Options{}), "")); diff != "" {
		t.Errorf("(-want)\n%s", diff)
	}
}

func (m *moto) oddKeys(t *testing.T) {
	keys := map[string]string{ // by URI
		"50%25.json": "50%.json", "%2541": "%41", "a b+c": "a b+c", "?x=1&y#z": "?x=1&y#z", "é😀": "é😀", "tab%09": "tab\t",
		"rtl%E2%80%AEx": "rtl\u202ex", "quote\"'<>": "quote\"'<>", "=:@!$(),;~*": "=:@!$(),;~*",
	}
	bucket := m.bucket(t, nil)
	for _, key := range keys {
		m.put(t, bucket, key, []byte("content of "+key))
	}
	s := New(m.objects, bucket, "", Options{})
	got := map[string]string{}
	for _, uri := range names(t, s, "") {
		got[strings.TrimPrefix(uri, "s3://"+bucket+"/")] = strings.TrimPrefix(contentOf(t, s, uri), "content of ")
	}
	if diff := cmp.Diff(keys, got); diff != "" {
		t.Errorf("(-want)\n%s", diff)
	}
	// A log as CloudTrail writes it says that its content is encoded: it is
	// read as it is stored.
	zipped := []byte("\x1f\x8b\x08 not really gzip")
	if _, err := m.objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("log.json.gz"), Body: bytes.NewReader(zipped),
		ContentEncoding: aws.String("gzip"), ContentType: aws.String("application/json")}); err != nil {
		t.Fatal(err)
	}
	if got := contentOf(t, s, "s3://"+bucket+"/log.json.gz"); got != string(zipped) {
		t.Errorf("an encoded object: %q", got)
	}
}

func (m *moto) refusals(t *testing.T) {
	n, last := 0, error(nil)
	for _, err := range New(m.objects, "no-such-bucket", "", Options{}).Objects(t.Context()) {
		n, last = n+1, err
	}
	if n != 1 || last == nil || !strings.Contains(last.Error(), "NoSuchBucket") || !strings.Contains(last.Error(), "s3://no-such-bucket/") {
		t.Errorf("%d yields, the last with %v; want NoSuchBucket", n, last)
	}
	if _, err := New(m.objects, "no-such-bucket", "", Options{}).Open(t.Context(), source.Object{URI: "s3://no-such-bucket/a"}); err == nil || errors.Is(err, source.ErrGone) {
		t.Errorf("Open: %v; a bucket that is not there is no object that is gone", err)
	}
	bucket := m.bucket(t, nil)
	if _, err := m.objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("cold"), Body: strings.NewReader("x"), StorageClass: types.StorageClassGlacier}); err != nil {
		t.Fatal(err)
	}
	s := New(m.objects, bucket, "", Options{})
	for o, err := range s.Objects(t.Context()) {
		if err != nil || !errors.Is(o.Err, ErrArchived) {
			t.Errorf("%s: %v, %v; want ErrArchived", o.URI, o.Err, err)
		}
		o.Err = nil // as a notification would have it
		if _, err := s.Open(t.Context(), o); !errors.Is(err, ErrArchived) {
			t.Errorf("Open: %v; want ErrArchived", err)
		}
	}
	missing := m.open(t, "http://127.0.0.1/111122223333/no-such-queue", QueueOptions{})
	for _, err := range missing.Objects(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), "NonExistentQueue") && !strings.Contains(err.Error(), "QueueDoesNotExist") {
			t.Errorf("a queue that is not there: %v", err)
		}
	}
}

// cuts breaks off the first body that moto sends, and then does something.
type cuts struct {
	API
	after int64
	then  func()
	asked []string
}

func (c *cuts) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := c.API.GetObject(ctx, in, o...)
	c.asked = append(c.asked, aws.ToString(in.Range))
	if err == nil && len(c.asked) == 1 {
		body := out.Body
		out.Body = struct {
			io.Reader
			io.Closer
		}{breaksAfter(c.after, body), body}
		if c.then != nil {
			c.then()
		}
	}
	return out, err
}

func (m *moto) overwritten(t *testing.T) {
	old, changed := bytes.Repeat([]byte("old."), 1<<18), bytes.Repeat([]byte("new!"), 1<<18)
	bucket := m.bucket(t, map[string][]byte{"a": old})
	uri := "s3://" + bucket + "/a"
	same := &cuts{API: m.objects, after: 1 << 19}
	if got := contentOf(t, New(same, bucket, "", Options{}), uri); got != string(old) || len(same.asked) != 2 || same.asked[1] != "bytes=524288-" {
		t.Errorf("a read that breaks off: %d bytes %.4s…, asked %q", len(got), got, same.asked)
	}
	overwritten := &cuts{API: m.objects, after: 1 << 19, then: func() { m.put(t, bucket, "a", changed) }}
	if got := contentOf(t, New(overwritten, bucket, "", Options{}), uri); got != string(changed) || len(overwritten.asked) != 3 {
		t.Errorf("an object that is overwritten while it is read: %d bytes %.4s…, asked %q", len(got), got, overwritten.asked)
	}
}

func (m *moto) largeObject(t *testing.T) {
	content := make([]byte, smallObject+123_457)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(content)
	bucket := m.bucket(t, map[string][]byte{"big": content, "at-the-limit": content[:smallObject]})
	dir := t.TempDir()
	s := New(m.objects, bucket, "", Options{TempDir: dir})
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if want := content[:o.Size]; err != nil || !bytes.Equal(got, want) || c.SHA256 != sha256.Sum256(want) || c.Size != o.Size {
			t.Errorf("%s: %d bytes, %v", o.URI, len(got), err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left in the folder for temporary files: %v, %v", left, err)
	}
}

// notifications has S3 itself say what is new.
func (m *moto) notifications(t *testing.T) {
	url, q := m.queue(t, QueueOptions{})
	bucket := m.bucket(t, nil)
	attributes, err := m.messages.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.objects.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{
		Bucket: &bucket,
		NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{{
			QueueArn: aws.String(attributes.Attributes["QueueArn"]),
			Events:   []types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"},
		}}},
	}); err != nil {
		t.Fatal(err)
	}
	m.put(t, bucket, "AWSLogs/x_20240102T0305Z_é 50%+.json", []byte("one"))
	m.put(t, bucket, "b", []byte("two"))
	m.put(t, bucket, "c", []byte("three"))
	if err := m.remove(bucket, "c"); err != nil {
		t.Fatal(err)
	}
	a, b, c := "s3://"+bucket+"/AWSLogs/x_20240102T0305Z_é 50%25+.json", "s3://"+bucket+"/b", "s3://"+bucket+"/c"
	if diff := cmp.Diff([]string{a, b, c}, names(t, q, "")); diff != "" {
		t.Fatalf("(-want)\n%s", diff)
	}
	if one, two := contentOf(t, q, a), contentOf(t, q, b); one != "one" || two != "two" {
		t.Errorf("contents %q and %q", one, two)
	}
	if _, err := q.Open(t.Context(), source.Object{URI: c}); !errors.Is(err, source.ErrGone) {
		t.Errorf("an object that was removed meanwhile: %v; want ErrGone", err)
	}
	acknowledge(t, q, a, b)
	if got := m.depth(t, url); !strings.HasPrefix(got, "0 visible") || strings.HasSuffix(got, " 0 hidden") {
		t.Errorf("before the last was acknowledged: %s", got)
	}
	acknowledge(t, q, c)
	m.hasDepth(t, "after that", url, "0 visible, 0 hidden")
	if n := q.Counts(); n.Deleted != n.Received || n.Objects != 3 || n.Left+n.Failed != 0 {
		t.Errorf("%+v", n)
	}
}

func (m *moto) oddNotifications(t *testing.T) {
	bucket := m.bucket(t, map[string][]byte{"caf\u00e9 +.json": []byte("one"), "50%": []byte("two")})
	url, q := m.queue(t, QueueOptions{Visibility: 3 * time.Second})
	m.send(t, url, bySNS(created(bucket, "caf%C3%A9+%2B.json", 3)))
	m.send(t, url, byEventBridge("Object Created", bucket, "50%", 3))
	m.send(t, url, created(bucket, "50%25", 3))
	m.send(t, url, testEvent)
	m.send(t, url, "hello")
	uris := []string{"s3://" + bucket + "/50%25", "s3://" + bucket + "/café +.json"}
	if diff := cmp.Diff(uris, names(t, q, "")); diff != "" {
		t.Fatalf("(-want)\n%s", diff)
	}
	if two, one := contentOf(t, q, uris[0]), contentOf(t, q, uris[1]); one != "one" || two != "two" {
		t.Errorf("contents %q and %q", one, two)
	}
	acknowledge(t, q, uris...)
	out, err := m.messages.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 10})
	if err != nil || len(out.Messages) != 1 || *out.Messages[0].Body != "hello" {
		t.Errorf("what is not for us: %v, %v; want it delivered again", out, err)
	}
}

// extension keeps a message in hand for longer than its timeout. The other
// reader's long poll is the clock.
func (m *moto) extension(t *testing.T) {
	bucket := m.bucket(t, map[string][]byte{"a": []byte("x"), "b": []byte("y")})
	url, q := m.queue(t, QueueOptions{Visibility: 3 * time.Second})
	m.send(t, url, created(bucket, "a", 1))
	m.send(t, url, created(bucket, "b", 1))
	a, b := "s3://"+bucket+"/a", "s3://"+bucket+"/b"
	if diff := cmp.Diff([]string{a, b}, names(t, q, "")); diff != "" {
		t.Fatalf("(-want)\n%s", diff)
	}
	other := m.open(t, url, QueueOptions{Wait: 7 * time.Second})
	if got := names(t, other, ""); len(got) != 0 {
		t.Errorf("another reader got %v after its timeout, though it is in hand", got)
	}
	acknowledge(t, q, a)
	if err := q.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.hasDepth(t, "one acknowledged, one given back", url, "1 visible, 0 hidden")
	if diff := cmp.Diff([]string{b}, names(t, other, "")); diff != "" {
		t.Errorf("another reader, after Close (-want)\n%s", diff)
	}
	acknowledge(t, other, b)
	m.hasDepth(t, "all done", url, "0 visible, 0 hidden")
}
