package simulate

import (
	"encoding/json"
	"fmt"
)

// envelopes are EventBridge's, SNS's and SQS's wrappings of a CloudTrail
// record. Those for Lambda have a key Records, like CloudTrail's files.
func (s *shapes) envelopes() error {
	var bus []object
	for i := range s.calls {
		e := &s.calls[i]
		bus = append(bus, object{"version": "0", "id": s.uuid(), "detail-type": "AWS API Call via CloudTrail", "source": "aws." + e.call.service, "account": e.recipient.id,
			"time": clock(e.at), "region": e.region, "resources": []string{}, "detail": json.RawMessage(s.plain[i])})
	}
	if err := addLines(s, "eventbridge-cloudtrail.jsonl", bus); err != nil {
		return err
	}
	var bodies []string
	for _, b := range bus {
		j, err := json.Marshal(b)
		if err != nil {
			return fmt.Errorf("encode an EventBridge event: %w", err)
		}
		bodies = append(bodies, string(j))
	}
	a := s.calls[0].recipient
	topic := "arn:aws:sns:" + homeRegion + ":" + a.id + ":cloudtrail-events"
	queue := "arn:aws:sqs:" + homeRegion + ":" + a.id + ":cloudtrail-events"
	var notices, lambdaNotices, messages, lambdaMessages []object
	for i, body := range bodies {
		at := string(appendTime(nil, s.calls[i].at+60, "2006-01-02T15:04:05.000Z"))
		n := object{"Type": "Notification", "MessageId": s.uuid(), "TopicArn": topic, "Message": body, "Timestamp": at, "SignatureVersion": "1", "Signature": "EXAMPLE",
			"SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem", "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe"}
		notices = append(notices, n)
		lambdaNotices = append(lambdaNotices, object{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": topic + ":" + s.uuid(), "Sns": n})
		id := s.uuid()
		messages = append(messages, object{"MessageId": id, "ReceiptHandle": "EXAMPLE", "MD5OfBody": "00000000000000000000000000000000", "Body": body})
		lambdaMessages = append(lambdaMessages, object{"messageId": id, "receiptHandle": "EXAMPLE", "body": body, "attributes": object{"SentTimestamp": fmt.Sprint(s.calls[i].at * 1000)},
			"messageAttributes": object{}, "eventSource": "aws:sqs", "eventSourceARN": queue, "awsRegion": homeRegion})
	}
	if err := addLines(s, "sns-notifications.jsonl", notices); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		body object
	}{
		{"sns-lambda.json", object{"Records": lambdaNotices}},
		{"sqs-receive-message.json", object{"Messages": messages}},
		{"sqs-lambda.json", object{"Records": lambdaMessages}},
	} {
		if err := s.addJSON(f.name, len(bodies), f.body); err != nil {
			return err
		}
	}
	return nil
}
