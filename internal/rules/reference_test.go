package rules

import (
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// reference evaluates a rule the slow and plain way: on the YAML as it was
// read and the record as nested maps, without compiling, columns or index.
type reference struct {
	doc    map[string]any
	record map[string]any
	event  *Event // for gumshoe.grant only
}

// referenceMatch is the verdict of the plain evaluator on rule source and
// record.
func referenceMatch(source string, record []byte) bool {
	r := reference{}
	if yaml.Unmarshal([]byte(source), &r.doc) != nil || json.Unmarshal(record, &r.record) != nil {
		return false
	}
	r.event, _ = ParseEvent(record)
	if _, extended := r.doc["gumshoe"]; extended {
		identity, _ := r.record["userIdentity"].(map[string]any)
		if typ, _ := identity["type"].(string); typ == "AWSService" || typ == "" && identity["invokedBy"] != nil {
			return false
		}
		if b, _ := json.Marshal(identity); strings.Contains(string(b), ":role/aws-service-role/") {
			return false
		}
	}
	detection := r.doc["detection"].(map[string]any)
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(detection["condition"].(string)))
	got, rest := r.or(words)
	return got && len(rest) == 0
}

func (r reference) or(w []string) (bool, []string) {
	v, w := r.and(w)
	for len(w) > 0 && w[0] == "or" {
		var x bool
		x, w = r.and(w[1:])
		v = v || x
	}
	return v, w
}

func (r reference) and(w []string) (bool, []string) {
	v, w := r.term(w)
	for len(w) > 0 && w[0] == "and" {
		var x bool
		x, w = r.term(w[1:])
		v = v && x
	}
	return v, w
}

func (r reference) term(w []string) (bool, []string) {
	switch {
	case w[0] == "not":
		v, rest := r.term(w[1:])
		return !v, rest
	case w[0] == "(":
		v, rest := r.or(w[1:])
		return v, rest[1:]
	case len(w) > 2 && w[1] == "of":
		var vs []bool
		for name, sel := range r.doc["detection"].(map[string]any) {
			like := regexp.MustCompile("^" + strings.ReplaceAll(w[2], "*", ".*") + "$")
			if name != "condition" && (w[2] == "them" && name[0] != '_' || like.MatchString(name)) {
				vs = append(vs, r.selection(sel))
			}
		}
		if w[0] == "all" {
			return !slices.Contains(vs, false), w[3:]
		}
		return slices.Contains(vs, true), w[3:]
	}
	return r.selection(r.doc["detection"].(map[string]any)[w[0]]), w[1:]
}

func (r reference) selection(sel any) bool {
	if l, ok := sel.([]any); ok {
		return slices.ContainsFunc(l, r.selection)
	}
	for key, value := range sel.(map[string]any) {
		if !r.item(key, value) {
			return false
		}
	}
	return true
}

func (r reference) item(key string, value any) bool {
	mods := strings.Split(key, "|")
	field, mods := mods[0], mods[1:]
	values := r.values(field)
	if slices.Contains(mods, "exists") {
		return (len(values) > 0) == value.(bool)
	}
	want, isList := value.([]any)
	if !isList {
		want = []any{value}
	}
	one := func(w any) bool {
		if w == nil || w == "" {
			return len(values) == 0
		}
		if slices.Contains(mods, "fieldref") {
			for _, o := range r.values(w.(string)) {
				if _, isObject := o.(map[string]any); isObject {
					continue
				}
				keepCase, text := slices.Contains(mods, "cased"), plain(o)
				if !keepCase {
					text = strings.ToLower(text)
				}
				if matchesAny(values, pad(mods, regexp.QuoteMeta(text)), keepCase) {
					return true
				}
			}
			return false
		}
		expr := plain(w)
		if slices.Contains(mods, "re") {
			flags := ""
			for _, f := range []string{"i", "m", "s"} {
				if slices.Contains(mods, f) {
					flags += f
				}
			}
			if flags != "" {
				expr = "(?" + flags + ")" + expr
			}
			return matchesAny(values, expr, true)
		}
		if slices.Contains(mods, "cidr") {
			_, network, err := net.ParseCIDR(expr)
			return err == nil && slices.ContainsFunc(values, func(v any) bool {
				ip := net.ParseIP(plain(v))
				return ip != nil && network.Contains(ip)
			})
		}
		for _, op := range []string{"gt", "gte", "lt", "lte"} {
			if slices.Contains(mods, op) {
				return slices.ContainsFunc(values, func(v any) bool { return compareNumbers(op, plain(v), expr) })
			}
		}
		if field == "eventName" && !slices.Contains(mods, "contains") && !slices.Contains(mods, "startswith") && !slices.Contains(mods, "endswith") {
			expr = entity.APIName(expr)
		}
		keepCase := slices.Contains(mods, "cased")
		if !keepCase {
			expr = strings.ToLower(expr)
		}
		return matchesAny(values, pad(mods, sigmaPattern(expr)), keepCase)
	}
	if slices.Contains(mods, "all") {
		return !slices.ContainsFunc(want, func(w any) bool { return !one(w) })
	}
	return slices.ContainsFunc(want, one)
}

