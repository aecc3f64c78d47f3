package s3

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// notified is one object that a message says is there now.
type notified struct {
	bucket, key string
	size        int64  // bytes
	tag         string // "" if it says none
}

// errNotNotification says that a message is none that Queue knows.
var errNotNotification = errors.New("no notification of Amazon S3")

// maxWrappings bounds how often a notification is wrapped in others.
const maxWrappings = 3

// body has the fields of all the shapes that a notification comes in:
//
//   - from Amazon S3: Amazon S3 user guide, notification-content-structure;
//   - the test that S3 sends when notifications are set up: the same guide,
//     enable-event-notifications-how-to;
//   - from Amazon EventBridge: the same guide, ev-events;
//   - any of these inside a notification of Amazon SNS: Amazon SNS developer
//     guide, sns-sqs-as-subscriber.
type body struct {
	Records []struct {
		EventSource string `json:"eventSource"`
		EventName   string `json:"eventName"`
		S3          detail `json:"s3"`
	}

	Service, Event string

	Source     string  `json:"source"`
	DetailType string  `json:"detail-type"`
	Detail     *detail `json:"detail"`

	Type, Message string
}

type detail struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key  string `json:"key"`
		Size int64  `json:"size"`
		// S3 writes eTag and EventBridge etag; case does not matter.
		ETag string `json:"eTag"`
	} `json:"object"`
}

// parseNotification returns the objects that a message says are there now;
// none for one that tells of something else, a removal for instance. An error
// that wraps errNotNotification means that the message is not for us.
func parseNotification(text string) ([]notified, error) {
	for range maxWrappings {
		var m body
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, fmt.Errorf("%w: %w", errNotNotification, err)
		}
		switch {
		case len(m.Records) > 0:
			return m.fromS3()
		case m.Event == "s3:TestEvent" && m.Service == "Amazon S3":
			return nil, nil
		case m.Source == "aws.s3" && m.Detail != nil:
			return m.fromEventBridge()
		case m.Type == "Notification":
			text = m.Message
		default:
			return nil, errNotNotification
		}
	}
	return nil, fmt.Errorf("%w: wrapped more than %d times", errNotNotification, maxWrappings)
}

// fromS3 takes objects that were made and such that were restored from an
// archive.
func (m *body) fromS3() ([]notified, error) {
	var objects []notified
	for i, r := range m.Records {
		if r.EventSource != "aws:s3" {
			return nil, fmt.Errorf("%w: record %d is of source %q", errNotNotification, i, r.EventSource)
		}
		if !strings.HasPrefix(r.EventName, "ObjectCreated:") && r.EventName != "ObjectRestore:Completed" {
			continue
		}
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: record %d: %w", errNotNotification, i, err)
		}
		o, err := r.S3.object(key)
		if err != nil {
			return nil, fmt.Errorf("%w: record %d: %w", errNotNotification, i, err)
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// fromEventBridge does the same. Its keys are not URL-encoded.
func (m *body) fromEventBridge() ([]notified, error) {
	if m.DetailType != "Object Created" && m.DetailType != "Object Restore Completed" {
		return nil, nil
	}
	o, err := m.Detail.object(m.Detail.Object.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotNotification, err)
	}
	return []notified{o}, nil
}

func (d *detail) object(key string) (notified, error) {
	if err := checkBucket(d.Bucket.Name); err != nil {
		return notified{}, err
	}
	if key == "" || len(key) > maxKey {
		return notified{}, fmt.Errorf("a key has 1 to %d bytes, not %d", maxKey, len(key))
	}
	return notified{bucket: d.Bucket.Name, key: key, size: max(0, d.Object.Size), tag: tagOf(d.Object.ETag)}, nil
}
