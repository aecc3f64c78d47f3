package csv

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

func BenchmarkDecoder(b *testing.B) {
	var in bytes.Buffer
	in.WriteString("eventVersion,useridentity,eventTime,eventSource,eventName,awsRegion,sourceIPAddress,userAgent,requestParameters,eventID\n")
	const rows = 2000
	for i := range rows {
		fmt.Fprintf(&in, `1.08,"{""type"":""IAMUser"",""arn"":""arn:aws:iam::123456789012:user/u%d""}",2026-03-02T09:40:00Z,s3.amazonaws.com,GetObject,us-east-1,192.0.2.%d,aws-cli/2,"{""bucketName"":""b"",""key"":""k%d""}",e-%d`+"\n", i%7, i%250, i, i)
	}
	d := NewDecoder(nil, Options{})
	b.SetBytes(int64(in.Len()))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset(bytes.NewReader(in.Bytes()))
		n := 0
		for {
			_, err := d.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
