package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Pack is a set of rules with an index by API call. It is immutable and safe
// for concurrent use; each goroutine brings its own Event.
type Pack struct {
	rules   []*Rule
	byName  map[string][]entry // rules bounded by event name, key in lower case
	unnamed []entry            // the others
}

// entry is a rule behind an index key. An empty source is any.
type entry struct {
	source string // lower case
	rule   *Rule
}

// Load compiles the rule files (*.yml, *.yaml) below the root of fsys. What
// is wrong with one rule is returned as a *LoadError and does not keep the
// others from loading; the pack is never nil.
func Load(fsys fs.FS) (*Pack, []error) {
	files, errs := ruleFiles(fsys)
	// Whoever opens a data folder waits for the rules.
	var parsing errgroup.Group
	parsing.SetLimit(runtime.GOMAXPROCS(0))
	for i := range files {
		f := &files[i]
		parsing.Go(func() error {
			f.rules, f.errs = parseFile(fsys, f.name)
			return nil
		})
	}
	_ = parsing.Wait() // the errors are each file's
	var found []*Rule
	for _, f := range files {
		found, errs = append(found, f.rules...), append(errs, f.errs...)
	}
	p, es := NewPack(found)
	return p, append(errs, es...)
}

// ruleFile is a file with what came of it.
type ruleFile struct {
	name  string
	rules []*Rule
	errs  []error
}

// ruleFiles lists the rule files below the root of fsys by their paths.
func ruleFiles(fsys fs.FS) (files []ruleFile, errs []error) {
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, inFile(name, err))
			return nil
		}
		if ext := path.Ext(name); !d.IsDir() && (ext == ".yml" || ext == ".yaml") {
			files = append(files, ruleFile{name: name})
		}
		return nil
	})
	if err != nil {
		errs = append(errs, fmt.Errorf("walk rule files: %w", err))
	}
	return files, errs
}

func parseFile(fsys fs.FS, name string) ([]*Rule, []error) {
	data, err := readRule(fsys, name)
	if err != nil {
		return nil, []error{inFile(name, err)}
	}
	return Parse(name, data)
}

// Bounds on rule files.
const (
	maxFile      = 1 << 20 // bytes
	maxDocuments = 1000    // rules in a file
)

func readRule(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("rule file is larger than %d bytes", maxFile)
	}
	return data, nil
}

// Parse compiles the rules of one file, one a YAML document. name is used in
// errors and as Rule.Path. A YAML syntax error ends the file, any other only
// its rule.
func Parse(name string, data []byte) ([]*Rule, []error) {
	var rules []*Rule
	var errs []error
	dec := yaml.NewDecoder(bytes.NewReader(data))
	id := strings.TrimSuffix(name, path.Ext(name))
	for i := 0; ; i++ {
		if i == maxDocuments {
			return rules, append(errs, inFile(name, fmt.Errorf("file has more than %d documents", maxDocuments)))
		}
		var doc yaml.Node
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			return rules, errs
		} else if err != nil {
			return rules, append(errs, inFile(name, err))
		}
		if len(doc.Content) == 0 || isNull(doc.Content[0]) {
			continue
		}
		fallback := id
		if i > 0 {
			fallback = fmt.Sprintf("%s#%d", id, i+1)
		}
		r, err := parseRule(doc.Content[0], name, fallback)
		if err != nil {
			errs = append(errs, inFile(name, err))
			continue
		}
		rules = append(rules, r)
	}
}

// NewPack indexes rules, which may come from several packs. Of rules with the
// same ID the first counts; the others are returned as errors.
func NewPack(rules []*Rule) (*Pack, []error) {
	p := &Pack{byName: map[string][]entry{}}
	var errs []error
	seen := map[string]*Rule{}
	for _, r := range rules {
		if first, ok := seen[r.ID]; ok {
			errs = append(errs, inFile(r.Path, fmt.Errorf("id %s is taken by %s", r.ID, first.Path)))
			continue
		}
		seen[r.ID] = r
		p.rules = append(p.rules, r)
		p.index(r)
	}
	return p, errs
}

// index files r under each call of its bound, or among the unnamed. A rule
// stands at most once among the entries that one event reaches.
func (p *Pack) index(r *Rule) {
	b := r.detect.bound()
	if b == nil {
		p.unnamed = append(p.unnamed, entry{rule: r})
		return
	}
	sources := map[string][]string{} // by name
	for c := range b {
		sources[c.name] = append(sources[c.name], c.source)
	}
	if s, ok := sources[""]; ok {
		// Some branch has no name: the sources of the whole rule bound it,
		// when all branches have one.
		for n, more := range sources {
			if n != "" {
				s = append(s, more...)
			}
		}
		p.unnamed = append(p.unnamed, entries(r, s)...)
		return
	}
	for n, s := range sources {
		p.byName[n] = append(p.byName[n], entries(r, s)...)
	}
}

func entries(r *Rule, sources []string) []entry {
	slices.Sort(sources)
	sources = slices.Compact(sources)
	if sources[0] == "" {
		return []entry{{rule: r}}
	}
	out := make([]entry, len(sources))
	for i, s := range sources {
		out[i] = entry{s, r}
	}
	return out
}

// Rules returns the rules in the order of their paths. The slice must not be
// changed.
func (p *Pack) Rules() []*Rule { return p.rules }

// Match appends the rules that ev matches to dst and returns it. It does not
// allocate when the index has no rule for the event's call.
func (p *Pack) Match(ev *Event, dst []*Rule) []*Rule {
	for _, e := range p.lookup(entity.APIName(ev.Name)) {
		dst = e.match(ev, dst)
	}
	for _, e := range p.unnamed {
		dst = e.match(ev, dst)
	}
	return dst
}

func (e *entry) match(ev *Event, dst []*Rule) []*Rule {
	if (e.source == "" || equalLower(ev.Source, e.source)) && e.rule.Match(ev) {
		return append(dst, e.rule)
	}
	return dst
}

// lookup finds the rules of an event name, whatever its case.
func (p *Pack) lookup(name string) []entry {
	var buf [64]byte
	if len(name) > len(buf) {
		return p.byName[lower(name)]
	}
	for i := range len(name) {
		c := name[i]
		if c >= 0x80 {
			return p.byName[lower(name)]
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return p.byName[string(buf[:len(name)])]
}
