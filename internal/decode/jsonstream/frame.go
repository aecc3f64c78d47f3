package jsonstream

// frame is what values lie in.
type frame uint8

const (
	none   frame = iota
	list         // [ record, …
	object       // { "Records": […] ▲ other members
)

// maxFrames bounds how deeply lists of records may be nested. Two is what
// sane files need: an object and its list.
const maxFrames = 16

// innermost is the frame that the next value lies in.
func (d *Reader) innermost() frame {
	if len(d.open) == 0 {
		return none
	}
	return d.open[len(d.open)-1]
}

// close leaves the innermost frame.
func (d *Reader) close() { d.open = d.open[:len(d.open)-1] }

// listInObject reports whether the innermost list is a member of an object.
func (d *Reader) listInObject() bool {
	n := len(d.open)
	return n >= 2 && d.open[n-1] == list && d.open[n-2] == object
}
