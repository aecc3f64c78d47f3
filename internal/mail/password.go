package mail

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// maxPassword is the longest password, in bytes.
const maxPassword = 4096

// readPassword reads the password in the file at path, without the line end
// behind it. It refuses a file that others than its owner can use.
func readPassword(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	// The mode is that of the file that was opened, links resolved.
	fi, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !fi.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	if mode := fi.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return "", fmt.Errorf("%s has mode %04o: others can read the password; run chmod 600 on it", path, mode)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPassword+3))
	if err != nil {
		return "", err
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	switch {
	case password == "":
		return "", fmt.Errorf("%s is empty", path)
	case len(password) > maxPassword:
		return "", fmt.Errorf("%s is longer than %d bytes", path, maxPassword)
	case hasControl(password):
		return "", fmt.Errorf("%s has more than one line, or control characters", path)
	}
	return password, nil
}
