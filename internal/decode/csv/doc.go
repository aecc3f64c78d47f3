// Package csv reads CloudTrail records that somebody has made a table of: the
// results of Athena and CloudTrail Lake, the download of the console's event
// history, and what scripts write. Each row becomes the JSON object that
// CloudTrail would have logged, as far as the table has it, for the decoder of
// CloudTrail's records to read.
//
// What a column means is told by its name in the header, in whatever case and
// with whatever between the words. Columns that nobody here knows are kept as
// texts. A cell is data: one that a spreadsheet would take for a formula is a
// text like any other.
//
// How rows are cut and split does not depend on what they mean, so a Shape may
// make something else of them: of flow logs, or of what CloudWatch Logs exports.
//
// It may import decode and decode/jsonscan.
package csv
