package powerloss

import "time"

// Kind says what an Op did.
type Kind uint8

// The kinds of Op.
const (
	Create   Kind = iota + 1 // a file, unless it is there
	Write                    // Data at Offset
	Resize                   // a file to Size bytes, with zeros where there was nothing
	Reserve                  // a file to at least Size bytes
	Rename                   // Path to To, over what To was
	Link                     // Path gets a second name To
	Remove                   // a file's name, or an empty folder
	MakeDir                  // an empty folder
	Sync                     // what was done to a file or a folder becomes durable
	SyncAll                  // everything does
	numKinds = iota
)

// String returns the kind's name.
func (k Kind) String() string {
	names := [numKinds + 1]string{"?", "create", "write", "resize", "reserve", "rename", "link", "remove", "mkdir", "sync", "sync all"}
	if int(k) >= len(names) {
		k = 0
	}
	return names[k]
}

// Op is a change of the files below a journal's root, or a promise that
// changes are durable.
type Op struct {
	Kind   Kind
	Path   string // slash-separated, relative to the root, which is "."
	To     string // of Rename and Link
	Offset int64  // of Write, bytes
	Size   int64  // of Resize and Reserve, bytes
	Data   []byte // of Write
	// At is when the call began, or when it went on if another thread's
	// calls came between: never later than it returned.
	At time.Time
	// Since is the number of ops that were over when a Sync began: it
	// promises nothing about later ones.
	Since int
}
