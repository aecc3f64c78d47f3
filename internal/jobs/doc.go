// Package jobs runs slow work that must survive a restart: job rows of
// package control, claimed with a lease and given to handlers by a bounded
// number of workers.
//
// A job runs at least once: handlers must bear being run again after a crash
// at any point.
//
// It may import control.
package jobs
