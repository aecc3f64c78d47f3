package identity

import "sync"

// cacheSize bounds the cache, in keys. It is emptied when it is full: with
// more keys than this in use, each look-up costs a read of the store.
const cacheSize = 4096

// cachedKey is a key that was valid when it was read.
type cachedKey struct {
	secret    string
	principal Principal
}

// keyCache holds opened keys. Only keys that exist are held, so made-up ids
// cannot fill it and a new key works at once. The zero value is empty.
type keyCache struct {
	mu      sync.Mutex
	keys    map[string]cachedKey
	forgets uint64 // grows with each forget
}

func (c *keyCache) get(id string) (cachedKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.keys[id]
	return e, ok
}

// epoch is to be taken before the store is read for put.
func (c *keyCache) epoch() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgets
}

// put keeps a key that was read after epoch, unless a key was revoked since:
// it may have been this one, and the read may have been before.
func (c *keyCache) put(id string, e cachedKey, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.forgets {
		return
	}
	if c.keys == nil || len(c.keys) >= cacheSize {
		c.keys = make(map[string]cachedKey)
	}
	c.keys[id] = e
}

// forget drops a revoked key.
func (c *keyCache) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets++
	delete(c.keys, id)
}
