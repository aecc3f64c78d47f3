// Command gumshoe is a self-hosted Amazon Detective: it reads AWS logs,
// builds a behavior graph, investigates IAM users and roles, and answers
// through the Detective API and this command line.
//
// Each file holds one subcommand and wires the packages together; nothing
// else is decided here.
package main