// sigmaPattern turns a Sigma value into a regular expression.
func sigmaPattern(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == '\\' && i+1 < len(v) && (v[i+1] == '*' || v[i+1] == '?' || v[i+1] == '\\'):
			i++
			b.WriteString(regexp.QuoteMeta(v[i : i+1]))
		case v[i] == '*':
			b.WriteString(".*")
		case v[i] == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(v[i : i+1]))
		}
	}
	return b.String()
}

func pad(mods []string, expr string) string {
	switch {
	case slices.Contains(mods, "contains"):
		expr = ".*" + expr + ".*"
	case slices.Contains(mods, "startswith"):
		expr += ".*"
	case slices.Contains(mods, "endswith"):
		expr = ".*" + expr
	}
	return `(?s)\A(?:` + expr + `)\z`
}

func matchesAny(values []any, expr string, keepCase bool) bool {
	re := regexp.MustCompile(expr)
	for _, v := range values {
		for _, s := range forms(v) {
			if !keepCase {
				s = strings.ToLower(s)
			}
			if re.MatchString(s) {
				return true
			}
		}
	}
	return false
}

func compareNumbers(op, a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 != nil || err2 != nil {
		return false
	}
	return map[string]bool{"gt": x > y, "gte": x >= y, "lt": x < y, "lte": x <= y}[op]
}

func plain(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case map[string]any:
		return encode(t)
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64)
	}
	return encode(v)
}

// encode is compact JSON as it is, without the escapes for HTML.
func encode(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n")
}

// forms returns the texts that a value is compared as.
func forms(v any) []string {
	out := []string{plain(v)}
	if s, ok := v.(string); ok {
		if d, err := url.PathUnescape(s); err == nil {
			out = append(out, d)
		}
		var doc any
		for _, s := range out {
			if s := strings.TrimSpace(s); s != "" && (s[0] == '{' || s[0] == '[') && json.Unmarshal([]byte(s), &doc) == nil {
				return append(out, encode(doc))
			}
		}
	}
	return out
}

func (r reference) values(field string) []any {
	if field == "gumshoe.grant" {
		var out []any
		for _, g := range r.event.grantValues() {
			out = append(out, g)
		}
		return out
	}
	out := walk(r.record, strings.Split(field, "."))
	for _, v := range out {
		if s, ok := v.(string); ok && field == "eventName" {
			out = append(out, entity.APIName(s))
		}
		if s, ok := v.(string); ok && field == "userAgent" {
			return []any{entity.CleanAgent(s)}
		}
	}
	return out
}

func walk(v any, path []string) []any {
	if l, ok := v.([]any); ok {
		var out []any
		for _, e := range l {
			out = append(out, walk(e, path)...)
		}
		return out
	}
	if v == nil || v == "" {
		return nil
	}
	if len(path) == 0 {
		return []any{v}
	}
	if s, ok := v.(string); ok {
		d, err := url.PathUnescape(strings.TrimSpace(s))
		if err != nil || !strings.HasPrefix(strings.TrimSpace(s), "%") {
			d = s
		}
		var doc any
		if d = strings.TrimSpace(d); d == "" || d[0] != '{' && d[0] != '[' || json.Unmarshal([]byte(d), &doc) != nil {
			return nil
		}
		return walk(doc, path)
	}
	m, _ := v.(map[string]any)
	return walk(m[path[0]], path[1:])
}
