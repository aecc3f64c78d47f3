package rules

import "testing"

// flag is a selection with a fixed verdict.
type flag bool

func (f flag) eval(*Event) bool { return bool(f) }
func (f flag) cost() int        { return 0 }
func (f flag) bound() bound     { return nil }

func flags() selections {
	return selections{
		names:      []string{"yes", "no", "sel_a", "sel_b", "_hidden", "1", "all"},
		predicates: []predicate{flag(true), flag(false), flag(true), flag(false), flag(false), flag(true), flag(true)},
	}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	f := func(s string, want bool) {
		t.Helper()
		p, _, err := parseCondition(s, flags())
		if err != nil {
			t.Errorf("%q: %v", s, err)
		} else if got := p.eval(&Event{}); got != want {
			t.Errorf("%q = %t; want %t", s, got, want)
		}
	}
	f("yes", true)
	f("not yes", false)
	f("no or yes and no", false) // and binds closer than or
	f("yes or no and no", true)
	f("(yes or no) and no", false)
	f("not no and no", false) // not binds closer than and
	f("not (no and no)", true)
	f("not not yes", true)
	f("1 of sel_*", true)
	f("all of sel_*", false)
	f("any of sel_*", true)
	f("1 of sel_b", false)
	f("all of them", false)
	f("1 of them and yes", true)
	f("not 1 of sel_b and yes", true)
	f("1 or no", true) // a selection may be named like a number
	f("yes AND NOT no", true)
	f("(((yes)))", true)
}

// TestConditionThem: "them" leaves names with an underscore out.
func TestConditionThem(t *testing.T) {
	t.Parallel()
	sel := selections{names: []string{"a", "_b"}, predicates: []predicate{flag(true), flag(false)}}
	p, _, err := parseCondition("all of them", sel)
	if err != nil {
		t.Fatal(err)
	}
	if !p.eval(&Event{}) {
		t.Error("_b counts among them")
	}
}

// FuzzCondition: whatever parses evaluates; what does not, says where.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{"yes", "1 of sel_*", "not (yes or no) and all of them", "((", "yes |", "1 of", "not not", "yes)", "\x00 of *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, offset, err := parseCondition(s, flags())
		if err != nil {
			if offset < 0 || offset > len(s) {
				t.Fatalf("%q: error at byte %d of %d", s, offset, len(s))
			}
			return
		}
		q, _, err := parseCondition("not ("+s+")", flags())
		if err == nil && p.eval(&Event{}) == q.eval(&Event{}) {
			t.Fatalf("%q and its negation agree", s)
		}
	})
}
