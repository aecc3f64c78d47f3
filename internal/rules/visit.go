package rules

// visit calls yield with each value that path leads to in v until a call
// returns true, and reports whether one did. A path that meets a list goes on
// in each element, one that meets a text goes on in the JSON document that
// the text holds. Lists at the end of the path are visited element by
// element; null and the empty text are no values.
func visit(v any, path []string, yield func(any) bool) bool {
	switch t := v.(type) {
	case nil:
		return false
	case []any:
		for _, e := range t {
			if visit(e, path, yield) {
				return true
			}
		}
		return false
	case map[string]any:
		if len(path) > 0 {
			return visit(t[path[0]], path[1:], yield)
		}
	case string:
		if t == "" {
			return false
		}
		if len(path) > 0 {
			doc, ok := document(t)
			return ok && visit(doc, path, yield)
		}
	default:
		if len(path) > 0 {
			return false
		}
	}
	return yield(v)
}
