"""Records requests signed by botocore into botocore.json, for the test of
package sigv4. Needs boto3 and no network: nothing is sent.

    python3 record.py > botocore.json

Clock and credentials are fixed and made up, so that a run with the same
botocore writes the same file.
"""

import datetime
import json
import sys

import boto3
import botocore
import botocore.auth
from botocore.awsrequest import AWSResponse
from botocore.config import Config

NOW = datetime.datetime(2026, 3, 4, 5, 6, 7)
KEY, SECRET = "AKIAGUMSHOETESTVECTO", "made/up+secret=for0tests/only123456789ab"
ARN = "arn:aws:detective:eu-central-1:123456789012:graph:027c7c4610ea4aacaf0b883093cab899"
T0, T1 = datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)
ID = "000000000000000000042"

CALLS = [
    ("detective", "create_graph", {}),
    ("detective", "create_graph", {"Tags": {"env": "prod", "owner": "Zoë  O'Neil + co"}}),
    ("detective", "list_graphs", {}),
    ("detective", "list_graphs", {"MaxResults": 10, "NextToken": "a+b/c="}),
    ("detective", "delete_graph", {"GraphArn": ARN}),
    ("detective", "create_members", {"GraphArn": ARN, "Message": "Grüße\n👋", "Accounts": [
        {"AccountId": "111122223333", "EmailAddress": "a@example.com"}]}),
    ("detective", "accept_invitation", {"GraphArn": ARN}),
    ("detective", "disable_organization_admin_account", {}),
    ("detective", "start_investigation", {
        "GraphArn": ARN, "EntityArn": "arn:aws:iam::123456789012:user/dev", "ScopeStartTime": T0, "ScopeEndTime": T1}),
    ("detective", "get_investigation", {"GraphArn": ARN, "InvestigationId": ID}),
    ("detective", "list_investigations", {"GraphArn": ARN, "FilterCriteria": {"Severity": {"Value": "HIGH"}}}),
    ("detective", "list_indicators", {"GraphArn": ARN, "InvestigationId": ID}),
    ("detective", "update_investigation_state", {"GraphArn": ARN, "InvestigationId": ID, "State": "ARCHIVED"}),
    ("detective", "list_tags_for_resource", {"ResourceArn": ARN}),
    ("detective", "tag_resource", {"ResourceArn": ARN, "Tags": {"k": "v"}}),
    ("detective", "untag_resource", {"ResourceArn": ARN, "TagKeys": ["b c", "a+b", "ä/=&", "a"]}),
    ("sts", "get_caller_identity", {}),
]


class FixedClock(datetime.datetime):
    """A datetime whose now is NOW, whichever way botocore asks for it."""

    @classmethod
    def utcnow(cls):
        return NOW

    @classmethod
    def now(cls, tz=None):
        return NOW.replace(tzinfo=tz)


def fix_clock():
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW
    else:
        botocore.auth.datetime.datetime = FixedClock


def main():
    fix_clock()
    session = boto3.Session(KEY, SECRET, region_name="eu-central-1")
    vectors = []
    for service, method, arguments in CALLS:
        client = session.client(
            service, endpoint_url="http://gumshoe.test:8620", config=Config(user_agent="record.py"))
        sent = []

        def capture(request, **_):
            sent.append(request)
            return AWSResponse(request.url, 200, {}, type("Raw", (), {"stream": lambda *_, **__: iter([b"{}"])})())

        client.meta.events.register(f"before-send.{service}", capture)
        try:
            getattr(client, method)(**arguments)
        except Exception:  # the made-up answer fits no output
            if not sent:
                raise
        request = sent[0]
        path = request.url.removeprefix("http://gumshoe.test:8620")
        headers = {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in request.headers.items()}
        headers.pop("amz-sdk-invocation-id", None)  # random, not signed by all versions
        body = request.body or b""
        vectors.append({
            "name": f"{service} {method} {len(vectors)}",
            "method": request.method,
            "target": path,
            "host": "gumshoe.test:8620",
            "headers": headers,
            "body": body.decode() if isinstance(body, bytes) else body,
        })
    json.dump({
        "signer": f"botocore {botocore.__version__}",
        "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "accessKeyId": KEY,
        "secret": SECRET,
        "region": "eu-central-1",
        "vectors": vectors,
    }, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
    print()


main()
