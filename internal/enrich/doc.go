// Package enrich says where an address is and whose network it is in:
// country, region, city, rounded coordinates and autonomous system.
//
// Answers come from layers, the best first: overlays (CSV files of the
// operator or the simulator), city and ASN databases that the operator
// configures (MMDB), and an embedded country database, which works without
// any set-up. Data and its caveats are described in data/README.md.
//
// It may import entity only.
package enrich
