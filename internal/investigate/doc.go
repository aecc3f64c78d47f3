// Package investigate examines one IAM user or role over a scope time: it
// fetches what the behavior graph knows, lets the pure functions in
// indicators decide, and writes a report with the evidence, the points and
// what could not be evaluated.
//
// It may import indicators, baseline, warehouse (types only: stores come as
// the interface [Store]) and entity. It knows neither rules nor geolocation
// files; the command layer brings both as [Rules] and [Places].
package investigate
