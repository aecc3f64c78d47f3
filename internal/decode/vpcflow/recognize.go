package vpcflow

import "bytes"

// LooksLike reports whether line is a flow record in AWS's default order,
// perhaps with more columns behind: it looks at the columns that no other
// log has in these places, not at every value.
func LooksLike(line []byte) bool {
	word, i := nextWord(line, 0)
	if !isNumber(word, 1, 2) {
		return false
	}
	for c := 1; c < defaultColumns; c++ {
		word, i = nextWord(line, i)
		var ok bool
		switch field(c) {
		case fieldAccountID:
			ok = isNumber(word, 1, 20) || string(word) == "unknown" || string(word) == "-"
		case fieldStart, fieldEnd:
			ok = isNumber(word, 1, 12) || string(word) == "-"
		case fieldAction:
			ok = isAction(word)
		case fieldLogStatus:
			ok = isStatus(word)
		default:
			ok = len(word) > 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// recognize reads a line of which nobody has said what its columns are.
func (p *Parser) recognize(line []byte, rec *Record) error {
	// Lines of one file have the same columns.
	if p.last != nil {
		if err := p.line(line, p.last, rec); err == nil && p.extra == 0 && !p.misfit && rec.Has&HasVersion != 0 {
			return nil
		}
	}
	columns := 0
	for word, i := nextWord(line, 0); len(word) > 0; word, i = nextWord(line, i) {
		columns++
	}
	columns = min(columns, len(documented))
	if columns < defaultColumns {
		p.cutShort = true
		return unrecognized(line)
	}
	p.last = p.guess(columns)
	err := p.line(line, p.last, rec)
	if err == nil && p.misfit {
		// The columns of version 2 and some others that are not the next ones.
		p.last = p.guess(defaultColumns)
		err = p.line(line, p.last, rec)
	}
	if err == nil && rec.Has&HasVersion != 0 {
		return nil
	}
	p.last = nil
	if err != nil && LooksLike(line) {
		return err
	}
	return unrecognized(line)
}

// guess returns the format of the first columns of the documented order.
func (p *Parser) guess(columns int) *Format {
	if p.guesses == nil {
		p.guesses = make([]*Format, len(documented)+1)
	}
	if p.guesses[columns] == nil {
		p.guesses[columns] = newFormat(documented[:columns])
	}
	return p.guesses[columns]
}

// unrecognized is the rejection of a line in no known order. A line with an
// interface or an address and with a time, and with another time or a word that
// flow records have, is one of an unknown format; any other is none.
func unrecognized(line []byte) error {
	var ends, times, words int
	for word, i := nextWord(line, 0); len(word) > 0; word, i = nextWord(line, i) {
		if _, v := address(word); v <= inexact || bytes.HasPrefix(word, []byte("eni-")) {
			ends++
		}
		if isNumber(word, 9, 10) {
			times++
		}
		if len(word) > 1 && (isAction(word) || isStatus(word)) {
			words++
		}
	}
	if ends > 0 && (times > 1 || times > 0 && words > 0) {
		return &Rejection{Records: 1, Reason: ReasonUnknownFormat,
			Detail: "a flow record without a header, in an order that is not AWS's: configure its format"}
	}
	return &Rejection{Records: 1, Reason: ReasonNotVPCFlow, Detail: "no flow record", Foreign: true}
}

func isAction(word []byte) bool {
	return string(word) == "ACCEPT" || string(word) == "REJECT" || string(word) == "-"
}

func isStatus(word []byte) bool {
	return string(word) == "OK" || string(word) == "NODATA" || string(word) == "SKIPDATA"
}

// isNumber reports whether word is of so many digits.
func isNumber(word []byte, least, most int) bool {
	if len(word) < least || len(word) > most {
		return false
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
