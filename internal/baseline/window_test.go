package baseline

import (
	"testing"
	"time"
)

func TestTrainingOf(t *testing.T) {
	scope := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	ago := func(days float64) time.Time { return scope.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	for _, tt := range []struct {
		name          string
		first, begins time.Time
		want          Training
	}{
		{"known for long", ago(300), ago(400), Training{45, true}},
		{"two weeks", ago(14), ago(400), Training{14, true}},
		{"a day less", ago(13), ago(400), Training{13, false}},
		{"the logs begin later than the entity", ago(300), ago(5), Training{5, false}},
		{"never seen", time.Time{}, ago(400), Training{}},
		{"first seen in the scope time", scope, ago(400), Training{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := TrainingOf(tt.first, tt.begins, scope); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
