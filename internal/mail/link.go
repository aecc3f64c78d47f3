package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// link is the one connection of a delivery. It can be closed at any time, by
// another goroutine too, which ends whatever waits on it. go-mail by itself
// leaves a connection open when signing in fails.
type link struct {
	settings

	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

// dial connects to the server; it is go-mail's DialContextFunc, which need
// not say whereto.
func (l *link) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", l.address())
	if err != nil {
		return nil, err
	}
	if err := l.hold(conn); err != nil {
		return nil, err
	}
	switch l.tls {
	case NoTLS:
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return nil, fmt.Errorf("%s leads to %v, which is not on this machine: nothing is sent in plain text", l.host, conn.RemoteAddr())
		}
	case ImplicitTLS:
		return l.tlsOver(ctx, conn)
	}
	return conn, nil
}

func (l *link) hold(conn net.Conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Close()
		return errors.New("given up while connecting")
	}
	l.conn = conn
	return nil
}

func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		_ = l.conn.Close() // nothing is lost: what counts was answered
	}
}
