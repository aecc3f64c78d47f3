package client_test

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/aws/smithy-go/logging"

	"github.com/gumshoe-detective/gumshoe/client"
)

const investigationRoute = "/investigations/getInvestigation"

var status = func(s string) reply { return ok(object{"Status": s, "Severity": "HIGH"}) }

// finished waits for an investigation, as the example of all waiters.
type finished struct {
	*fake
	*client.InvestigationFinishedWaiter
}

func newFinished(t *testing.T, answer func(object) reply, optFns ...func(*client.InvestigationFinishedWaiterOptions)) finished {
	t.Helper()
	f := &fake{routes: map[string]func(object) reply{investigationRoute: answer}}
	return finished{f, client.NewInvestigationFinishedWaiter(f.client(t), optFns...)}
}

func (f finished) wait(ctx context.Context, maxWait time.Duration, optFns ...func(*client.InvestigationFinishedWaiterOptions)) (*detective.GetInvestigationOutput, error) {
	return f.WaitForOutput(ctx, &detective.GetInvestigationInput{GraphArn: aws.String(graphArn), InvestigationId: aws.String(investigation)}, maxWait, optFns...)
}

// TestWaiterBacksOff measures the pauses on a fake clock: each lies between
// MinDelay and what has doubled since, MaxDelay at most.
func TestWaiterBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var looks []time.Time
		f := newFinished(t, func(object) reply {
			looks = append(looks, time.Now())
			if len(looks) == 9 {
				return status("SUCCESSFUL")
			}
			return status("RUNNING")
		})
		out, err := f.wait(t.Context(), time.Hour)
		if err != nil || out.Status != types.StatusSuccessful || out.Severity != types.SeverityHigh {
			t.Fatalf("the output is %+v, %v", out, err)
		}
		most := 2 * time.Second
		jitter := false
		for i := 1; i < len(looks); i++ {
			pause := looks[i].Sub(looks[i-1])
			if pause < 2*time.Second || pause > most {
				t.Errorf("pause %d is %v, want 2 s to %v", i, pause, most)
			}
			jitter = jitter || pause != most
			most = min(2*most, 30*time.Second)
		}
		if !jitter {
			t.Error("the pauses have no jitter")
		}
	})
}

func TestWaiterGivesUpAfterMaxWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFinished(t, inTurn(status("RUNNING")))
		start := time.Now()
		out, err := f.wait(t.Context(), time.Minute)
		if !errors.Is(err, client.ErrMaxWait) || out != nil {
			t.Errorf("the output is %v, %v", out, err)
		}
		if took := time.Since(start); took < 58*time.Second || took > time.Minute {
			t.Errorf("gave up after %v", took)
		}
		if n := len(f.asked(investigationRoute)); n < 3 {
			t.Errorf("looked %d times in a minute", n)
		}
	})
}

