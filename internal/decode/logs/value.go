package logs

import (
	"bytes"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonstream"
)

// valid returns the value that data holds and nothing else.
func valid(data []byte) ([]byte, bool) {
	var s jsonscan.Scanner
	s.Reset(data, 0)
	value, ok := s.Skip()
	return value, ok && len(bytes.TrimSpace(data[s.Pos():])) == 0
}

func isList(err error) bool { return errors.Is(err, jsonstream.ErrList) }

// member returns the value of the last member of a valid object that has the
// name, nil when there is none.
func member(object []byte, name string) (value []byte) {
	var s jsonscan.Scanner
	s.Reset(object, 0)
	for s.BeginObject(); s.NextMember(); {
		found := string(s.Name()) == name
		v, ok := s.Skip()
		if found && ok {
			value = v
		}
	}
	return value
}

// text returns the text of a JSON string, "" of any other value.
func text(value []byte) string {
	if len(value) == 0 || value[0] != '"' {
		return ""
	}
	var s jsonscan.Scanner
	s.Reset(value, 0)
	b, _ := s.Text()
	return string(b)
}

// elements returns the elements of a valid array, nil of any other value.
func elements(array []byte) (values [][]byte) {
	if len(array) == 0 || array[0] != '[' {
		return nil
	}
	var s jsonscan.Scanner
	s.Reset(array, 0)
	for s.BeginArray(); s.NextElement(); {
		if v, ok := s.Skip(); ok {
			values = append(values, v)
		}
	}
	return values
}

// listMember returns the elements of a member that is an array.
func listMember(object []byte, name string) ([][]byte, bool) {
	value := member(object, name)
	return elements(value), len(value) > 0 && value[0] == '['
}
