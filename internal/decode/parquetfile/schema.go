package parquetfile

import (
	"time"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// maxLeaves is how many columns with values a file may have. The widest
	// of Security Lake's have some hundred.
	maxLeaves = 4096
	// maxDepth is how deeply columns may be nested. Lists take three levels
	// each; rendered as JSON a row stays below jsonscan.MaxDepth.
	maxDepth = 30
)

// shape is what a column holds.
type shape uint8

const (
	scalar shape = iota // a leaf: it has values
	group               // members
	list                // a group around elements
	dict                // a group around keys and values
)

// node is a column: a leaf, or one with columns inside.
type node struct {
	name     string
	shape    shape
	optional bool
	repeated bool
	children []*node
	// def and rep are the levels of a value that is there: how many of the
	// columns from the outermost to this one are not required, and are
	// repeated. Parquet's documentation, Nested Encoding.
	def, rep   int
	first, end int // its leaves are [first, end) of the file's

	// Of leaves.
	kind     format.Type
	unsigned bool          // a number without sign
	unit     time.Duration // of timestamps; 0 for what is none
}

// schema is how the columns of a file lie inside each other.
type schema struct {
	root   *node
	leaves []*node // in the file's order
}

// names are the names of the outermost columns.
func (s *schema) names() []string {
	names := make([]string, len(s.root.children))
	for i, n := range s.root.children {
		names[i] = n.name
	}
	return names
}

// readSchema builds the tree that a footer holds as a list: each column is
// followed by the columns inside it. The error is a *Rejection.
func readSchema(elements []format.SchemaElement, nested bool) (*schema, error) {
	if len(elements) < 2 {
		return nil, foreign("a Parquet file without columns")
	}
	if !nested {
		for i := range elements[1:] {
			if e := &elements[i+1]; e.NumChildren.V != 0 || !e.Type.Valid || e.RepetitionType.Valid && e.RepetitionType.V == format.Repeated {
				return nil, foreign("a Parquet file with nested columns")
			}
		}
	}
	s := &schema{}
	b := schemaReader{elements: elements, schema: s}
	root := elements[0]
	root.RepetitionType.Valid, root.RepetitionType.V = true, format.Required // it has none
	var err error
	if s.root, err = b.node(&root, &node{}, 0); err != nil {
		return nil, err
	}
	if b.next != len(elements) || s.root.shape == scalar {
		return nil, malformed("Parquet footer: %d columns; the schema says %d", len(elements)-1, elements[0].NumChildren.V)
	}
	return s, nil
}

// schemaReader is where the reading of a schema is.
type schemaReader struct {
	elements []format.SchemaElement
	next     int
	schema   *schema
}

// node reads the column e, whose element is next, inside of parent.
func (b *schemaReader) node(e *format.SchemaElement, parent *node, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, tooLarge("Parquet columns nested more than %d deep", maxDepth)
	}
	b.next++
	n := &node{name: e.Name, def: parent.def, rep: parent.rep, first: len(b.schema.leaves)}
	switch e.RepetitionType.V {
	case format.Required:
	case format.Optional:
		n.optional = true
		n.def++
	case format.Repeated:
		n.repeated = true
		n.def++
		n.rep++
	default:
		return nil, malformed("Parquet footer: column %.64q has repetition %d", e.Name, e.RepetitionType.V)
	}
	if e.Type.Valid {
		return b.leaf(e, n)
	}
	n.shape = shapeOf(e)
	if e.NumChildren.V <= 0 || int(e.NumChildren.V) > len(b.elements)-b.next {
		return nil, malformed("Parquet footer: column %.64q has %d columns", e.Name, e.NumChildren.V)
	}
	for range e.NumChildren.V {
		if b.next == len(b.elements) {
			return nil, malformed("Parquet footer: too few columns")
		}
		child, err := b.node(&b.elements[b.next], n, depth+1)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	n.end = len(b.schema.leaves)
	n.simplify()
	return n, nil
}

func (b *schemaReader) leaf(e *format.SchemaElement, n *node) (*node, error) {
	if e.NumChildren.V != 0 {
		return nil, malformed("Parquet footer: column %.64q has values and columns", e.Name)
	}
	if len(b.schema.leaves) == maxLeaves {
		return nil, foreign("a Parquet file with too many columns")
	}
	n.kind = e.Type.V
	n.unsigned, n.unit = isUnsigned(e), unitOf(e)
	b.schema.leaves = append(b.schema.leaves, n)
	n.end = len(b.schema.leaves)
	return n, nil
}

// simplify makes a group of what is no list or dictionary after all.
func (n *node) simplify() {
	switch n.shape {
	case list:
		if len(n.children) != 1 || !n.children[0].repeated {
			n.shape = group
		}
	case dict:
		if len(n.children) != 1 || !n.children[0].repeated || len(n.children[0].children) != 2 ||
			n.children[0].children[0].shape != scalar || n.children[0].children[0].repeated {
			n.shape = group
		}
	}
}

// element is the column with the elements of a list, inside of its repeated
// column: that itself in files of old writers. Parquet's documentation,
// LogicalTypes, Lists.
func (n *node) element() *node {
	r := n.children[0]
	if len(r.children) != 1 || r.name == "array" || r.name == n.name+"_tuple" {
		return r
	}
	return r.children[0]
}

func shapeOf(e *format.SchemaElement) shape {
	switch e.LogicalType.Value.(type) {
	case *format.ListType:
		return list
	case *format.MapType:
		return dict
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.List:
			return list
		case deprecated.Map, deprecated.MapKeyValue:
			return dict
		}
	}
	return group
}

func isUnsigned(e *format.SchemaElement) bool {
	if t, ok := e.LogicalType.Value.(*format.IntType); ok {
		return !t.IsSigned
	}
	return e.ConvertedType.Valid && e.ConvertedType.V >= deprecated.Uint8 && e.ConvertedType.V <= deprecated.Uint64
}

// unitOf is the unit of a column of timestamps.
func unitOf(e *format.SchemaElement) time.Duration {
	if t, ok := e.LogicalType.Value.(*format.TimestampType); ok && t.Unit.Value != nil {
		return t.Unit.Value.Duration()
	}
	switch {
	case e.Type.V == format.Int96:
		return time.Nanosecond // there are no other INT96
	case e.ConvertedType.Valid && e.ConvertedType.V == deprecated.TimestampMillis:
		return time.Millisecond
	case e.ConvertedType.Valid && e.ConvertedType.V == deprecated.TimestampMicros:
		return time.Microsecond
	}
	return 0
}
