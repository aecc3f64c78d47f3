package vpcflow

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Object reads a flow record that some tool has made a JSON object of, with s
// before it. Members are named like columns: in camelCase, with "-" or "_", in
// any spelling of upper and lower case. A record may also lie in an object's
// member vpc or vpcflow of its member aws, as shippers put it. Values are
// texts or numbers; null and "" are "-".
//
// rec.Raw is the object as it is written, and rec is not Canonical: there is
// no line to rebuild.
//
// The error is a *Rejection, with s behind the object, when it is valid JSON
// but no good; with Foreign set if it is no flow record at all. Otherwise it
// is s.Err(). So Object is a jsonstream.Parse.
func (p *Parser) Object(s *jsonscan.Scanner, rec *Record) error {
	s.Kind() // moves to the brace
	start := s.Pos()
	*rec = Record{Format: p.guess(defaultColumns)}
	o := object{p: p, rec: rec}
	if s.BeginObject() {
		o.members(s, outside)
	}
	switch {
	case s.Err() != nil:
		return s.Err()
	case o.traits < 2:
		return &Rejection{Records: 1, Reason: ReasonNotVPCFlow, Detail: "an object that is no flow record", Foreign: true}
	case o.err != nil:
		return o.err
	case rec.Has&(HasStart|HasEnd) == 0:
		return &Rejection{Records: 1, Reason: ReasonNoTime, Detail: "neither start nor end"}
	}
	rec.Raw = s.Since(start)
	return nil
}

// place is where in a shipper's object a member lies.
type place uint8

const (
	outside place = iota // { ▲ }
	inAWS                // { "aws": { ▲ } }
	inside               // { "aws": { "vpc": { ▲ } } }
)

// object reads the members of one object.
type object struct {
	p      *Parser
	rec    *Record
	traits int   // members that flow records have and few others
	err    error // the first value that is no good
}

// members reads the members of the object that was begun.
func (o *object) members(s *jsonscan.Scanner, at place) {
	for s.NextMember() {
		var buf [maxName]byte
		name := squash(buf[:0], s.Name())
		if s.Kind() == jsonscan.Object {
			switch {
			case at == outside && string(name) == "aws":
				s.BeginObject()
				o.members(s, inAWS)
			case at == inAWS && (string(name) == "vpc" || string(name) == "vpcflow"):
				s.BeginObject()
				o.members(s, inside)
			default:
				s.Skip()
			}
			continue
		}
		f, known := fieldsBySquashedName[string(name)]
		if !known || at == inAWS {
			s.Skip()
			continue
		}
		switch f {
		case fieldInterfaceID, fieldSrcAddr, fieldDstAddr, fieldSrcPort, fieldDstPort, fieldLogStatus, fieldPktSrcAddr, fieldPktDstAddr, fieldFlowDirection:
			o.traits++
		}
		text, _ := s.Text()
		if len(text) == 0 || string(text) == "-" {
			continue
		}
		if o.p.set(f, text, o.rec) == wrong && o.err == nil {
			o.err = malformed("%s is %.48q", f, text)
		}
	}
}

// fieldsBySquashedName finds a documented column however its name is spelled.
var fieldsBySquashedName = func() map[string]field {
	byName := make(map[string]field, len(documented))
	for i, name := range documented {
		byName[string(squash(nil, []byte(name)))] = field(i)
	}
	return byName
}()

// squash appends name to dst in lower case without "-" and "_", or what a
// Format allows of it.
func squash(dst, name []byte) []byte {
	for _, c := range name[:min(len(name), maxName)] {
		switch {
		case c == '-' || c == '_':
		case 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
