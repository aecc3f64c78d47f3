package logs

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// ContextOf reads account and Region out of the name of an object as AWS
// delivers it:
//
//	…/AWSLogs/[<org>/]<account>/<service>/<region>/YYYY/MM/DD/<account>_<service>_<region>_…
//
// Names of another form tell nothing.
func ContextOf(uri string) (c Context) {
	dir, name := uri, uri
	if i := strings.LastIndexByte(uri, '/'); i >= 0 {
		dir, name = uri[:i], uri[i+1:]
	}
	parts := strings.SplitN(name, "_", 4)
	if len(parts) == 4 && entity.IsAccountID(parts[0]) && isRegion(parts[2]) {
		return Context{Account: parts[0], Region: parts[2]}
	}
	_, below, ok := strings.Cut(dir, "AWSLogs/")
	if !ok {
		return c
	}
	for folder := range strings.SplitSeq(below, "/") {
		switch {
		case c.Account == "" && entity.IsAccountID(folder):
			c.Account = folder
		case c.Account != "" && isRegion(folder):
			c.Region = folder
			return c
		}
	}
	return c
}

// isRegion reports whether s has the form of a Region's name: us-east-1,
// us-gov-west-1, ap-southeast-2.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 4 || len(parts[0]) != 2 {
		return false
	}
	last := parts[len(parts)-1]
	if len(last) == 0 || len(last) > 2 {
		return false
	}
	for _, c := range []byte(last) {
		if c < '0' || c > '9' {
			return false
		}
	}
	for _, p := range parts[:len(parts)-1] {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return true
}
