package api

import (
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// service turns the API's operations into calls of the backend: its methods
// translate, nothing more. They lie in graphs.go, members.go,
// datasources.go, organizations.go, investigations.go and tags.go.
type service struct{ backend Backend }

var _ operations = (*service)(nil)

// page reads the members that every list operation has.
func page(token *string, limit *int32) detective.Page {
	return detective.Page{Token: value(token), Limit: int(value(limit))}
}

// value is what p points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// present is a pointer to v for an answer, nil for the zero value, which is
// left out. NextToken above all: clients ask on as long as it is there.
func present[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
