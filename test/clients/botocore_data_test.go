package clients

import (
	"path/filepath"
	"testing"
)

// TestBotocoreDataFiles makes boto3 paginate every list and wait by the data
// files that users get.
func TestBotocoreDataFiles(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	newCast(t, "").python(t, 100, "botocore_data.py", "AWS_DATA_PATH="+filepath.Join(root(t), "client", "botocore"))
}
