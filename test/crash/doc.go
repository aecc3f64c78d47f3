// Package crash ends the real binary where it hurts and looks at what is
// left: killed at random moments and system calls, while it reads files and
// while it is pushed to, ended by SIGTERM, out of disk space, and with the
// power gone. After each, the graph opens, holds what was acknowledged and
// nothing by halves, and reading the logs once more makes it equal to that of
// a run that nothing disturbed.
//
// How a power failure is made, and why with strace, is said in package
// powerloss. The tests import what makes logs and, to look into a graph that
// no process has open, the embedded SQL engine.
package crash
