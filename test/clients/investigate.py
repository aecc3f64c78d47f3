"""Investigates entities with boto3 and prints what it answers as JSON.

Arguments: entity ARN, scope start and end (ISO 8601). Everything else comes
from the environment, as boto3 finds it.
"""

import datetime as dt
import json
import sys
import time

import boto3

entity, start, end = sys.argv[1:4]
client = boto3.client("detective")

graph = client.create_graph()["GraphArn"]
assert client.create_graph(Tags={"ignored": "twice"})["GraphArn"] == graph
assert [g["Arn"] for g in client.list_graphs()["GraphList"]] == [graph]

key = {"GraphArn": graph}
key["InvestigationId"] = client.start_investigation(
    EntityArn=entity,
    ScopeStartTime=dt.datetime.fromisoformat(start),
    ScopeEndTime=dt.datetime.fromisoformat(end),
    **key,
)["InvestigationId"]

deadline = time.monotonic() + 60
while (investigation := client.get_investigation(**key))["Status"] == "RUNNING":
    assert time.monotonic() < deadline, "the investigation does not end"
    time.sleep(0.1)

# botocore has no paginator for this list: loop over NextToken by hand, with
# a small page so that there are several.
indicators, page, pages = [], {}, 0
while True:
    answer = client.list_indicators(MaxResults=7, **key, **page)
    indicators += answer["Indicators"]
    pages += 1
    if "NextToken" not in answer:
        break
    page = {"NextToken": answer["NextToken"]}

ttps = client.list_indicators(IndicatorType="TTP_OBSERVED", MaxResults=100, **key)["Indicators"]
listed = client.list_investigations(
    GraphArn=graph, MaxResults=100, FilterCriteria={"EntityArn": {"Value": entity}}
)
client.update_investigation_state(State="ARCHIVED", **key)
archived = client.get_investigation(**key)["State"]

del investigation["ResponseMetadata"]
json.dump(
    {
        "investigation": investigation,
        "indicators": indicators,
        "pages": pages,
        "ttps": len(ttps),
        "listed": [i["InvestigationId"] for i in listed["InvestigationDetails"]],
        "archived": archived,
    },
    sys.stdout,
    default=lambda t: t.isoformat(),
)
