package field

import (
	"math"
	"strconv"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Text returns a string, a number, true or false as text; lists and objects
// have none.
func (v Value) Text() string {
	if !v.Exists() {
		return ""
	}
	switch v.raw[0] {
	case '{', '[':
		return ""
	case '"':
		var s jsonscan.Scanner
		s.Reset(v.raw, 0)
		text, _ := s.Text()
		return string(text)
	}
	return string(v.raw)
}

// Texts returns the texts of a list, empty ones left out.
func (v Value) Texts() []string {
	var all []string
	for e := range v.Elements() {
		if text := e.Text(); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// Float returns a number, or a text that is one.
func (v Value) Float() (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(v.Text()), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// Int returns the whole part of a number, or of a text that is one: 0 where
// there is none, where it is negative, or where it is above 2^31-1.
func (v Value) Int() int {
	f, ok := v.Float()
	if !ok || f < 0 || f > math.MaxInt32 {
		return 0
	}
	return int(f)
}

// Bool reports whether v is true, or the text of it.
func (v Value) Bool() bool { return strings.EqualFold(strings.TrimSpace(v.Text()), "true") }
