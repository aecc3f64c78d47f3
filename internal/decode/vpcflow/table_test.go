package vpcflow

import (
	"strings"
	"testing"
)

func TestTableFormat(t *testing.T) {
	t.Parallel()
	f := func(columns, want string) {
		t.Helper()
		got, ok := TableFormat(strings.Split(columns, ","))
		switch {
		case !ok && want == "":
			return
		case !ok || got.String() != want:
			t.Errorf("%s: %v, %t; want %q", columns, got, ok, want)
			return
		}
		if _, err := ParseFormat(got.String()); err != nil {
			t.Errorf("%s: its format cannot be read: %v", columns, err)
		}
	}
	f("srcaddr,dstaddr,start,action", "srcaddr dstaddr start action")
	f("src_addr,dst-addr,end,bytes,Own_One", "srcaddr dstaddr end bytes Own-One")
	f("@timestamp,srcAddr,dstAddr,start,interfaceId", "x-timestamp srcaddr dstaddr start interface-id")
	f("version,account,interfaceid,sourceaddress,destinationaddress,sourceport,destinationport,protocol,numpackets,numbytes,starttime,endtime,action,logstatus",
		documentedLine)
	f("srcaddr,dstaddr,start,action,,day of week", "srcaddr dstaddr start action x- x-dayofweek")
	f("srcaddr,dstaddr,action", "")
	f("srcaddr,dstaddr,start", "")
	f("srcaddr,start,end,action", "")
	f("eventTime,eventName,sourceIPAddress", "")
	f(strings.Repeat("x,", maxColumns)+"srcaddr,dstaddr,start,action", "")
}

const documentedLine = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

func TestAppendCells(t *testing.T) {
	t.Parallel()
	f := func(want string, cells ...string) {
		t.Helper()
		if got := string(AppendCells(nil, cells)); got != want {
			t.Errorf("%q: %q; want %q", cells, got, want)
		}
	}
	f("2 - a_b - - x__y", "2", "", " a b ", "null", " ", "x\r\ny")
	f("")
}
