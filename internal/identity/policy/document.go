package policy

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxSize is the quota of a managed policy, in characters without white
	// space (IAM user guide, "IAM and AWS STS quotas").
	maxSize = 6144
	// maxDocument bounds the white space too, in bytes (IAM API reference,
	// CreatePolicy: PolicyDocument).
	maxDocument = 131072
)

// Policy is an identity policy that was read and checked. It does not change
// and is safe for concurrent use; the zero value allows nothing.
type Policy struct {
	statements  []statement
	looksAtTags bool   // a condition is on a tag's value
	document    []byte // without white space
}

// Parse reads an identity policy, a JSON document of at most 6,144 characters
// without white space. An error says what is wrong and where, as a JSON
// pointer. The document may be modified afterwards.
func Parse(document []byte) (*Policy, error) {
	if len(document) > maxDocument {
		return nil, fmt.Errorf("policy document: %d bytes, the limit is %d", len(document), maxDocument)
	}
	if n := size(document); n > maxSize {
		return nil, fmt.Errorf("policy document: %d characters without white space, the limit is %d", n, maxSize)
	}
	r := newReader(document)
	p := &Policy{}
	sids := map[string]bool{}
	err := r.object(func(member string) error {
		switch member {
		case "Version":
			return readVersion(r)
		case "Id":
			_, err := r.text()
			return err
		case "Statement":
			return r.oneOrMany(func() error {
				s, err := readStatement(r, sids)
				p.statements = append(p.statements, s)
				return err
			})
		}
		return r.fail("unknown member %q", member)
	})
	if err != nil {
		return nil, err
	}
	if len(p.statements) == 0 {
		return nil, r.fail("Statement is missing")
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	for _, s := range p.statements {
		p.looksAtTags = p.looksAtTags || slices.ContainsFunc(s.conditions, func(c condition) bool { return c.key.kind == tagKind })
	}
	compact := jsontext.Value(slices.Clone(document))
	if err := compact.Compact(); err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	p.document = compact
	return p, nil
}

// MarshalJSON returns the document as it was read, without white space. The
// zero Policy is null.
func (p *Policy) MarshalJSON() ([]byte, error) {
	if len(p.document) == 0 {
		return []byte("null"), nil
	}
	return slices.Clone(p.document), nil
}

// readVersion reads the version of the policy language. The two differ in
// policy variables only, which neither may have here.
func readVersion(r reader) error {
	v, err := r.text()
	if err == nil && v != "2012-10-17" && v != "2008-10-17" {
		return r.fail("%q is no version of the policy language: 2012-10-17 or 2008-10-17", v)
	}
	return err
}

// size counts characters other than JSON's white space.
func size(document []byte) int {
	n := utf8.RuneCount(document)
	for _, c := range document {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			n--
		}
	}
	return n
}
