package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// benchAccount is the administrator account of the graphs that are made here.
const benchAccount = "111122223333"

// cloudTrailRecord is one event, as CloudTrail writes it.
func cloudTrailRecord(id string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLEBENCH00001",`+
		`"arn":"arn:aws:iam::%[1]s:user/bench","accountId":"%[1]s","accessKeyId":"AKIAEXAMPLEBENCH0001","userName":"bench"},`+
		`"eventTime":"%[3]s","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1",`+
		`"sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.31.0","requestParameters":{"bucketName":"example-bench","key":"a/b.csv"},`+
		`"responseElements":null,"requestID":"EXAMPLE123456789","eventID":"%[2]s","readOnly":true,"eventType":"AwsApiCall",`+
		`"managementEvent":false,"recipientAccountId":"%[1]s","eventCategory":"Data"}`,
		benchAccount, id, at.UTC().Format(time.RFC3339))
}

// eventFile is a gzipped file with one event.
func eventFile(id string, at time.Time) []byte {
	return pack(fmt.Appendf(nil, `{"Records":[%s]}`, cloudTrailRecord(id, at)))
}

// writeEvent makes a file with one event, and its folder.
func writeEvent(path, id string, at time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, eventFile(id, at), 0o644)
}
