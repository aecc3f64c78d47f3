package gunzip

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// delivery is a log file with n records of about 1.3 KB: few principals,
// own ids, as in a real trail.
func delivery(random *rand.Rand, n int) []byte {
	b := []byte(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		user := random.IntN(200)
		b = fmt.Appendf(b, `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA%016d:session-%d","arn":"arn:aws:sts::111122223333:assumed-role/service-role-%d/session-%d","accountId":"111122223333","accessKeyId":"ASIA%016d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%016d","arn":"arn:aws:iam::111122223333:role/team/service-role-%d","accountId":"111122223333","userName":"service-role-%d"},"webIdFederationData":{},"attributes":{"creationDate":"2024-01-02T03:00:00Z","mfaAuthenticated":"false"}}},`,
			user, user, user, user, user, user, user, user)
		b = fmt.Appendf(b, `"eventTime":"2024-01-02T%02d:%02d:%02dZ","eventSource":"ec2.amazonaws.com","eventName":"Describe%d","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.%d","userAgent":"aws-cli/2.15.1 Python/3.11.6 Linux/5.10.16 exe/x86_64.debian.12 prompt/off command/ec2.describe-%d",`,
			i/3600%24, i/60%60, i%60, user%40, user, user%40)
		b = fmt.Appendf(b, `"requestParameters":{"maxResults":1000,"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"web-%d"},{"value":"db-%d"}]}}]}},"responseElements":null,"requestID":"%08x-1111-4111-8111-%012x","eventID":"%08x-2222-4222-8222-%012x","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.us-east-1.amazonaws.com"}}`,
			user, user, random.Uint32(), random.Uint64N(1<<48), random.Uint32(), random.Uint64N(1<<48))
	}
	return append(b, "]}"...)
}

// BenchmarkReader unpacks one large log file, and 2,000 of five events each.
func BenchmarkReader(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	small := make([][]byte, 2000)
	for i := range small {
		small[i] = gz(b, 6, delivery(random, 5))
	}
	for _, corpus := range []struct {
		name  string
		files [][]byte
	}{{"large", [][]byte{gz(b, 6, delivery(random, 20_000))}}, {"small", small}} {
		for _, u := range []struct {
			name string
			unpacker
		}{{"gunzip", new(Reader)}, {"klauspost", new(klauspost)}, {"standard", new(standard)}} {
			b.Run(corpus.name+"/"+u.name, func(b *testing.B) { unpackAll(b, u, corpus.files) })
		}
	}
}

func unpackAll(b *testing.B, u unpacker, files [][]byte) {
	src := bytes.NewReader(nil)
	r := bufio.NewReaderSize(src, 64<<10)
	p := make([]byte, 64<<10)
	size := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		size = 0
		for _, file := range files {
			src.Reset(file)
			r.Reset(src)
			err := u.Reset(r)
			for err == nil {
				var n int
				n, err = u.Read(p)
				size += int64(n)
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
	}
	b.SetBytes(size)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(files)), "ns/file")
}
