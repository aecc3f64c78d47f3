package parquetfile

import (
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// Rejection is the error of a file, or of a part of it, that is no good.
type Rejection = decode.Rejection

// The reasons that stand for those of the caller's Options until an error
// leaves the package.
const (
	reasonMalformed decode.Reason = "malformed-parquet"
	reasonForeign   decode.Reason = "not-parquet"
)

// named puts the caller's reasons into a rejection.
func (o Options) named(err error) error {
	if r, ok := errors.AsType[*Rejection](err); ok {
		switch r.Reason {
		case reasonMalformed:
			r.Reason = o.Malformed
		case reasonForeign:
			r.Reason = o.Foreign
		}
	}
	return err
}

func malformed(format string, args ...any) error {
	return &Rejection{Records: 1, Reason: reasonMalformed, Detail: fmt.Sprintf(format, args...)}
}

func foreign(detail string) error {
	return &Rejection{Records: 1, Reason: reasonForeign, Detail: detail, Foreign: true}
}

func tooLarge(format string, args ...any) error {
	return &Rejection{Records: 1, Reason: decode.ReasonTooLarge, Detail: fmt.Sprintf(format, args...)}
}

func bomb(format string, args ...any) error {
	return &Rejection{Records: 1, Reason: decode.ReasonBomb, Detail: fmt.Sprintf(format, args...)}
}

func truncated(detail string) error {
	return &Rejection{Records: 1, Reason: decode.ReasonTruncated, Detail: detail}
}
