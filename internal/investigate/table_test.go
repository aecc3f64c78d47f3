package investigate

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

type brokenWriter struct{ left int }

var errWrite = errors.New("disk full")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errWrite
	}
	return len(p), nil
}

func TestWriteTableReportsErrors(t *testing.T) {
	t.Parallel()
	r := investigate(t, stories()["attacked"], user("dev/alice").Key)
	for _, room := range []int{0, 500, 2000} {
		if err := WriteTable(&brokenWriter{room}, r); !errors.Is(err, errWrite) {
			t.Errorf("room for %d bytes: error %v", room, err)
		}
	}
}

// TestWideAndLongTables has more rows, and longer texts, than fit.
func TestWideAndLongTables(t *testing.T) {
	t.Parallel()
	r := &Report{EntityArn: "arn:aws:iam::" + account + ":role/" + strings.Repeat("long/", 40), EntityType: IAMRole}
	for n := range tableRows + 12 {
		r.Indicators = append(r.Indicators, indicators.Indicator{IndicatorType: indicators.TTPObserved,
			IndicatorDetail: indicators.Detail{TTPsObservedDetail: &indicators.TTPsObserved{
				Tactic: "Discovery", Technique: strings.Repeat("Technique ", 20),
				APIName:   fmt.Sprintf("DescribeSomethingWithAVeryLongNameIndeed%d", n),
				IpAddress: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"}}})
	}
	var b strings.Builder
	if err := WriteTable(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if n := len([]rune(line)); n > tableWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{"… 12 more rows, see the JSON form", "\n        2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("table lacks %q\n%s", want, b.String())
		}
	}
}

func TestSummaryNamesWho(t *testing.T) {
	t.Parallel()
	root := entity.Ref{Type: entity.AwsUser, Key: entity.RootARN(account), Account: account}
	for want, who := range map[string]entity.Ref{
		"The root user of account 111122223333 is rated": root,
		"IAM role deploy of account 111122223333 is":     role("ci/deploy"),
		"IAM user alice of account 111122223333 is":      user("dev/alice"),
	} {
		if got := investigate(t, workdays(who), who.Key).Summary; !strings.HasPrefix(got, want) {
			t.Errorf("summary %q, want it to begin with %q", got, want)
		}
	}
}