// TestWaiterCutsOffACall has an endpoint that does not answer.
func TestWaiterCutsOffACall(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context) client.GetInvestigationAPIClient { return hanging{ctx} }
	synctest.Test(t, func(t *testing.T) {
		ended, cancel := context.WithCancel(t.Context())
		defer cancel()
		start := time.Now()
		err := client.NewInvestigationFinishedWaiter(hang(ended)).Wait(t.Context(), nil, time.Minute)
		if took := time.Since(start); !errors.Is(err, client.ErrMaxWait) || !errors.Is(err, context.DeadlineExceeded) || took != time.Minute {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

// hanging answers when its own context ends or that of the call.
type hanging struct{ ended context.Context }

func (h hanging) GetInvestigation(ctx context.Context, _ *detective.GetInvestigationInput, _ ...func(*detective.Options)) (*detective.GetInvestigationOutput, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.ended.Done():
		return &detective.GetInvestigationOutput{Status: types.StatusSuccessful}, nil
	}
}

func TestWaiterEndsWithTheContext(t *testing.T) {
	t.Parallel()
	t.Run("during a pause", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			f := newFinished(t, inTurn(status("RUNNING")))
			start := time.Now()
			_, err := f.wait(ctx, time.Hour)
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, client.ErrMaxWait) || took != 3*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
		})
	})
	t.Run("during a call", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		f := newFinished(t, func(object) reply { cancel(); return status("RUNNING") })
		if _, err := f.wait(ctx, time.Hour); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrMaxWait) {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestWaiterLeavesRetriesToTheSDK: a throttled look is repeated by the SDK, and
// what the SDK gives up at ends the wait.
func TestWaiterLeavesRetriesToTheSDK(t *testing.T) {
	t.Parallel()
	throttled := refuse(http.StatusTooManyRequests, "TooManyRequestsException", "slow down")
	synctest.Test(t, func(t *testing.T) {
		f := newFinished(t, inTurn(throttled, status("RUNNING"), throttled, status("SUCCESSFUL")))
		if _, err := f.wait(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
		f = newFinished(t, inTurn(throttled))
		var tooMany *types.TooManyRequestsException
		if _, err := f.wait(t.Context(), time.Hour); !errors.As(err, &tooMany) || len(f.asked(investigationRoute)) != 3 {
			t.Errorf("after %d requests: %v", len(f.asked(investigationRoute)), err)
		}
	})
}

func TestWaiterRefusesOptions(t *testing.T) {
	t.Parallel()
	f := func(maxWait, minDelay, maxDelay time.Duration) {
		t.Helper()
		w := newFinished(t, inTurn(status("SUCCESSFUL")))
		_, err := w.wait(t.Context(), maxWait, func(o *client.InvestigationFinishedWaiterOptions) { o.MinDelay, o.MaxDelay = minDelay, maxDelay })
		if err == nil || !strings.HasPrefix(err.Error(), "InvestigationFinished waiter: max wait time") {
			t.Errorf("max wait %v, delay %v to %v: %v", maxWait, minDelay, maxDelay, err)
		}
		if n := len(w.asked(investigationRoute)); n != 0 {
			t.Errorf("max wait %v, delay %v to %v: %d calls", maxWait, minDelay, maxDelay, n)
		}
	}
	f(0, time.Second, time.Second)
	f(-time.Second, time.Second, time.Second)
	f(time.Hour, 0, time.Second)
	f(time.Hour, -time.Second, time.Second)
	f(time.Hour, 2*time.Second, time.Second)
	f(time.Hour, time.Second, 0)
}

func TestWaiterOptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		logged := func(o *detective.Options) {
			o.Logger = logging.StandardLogger{Logger: log.New(&lines, "", 0)}
		}
		f := newFinished(t, inTurn(status("FAILED"), status("SUCCESSFUL")), func(o *client.InvestigationFinishedWaiterOptions) {
			o.MinDelay, o.MaxDelay, o.LogWaitAttempts = 7*time.Second, 7*time.Second, true
			o.ClientOptions = append(o.ClientOptions, logged)
		})
		start := time.Now()
		// Patient with FAILED for this call only.
		_, err := f.wait(t.Context(), time.Hour, func(o *client.InvestigationFinishedWaiterOptions) {
			usual := o.Retryable
			o.Retryable = func(ctx context.Context, in *detective.GetInvestigationInput, out *detective.GetInvestigationOutput, err error) (bool, error) {
				if out != nil && out.Status == types.StatusFailed {
					return true, nil
				}
				return usual(ctx, in, out, err)
			}
		})
		if took := time.Since(start); err != nil || took != 7*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
		for _, want := range []string{"attempt count: 1\n", "attempt count: 2\n"} {
			if !strings.Contains(lines.String(), want) {
				t.Errorf("the log lacks %q:\n%s", want, lines.String())
			}
		}
		f = newFinished(t, inTurn(status("FAILED"), status("SUCCESSFUL")))
		var failure *client.FailureError
		if _, err := f.wait(t.Context(), time.Hour); !errors.As(err, &failure) {
			t.Errorf("the default forgives FAILED: %v", err)
		}
	})
}

// TestWaiterWithoutInput leaves it to the SDK to say what is required.
func TestWaiterWithoutInput(t *testing.T) {
	t.Parallel()
	c := (&fake{}).client(t)
	for name, err := range map[string]error{
		"InvestigationFinished": client.NewInvestigationFinishedWaiter(c).Wait(t.Context(), nil, time.Hour),
		"MemberEnabled":         client.NewMemberEnabledWaiter(c).Wait(t.Context(), nil, time.Hour),
		"InvitationReceived":    client.NewInvitationReceivedWaiter(c).Wait(t.Context(), nil, time.Hour),
		"GraphGone":             client.NewGraphGoneWaiter(c).Wait(t.Context(), nil, time.Hour),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), name+" waiter: ") || !strings.Contains(err.Error(), "GraphArn") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
