// Package findingtest has what the tests of the decoders guardduty and asff
// share: golden files of findings, what must be true of every finding, and
// the folder of public findings.
//
// It may import decode, jsonscan, finding and entity. Only tests import it.
package findingtest
