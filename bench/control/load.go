package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// load calls a server.
type load struct {
	options
	url     string
	callers []*caller
	client  *http.Client
	signer  *v4.Signer
	dice    *rand.Rand
	writes  int
}

func newLoad(url string, callers []*caller, o options) *load {
	return &load{
		options: o, url: url, callers: callers, signer: v4.NewSigner(), dice: rand.New(rand.NewPCG(1, 2)),
		client: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxIdleConns: 256, DisableCompression: true},
		},
	}
}

// call is one call that is due.
type call struct {
	kind, method, path, body string
	by                       *caller
	due                      time.Time
}

// next makes up the n-th call.
func (l *load) next(n int) call {
	c := call{by: l.callers[n%len(l.callers)], method: http.MethodPost}
	some := func() int { return l.dice.IntN(len(c.by.members)) }
	switch d := l.dice.IntN(100); {
	case d < 60:
		c.kind, c.path = "GetMembers of 50", "/graph/members/get"
		ids := make([]string, 0, 50)
		for i, from := 0, some(); i < min(50, len(c.by.members)); i++ {
			ids = append(ids, c.by.members[(from+i)%len(c.by.members)])
		}
		c.body = fmt.Sprintf(`{"GraphArn":%q,"AccountIds":%s}`, c.by.graph, quoted(ids))
	case d < 85:
		c.kind, c.path = "ListMembers of 200", "/graph/members/list"
		c.body = fmt.Sprintf(`{"GraphArn":%q,"MaxResults":200}`, c.by.graph)
	default:
		account := c.by.members[some()]
		switch l.writes++; l.writes % 3 {
		case 0:
			c.kind, c.path = "TagResource", "/tags/"+url.QueryEscape(c.by.graph)
			c.body = fmt.Sprintf(`{"Tags":{"round":"%d"}}`, n)
		case 1:
			c.kind, c.path = "DeleteMembers of 1", "/graph/members/removal"
			c.body = fmt.Sprintf(`{"GraphArn":%q,"AccountIds":[%q]}`, c.by.graph, account)
		default:
			c.kind, c.path = "CreateMembers of 1", "/graph/members"
			c.body = fmt.Sprintf(`{"GraphArn":%q,"Accounts":[{"AccountId":%q,"EmailAddress":%q}]}`, c.by.graph, account, c.by.email(account))
		}
	}
	return c
}

// round calls for a while, at the rate.
func (l *load) round(ctx context.Context, d time.Duration) (*result, error) {
	r := newResult(d)
	var calls sync.WaitGroup
	defer calls.Wait()
	begin := time.Now()
	total := int(d.Seconds() * float64(l.rate))
	for n := range total {
		due := begin.Add(time.Duration(n) * time.Second / time.Duration(l.rate))
		c := l.next(n)
		c.due = due
		if err := sleepUntil(ctx, due); err != nil {
			return nil, err
		}
		calls.Go(func() {
			status, size, err := l.send(ctx, c)
			r.add(c, status, size, err)
		})
	}
	calls.Wait()
	r.wall = time.Since(begin)
	return r, ctx.Err()
}

func sleepUntil(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// send sends a call and reads its whole answer.
func (l *load) send(ctx context.Context, c call) (status int, size int64, err error) {
	r, err := http.NewRequestWithContext(ctx, c.method, l.url+c.path, bytes.NewReader([]byte(c.body)))
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(c.body))
	if err := l.signer.SignHTTP(ctx, c.by.credentials, r, hex.EncodeToString(sum[:]), "detective", region, time.Now()); err != nil {
		return 0, 0, err
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	size, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, size, err
}
