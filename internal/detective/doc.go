// Package detective holds the operations of Amazon Detective as plain Go on
// domain types: who may do what, states, limits and errors. It knows neither
// HTTP nor SQL.
//
// It may import control, warehouse, investigate, grouping, graph, identity,
// orgs, jobs and entity; api and console import it.
package detective
