// Package parquetfile reads the columns of Parquet files that anybody may have
// written. It stands between a decoder and the Parquet library, which believes
// what a file says of itself: the footer and every page are looked at first,
// so that a file of a few bytes cannot claim gigabytes, and a panic of the
// library becomes an error. Memory is bounded by a page a column.
//
// Flat files are read value by value, nested ones row by row as JSON.
//
// It may import decode and the Parquet and compression libraries.
package parquetfile
