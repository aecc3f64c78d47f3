package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// violation is one broken constraint of the model. The wording follows the
// one sentence that was observed of the service: "CreateMembersRequest.Accounts
// must have length less than or equal to 50. Found 100." Texts never hold a
// value, only lengths and numbers: some values are sensitive.
type violation struct {
	path   string // from the input's shape down, e.g. ".Accounts[3].AccountId"
	text   string // what must hold
	code   ErrorCode
	absent bool // a required member of the body is missing
}

// in says that the violation is inside the named member.
func (v *violation) in(member string) *violation {
	v.path = "." + member + v.path
	return v
}

// at says that the violation is inside the list's element i.
func (v *violation) at(i int) *violation {
	v.path = fmt.Sprintf("[%d]", i) + v.path
	return v
}

// inKey says that a key of the map is wrong; atKey that the value of a key is.
func (v *violation) inKey() *violation {
	v.path = " key" + v.path
	return v
}

func (v *violation) atKey(key string) *violation {
	v.path = "[" + key + "]" + v.path
	return v
}

// missing is a required member that is not there. One that travels in the
// body makes the whole body invalid: that is what the service answers.
func missing(member string, body bool) *violation {
	return &violation{path: "." + member, text: "is required.", absent: body}
}

func tooShort(limit, found int) *violation {
	return violated("must have length greater than or equal to %d. Found %d.", limit, found)
}

func tooLong(limit, found int) *violation {
	return violated("must have length less than or equal to %d. Found %d.", limit, found)
}

func tooSmall(limit, found int32) *violation {
	return violated("must have value greater than or equal to %d. Found %d.", limit, found)
}

func tooLarge(limit, found int32) *violation {
	return violated("must have value less than or equal to %d. Found %d.", limit, found)
}

func notInEnum(values ...string) *violation {
	return violated("must satisfy enum value set: [%s].", strings.Join(values, ", "))
}

// mismatch is a value of the named shape that its pattern does not match.
func mismatch(shape, pattern string) *violation {
	v := violated("must satisfy regular expression pattern: %s", pattern)
	if shape == "GraphArn" {
		v.code = ErrorCodeInvalidGraphArn
	}
	return v
}

func violated(form string, args ...any) *violation {
	return &violation{text: fmt.Sprintf(form, args...)}
}

// stringLength counts Unicode code points, as the model does.
func stringLength(s string) int { return utf8.RuneCountInString(s) }

// sortedKeys makes it certain which of several wrong entries is reported.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
