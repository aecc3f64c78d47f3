"""What the scripts of this folder share: the accounts of the server under test, and checks.

GUMSHOE_CAST tells of the server (see python_test.go). A script ends by
finish(), which prints how much was checked and fails if any of it was wrong.
"""

import datetime as dt
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import uuid

CAST = json.loads(os.environ["GUMSHOE_CAST"])
ACCOUNTS = CAST["Accounts"]
MANAGEMENT, SECURITY, DEV, PROD, OUTSIDER = (f"10000000000{n}" for n in range(1, 6))

# botocore finds its way by the environment alone.
for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_DATA_PATH"]:
    del os.environ[name]
os.environ.update(
    AWS_ENDPOINT_URL=CAST["URL"],
    AWS_DEFAULT_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    NO_PROXY="127.0.0.1",
)

import boto3
import botocore.config
import botocore.exceptions

SESSION = boto3.session.Session()
checks, wrong = 0, []


def check(what, got, want=True):
    """Notes when got is not want; the script goes on."""
    global checks
    checks += 1
    if got != want:
        frame = inspect.currentframe()
        while frame.f_code.co_filename != sys.argv[0] and frame.f_back:
            frame = frame.f_back
        wrong.append(f"line {frame.f_lineno}: {what}: got {got!r}, want {want!r}")
    return got


def finish():
    """Ends the script."""
    print(json.dumps({"Checks": checks}))
    if wrong:
        stop()


def stop(*why):
    """Ends the script at once, as failed."""
    sys.exit("\n".join([*wrong, *why]))


def crash(*failure):
    """Tells of what was wrong before an exception, too."""
    print("\n".join(wrong), file=sys.stderr)
    sys.__excepthook__(*failure)


sys.excepthook = crash


def wait(what, look, good, seconds=90):
    """Returns what look() returns once it is good."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        if time.monotonic() > deadline:
            stop(f"{what} does not come; the last that was seen: {seen!r}")
        time.sleep(0.1)
    return seen


# What every answer must be like.
answered = set()  # operations that were answered without an error
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MODELED = {
    "AccessDeniedException", "ConflictException", "InternalServerException", "ResourceNotFoundException",
    "ServiceQuotaExceededException", "TooManyRequestsException", "ValidationException",
}


def look_at(operation_model, response_dict, **_):
    """Checks an answer as it comes over the wire."""
    name, status, body = operation_model.name, response_dict["status_code"], response_dict["body"].decode()
    headers = response_dict["headers"]
    check(f"{name}: request id", str(uuid.UUID(headers["x-amzn-RequestId"])), headers["x-amzn-RequestId"])
    for member, value in re.findall(r'"(\w*(?:Time|Timestamp))":("[^"]*"|[^,}]*)', body):
        if not value.startswith("{"):
            check(f"{name}: {member} {value} is ISO 8601 with milliseconds", bool(ISO.fullmatch(value.strip('"'))))
    check(f"{name}: null in {body}", ":null" in body, False)
    if status >= 300:
        check(f"{name}: error type and message", bool(headers.get("x-amzn-ErrorType")) and "Message" in json.loads(body))
        return
    answered.add(name)
    check(f"{name}: status", status, operation_model.http.get("responseCode", 200))
    if operation_model.output_shape is None or not operation_model.output_shape.members:
        check(f"{name}: the body is empty", body, "")
        check(f"{name}: its length", headers.get("Content-Length", "0"), "0")
        return
    for member, shape in operation_model.output_shape.members.items():
        if shape.type_name in ("list", "map"):
            check(f"{name}: {member} is there", member in json.loads(body))


def client(account, service="detective", region="us-east-1", validate=True, key=None, secret=None, **kwargs):
    """Returns a boto3 client of an account, which does not try again by itself."""
    who = ACCOUNTS[account]
    made = SESSION.client(
        service,
        region_name=region,
        aws_access_key_id=key or who["AccessKeyID"],
        aws_secret_access_key=secret or who["SecretAccessKey"],
        config=botocore.config.Config(parameter_validation=validate, retries={"total_max_attempts": 1}),
        **kwargs,
    )
    if service == "detective":
        made.meta.events.register("before-parse.detective", look_at)
    return made


def refused(what, code, status, call, *args, message=None, **kwargs):
    """Checks that a call is refused, and returns the whole answer."""
    try:
        got = call(*args, **kwargs)
    except botocore.exceptions.ClientError as e:
        answer = e.response
        check(what + ": code and status", (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        if message is not None:
            check(what + ": message", answer["Error"]["Message"], message)
        if code in MODELED:
            check(what + ": is modeled", isinstance(e, getattr(call.__self__.exceptions, code)))
            check(what + ": Message", answer.get("Message"), answer["Error"]["Message"])
        return answer
    check(what + ": is refused", got, "an error")
    return {"Error": {}, "ResponseMetadata": {}}


def gumshoe(*args, want=0):
    """Runs gumshoe on the server's data folder and returns what it prints."""
    done = subprocess.run([CAST["Program"], *args, "--data", CAST["Data"]], capture_output=True, text=True, check=False)
    if done.returncode != want:
        stop(f"gumshoe {' '.join(args)}: exit code {done.returncode}, want {want}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout) if "json" in args and want == 0 else done.stderr if want else done.stdout


def user(account):
    """The user whose calls logs() makes."""
    return f"arn:aws:iam::{account}:user/alice"


# The last whole day when the script began, UTC.
DAY = dt.datetime.now(dt.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
SCOPE = {"ScopeStartTime": DAY, "ScopeEndTime": DAY + dt.timedelta(days=1)}


def logs(administrator, *accounts, calls=20):
    """Reads calls of user(account) within DAY and returns the size of each account's records.

    All are of one day, so that the size is also the mean of a day.
    """
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for account in accounts:
            records = []
            for n in range(calls):
                at = DAY + dt.timedelta(hours=12, minutes=10 * n)
                records.append(json.dumps({
                    "eventVersion": "1.08", "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "userIdentity": {
                        "type": "IAMUser", "principalId": "AIDA" + account, "arn": user(account),
                        "accountId": account, "accessKeyId": "AKIA" + account, "userName": "alice",
                    },
                    "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "awsRegion": "us-east-1",
                    "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.0",
                    "requestParameters": None, "responseElements": None, "requestID": "r", "eventID": str(uuid.uuid4()),
                    "readOnly": True, "eventType": "AwsApiCall", "managementEvent": True,
                    "recipientAccountId": account, "eventCategory": "Management",
                }))
            sizes[account] = sum(map(len, records))
            pathlib.Path(folder, account + ".json").write_text('{"Records":[' + ",".join(records) + "]}")
        gumshoe("ingest", "--account", administrator, "-o", "json", folder)
    return sizes
