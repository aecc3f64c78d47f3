package main

import (
	"fmt"
	"io"
	"text/template"

	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// tour is what the demo prints: commands that work as pasted.
type tour struct {
	identity.Credentials
	URL, Region, Logs, Program string
	Manifest                   *simulate.Manifest
}

// Prose is commented out and commands begin their lines, so that any part can
// be pasted into a shell, the here-document included.
var tourText = template.Must(template.New("tour").Parse(`
# gumshoe is ready: the Detective API is at {{.URL}}
# Somebody stole an access key of {{.Manifest.Story.User}}.
# Paste the following into another terminal. With the AWS CLI:

export AWS_ACCESS_KEY_ID={{.AccessKeyID}}
export AWS_SECRET_ACCESS_KEY='{{.SecretAccessKey}}'
export AWS_DEFAULT_REGION={{.Region}} AWS_ENDPOINT_URL={{.URL}}
GRAPH=$(aws detective list-graphs --query 'GraphList[0].Arn' --output text)
ID=$(aws detective start-investigation --graph-arn $GRAPH \
  --entity-arn {{.Manifest.Story.User}} \
  --scope-start-time {{.From}} --scope-end-time {{.To}} --query InvestigationId --output text)
sleep 2
aws detective get-investigation --graph-arn $GRAPH --investigation-id $ID
aws detective list-indicators --graph-arn $GRAPH --investigation-id $ID --max-results 5

# The same with boto3, which the exports above tell where to go:

python3 - <<'EOF'
import boto3, datetime as dt, time
d = boto3.client('detective')
graph = d.list_graphs()['GraphList'][0]['Arn']
i = dict(GraphArn=graph, InvestigationId=d.start_investigation(
    GraphArn=graph, EntityArn='{{.Manifest.Story.User}}',
    ScopeStartTime=dt.datetime.fromisoformat('{{.FromPython}}'),
    ScopeEndTime=dt.datetime.fromisoformat('{{.ToPython}}'))['InvestigationId'])
while (r := d.get_investigation(**i))['Status'] == 'RUNNING': time.sleep(0.2)
print(r['Status'], r['Severity'])
for x in d.list_indicators(MaxResults=100, **i)['Indicators']:
    print(x['IndicatorType'], *next(iter(x['IndicatorDetail'].values())).values())

EOF

# Or without a server and credentials, from the bare logs:

{{.Program}} investigate --logs {{.Logs}} \
  --from {{.From}} --to {{.To}} {{.Manifest.Story.User}}

# A colleague who did nothing wrong, for comparison: {{.Manifest.QuietUser}}
# Ctrl-C ends the demo.
`))

// From and To are the scope of the attack, as flags take it.
func (t tour) From() string { return t.Manifest.Story.ScopeStart.UTC().Format("2006-01-02T15:04:05Z") }

// To is the end of the scope.
func (t tour) To() string { return t.Manifest.Story.ScopeEnd.UTC().Format("2006-01-02T15:04:05Z") }

// FromPython and ToPython are the same as Python before 3.11 reads it.
func (t tour) FromPython() string {
	return t.Manifest.Story.ScopeStart.UTC().Format("2006-01-02T15:04:05+00:00")
}

// ToPython is the end of the scope.
func (t tour) ToPython() string {
	return t.Manifest.Story.ScopeEnd.UTC().Format("2006-01-02T15:04:05+00:00")
}

func writeTour(w io.Writer, t tour) error {
	if err := tourText.Execute(w, t); err != nil {
		return fmt.Errorf("print the tour: %w", err)
	}
	return nil
}
