// Package activity reads what a finding says was done: its action and, of an
// attack sequence, the actors, endpoints and signals. GuardDuty's findings
// and ASFF have these elements by the same names, in other cases.
//
// It may import finding, its field, and entity.
package activity
