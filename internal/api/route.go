package api

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// route is one operation's place in HTTP, generated from the model.
type route struct {
	operation string
	method    string
	path      string // may end in one label, /tags/{ResourceArn}
	status    int    // of success
	hasBody   bool   // requests carry a JSON document
	hasOutput bool   // answers carry one
	errors    []detective.Code
	call      call
}

// router finds the route of a request.
type router struct {
	exact   map[string]*route // by method and path
	labeled map[string]*route // by method and the path before the label
}

func newRouter(routes []route) *router {
	rt := &router{exact: make(map[string]*route), labeled: make(map[string]*route)}
	for i := range routes {
		r := &routes[i]
		if prefix, _, ok := strings.Cut(r.path, "{"); ok {
			rt.labeled[r.method+" "+prefix] = r
		} else {
			rt.exact[r.method+" "+r.path] = r
		}
	}
	return rt
}

// find returns the route and the decoded label of a request, or nil. The path
// is looked up as it was sent, percent-encoded: nothing is cleaned or joined.
func (rt *router) find(r *http.Request) (*route, string) {
	path := r.URL.EscapedPath()
	if found := rt.exact[r.Method+" "+path]; found != nil {
		return found, ""
	}
	slash := strings.LastIndexByte(path, '/')
	found := rt.labeled[r.Method+" "+path[:slash+1]]
	label, err := url.PathUnescape(path[slash+1:])
	if found == nil || label == "" || err != nil {
		return nil, ""
	}
	return found, label
}

// shapeName is the model's name of an input, which is its Go type's.
func shapeName(in any) string { return reflect.TypeOf(in).Elem().Name() }
