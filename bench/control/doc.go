// Command control measures how fast a server answers the API's control calls,
// on the program as released:
//
//	make bench-control
//
// It fills a data folder with 100 administrator accounts whose graphs have
// 1,200 enabled members each, starts the server on it with its default
// configuration (throttle and audit log on), and calls it at a fixed rate,
// 500 calls a second unless told, from all accounts in turn: 60 % GetMembers
// of 50, 25 % ListMembers of 200, 15 % writes (TagResource, DeleteMembers and
// CreateMembers of one account in turn). Each call is signed. The calls begin
// when they are due, whether or not earlier ones have been answered, and the
// time of a call counts from when it was due: a server that stalls pays for
// all calls that it kept waiting.
//
// The client runs on the same machine and takes its share of the processors;
// what the server takes is reported beside it.
package main
