package simulate

import (
	"encoding/json"
	"time"
)

// auditEvent is an audit.k8s.io/v1 Event as an EKS control plane logs it.
// Fields stand in the order of the API server's own output.
type auditEvent struct {
	Kind            string            `json:"kind"`
	APIVersion      string            `json:"apiVersion"`
	Level           string            `json:"level"`
	AuditID         string            `json:"auditID"`
	Stage           string            `json:"stage"`
	RequestURI      string            `json:"requestURI"`
	Verb            string            `json:"verb"`
	User            auditUser         `json:"user"`
	SourceIPs       []string          `json:"sourceIPs"`
	UserAgent       string            `json:"userAgent,omitempty"`
	ObjectRef       *objectRef        `json:"objectRef,omitempty"`
	ResponseStatus  *responseStatus   `json:"responseStatus,omitempty"`
	RequestObject   json.RawMessage   `json:"requestObject,omitempty"`
	ResponseObject  json.RawMessage   `json:"responseObject,omitempty"`
	RequestReceived string            `json:"requestReceivedTimestamp"`
	StageTimestamp  string            `json:"stageTimestamp"`
	Annotations     map[string]string `json:"annotations,omitempty"`
	at              int64             // Unix milliseconds of the stage
}

type auditUser struct {
	Username string              `json:"username"`
	UID      string              `json:"uid,omitempty"`
	Groups   []string            `json:"groups,omitempty"`
	Extra    map[string][]string `json:"extra,omitempty"`
}

type objectRef struct {
	Resource    string `json:"resource"`
	Namespace   string `json:"namespace,omitempty"`
	Name        string `json:"name,omitempty"`
	UID         string `json:"uid,omitempty"`
	APIGroup    string `json:"apiGroup,omitempty"`
	APIVersion  string `json:"apiVersion,omitempty"`
	Subresource string `json:"subresource,omitempty"`
}

type responseStatus struct {
	Metadata struct{} `json:"metadata"`
	Status   string   `json:"status,omitempty"`
	Message  string   `json:"message,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Code     int      `json:"code"`
}

// Audit stages.
const (
	responseStarted  = "ResponseStarted"
	responseComplete = "ResponseComplete"
)

// logEvent is a message of CloudWatch Logs, envelope what a subscription
// delivers.
type logEvent struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"` // Unix milliseconds
	Message   string `json:"message"`
}

type envelope struct {
	MessageType         string     `json:"messageType"`
	Owner               string     `json:"owner"`
	LogGroup            string     `json:"logGroup"`
	LogStream           string     `json:"logStream"`
	SubscriptionFilters []string   `json:"subscriptionFilters"`
	LogEvents           []logEvent `json:"logEvents"`
}

// microTime formats Unix milliseconds as the API server does.
func microTime(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000000Z")
}
