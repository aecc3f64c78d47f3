// Package vpcflow decodes VPC flow log records: the text files that AWS
// delivers to S3, single lines out of CloudWatch Logs, JSON objects that other
// tools make of them, and Parquet.
//
// What a line's columns mean is taken from the header line or from a
// configured format, whatever their order; without either, a line is
// recognized by its values if it is in AWS's own order. Columns that nobody
// here knows are kept. A record is decoded as logged: which addresses are
// whose is not decided here.
//
// It may import decode, decode/intern, decode/jsonscan, decode/parquetfile and
// the Parquet library, for its values.
package vpcflow
