package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
)

// The headers of Amazon Data Firehose's deliveries to HTTP endpoints.
const (
	firehoseRequestID = "X-Amz-Firehose-Request-Id"
	firehoseAccessKey = "X-Amz-Firehose-Access-Key"
)

// maxDeliveryRecords is how many records a delivery has at most, and
// maxDeliveryError how long an error message may be, in bytes (Data Firehose
// developer guide, HTTP endpoint delivery request and response
// specifications).
const (
	maxDeliveryRecords = 10_000
	maxDeliveryError   = 8192
)

// delivery is the body of a request of Amazon Data Firehose.
type delivery struct {
	RequestID string          `json:"requestId"`
	Timestamp int64           `json:"timestamp"` // Unix milliseconds
	Records   deliveryRecords `json:"records"`
}

// deliveryRecords are the contents of records.
type deliveryRecords [][]byte

// noDelivery is an error of a body that is no delivery.
func noDelivery(why string) *pushFault {
	return badPush("The body is no delivery of Amazon Data Firehose: " + why + ".")
}

// UnmarshalJSONFrom reads the list and ends at more records than there can be.
func (r *deliveryRecords) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	t, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if t.Kind() != '[' {
		return noDelivery("records is no list")
	}
	for dec.PeekKind() != ']' {
		if len(*r) == maxDeliveryRecords {
			return noDelivery(fmt.Sprintf("it has more than %d records", maxDeliveryRecords))
		}
		var record struct {
			Data []byte `json:"data"`
		}
		if err := json.UnmarshalDecode(dec, &record); err != nil {
			return err
		}
		*r = append(*r, record.Data)
	}
	_, err = dec.ReadToken()
	return err
}

// unwrapFirehose returns what the records of a delivery hold and, unless there
// is an error, releases its body.
func (d *pushDesk) unwrapFirehose(x *pushExchange, body *push.Body) (_ []*push.Body, err error) {
	d.unwrapping.Lock()
	defer d.unwrapping.Unlock()
	plain, err := d.unpackFirehose(body)
	if err != nil {
		return nil, err
	}
	var in delivery
	err = json.Unmarshal(plain.Bytes(), &in)
	if plain != body {
		plain.Release()
	}
	var fault *pushFault
	switch {
	case errors.As(err, &fault):
		return nil, fault
	case err != nil: // its text names our own types
		return nil, noDelivery("want JSON with requestId, and records with data in Base64")
	case x.delivery == "":
		x.delivery = in.RequestID
	case in.RequestID != x.delivery:
		return nil, badPush("The requestId of the body is another one than that of the header.")
	}
	var bodies []*push.Body
	for _, object := range in.objects() {
		b, err := d.room.Hold(object)
		if err != nil {
			release(bodies)
			return nil, err
		}
		bodies = append(bodies, b)
	}
	body.Release()
	return bodies, nil
}

// unpackFirehose unpacks a delivery that came with Content-Encoding: gzip.
// Unpacked it may be as long as others. The result is body itself if it was
// not packed.
func (d *pushDesk) unpackFirehose(body *push.Body) (*push.Body, error) {
	if !packed(body.Bytes()) {
		return body, nil
	}
	unpack := decode.NewReader(bytes.NewReader(body.Bytes()), decode.Limits{})
	defer unpack.Close()
	plain, err := d.room.Read(unpack, d.limits.body)
	var broken *decode.ContainerError
	if errors.As(err, &broken) {
		return nil, badPush("The body cannot be unpacked: " + broken.Error())
	}
	return plain, err
}

// objects are what the records hold. A packed record is an object of its own,
// as CloudWatch Logs sends them: a broken one then harms no other. The others,
// often one log record each, are together the lines of one object.
func (d *delivery) objects() (all [][]byte) {
	var lines []byte
	for _, r := range d.Records {
		switch {
		case len(r) == 0:
		case packed(r):
			all = append(all, r)
		case bytes.HasSuffix(r, []byte("\n")):
			lines = append(lines, r...)
		default:
			lines = append(append(lines, r...), '\n')
		}
	}
	if len(lines) > 0 {
		all = append(all, lines)
	}
	return all
}

// packed reports whether b begins like gzip or zstd.
func packed(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0x1f, 0x8b}) || bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd})
}

// answerFirehose answers a delivery. Firehose takes only this form, and only
// with the request's own id; without an error the message is "".
func (d *pushDesk) answerFirehose(w http.ResponseWriter, status int, x *pushExchange, message string) {
	d.answer(w, status, struct {
		RequestID    string `json:"requestId"`
		Timestamp    int64  `json:"timestamp"` // Unix milliseconds
		ErrorMessage string `json:"errorMessage,omitempty"`
	}{x.delivery, d.now().UnixMilli(), message[:min(len(message), maxDeliveryError)]})
}
