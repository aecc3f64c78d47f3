"""Calls, good and refused ones; prints what the audit log must say of each."""

from cast import *

READ_ONLY = {"ListInvitations", "ListGraphs", "GetMembers", "ListMembers", "ListTagsForResource"}


def call(who, operation, **kwargs):
    """Makes a call and prints its record."""
    code, message = "", ""
    try:
        answer = getattr(who, botocore.xform_name(operation))(**kwargs)
    except botocore.exceptions.ClientError as e:
        answer = e.response
        code, message = answer["Error"]["Code"], answer["Error"]["Message"]
    print(json.dumps({
        "RequestID": answer["ResponseMetadata"]["RequestId"], "EventName": operation,
        "ErrorCode": code, "ErrorMessage": message, "ReadOnly": operation in READ_ONLY,
    }))
    return answer


security, outsider = client(SECURITY), client(OUTSIDER)
graph = call(security, "CreateGraph", Tags={"Team": "blue"})["GraphArn"]
call(security, "ListGraphs")
call(security, "CreateMembers", GraphArn=graph, Message="a secret word",
     Accounts=[{"AccountId": OUTSIDER, "EmailAddress": ACCOUNTS[OUTSIDER]["Email"]}])
wait("the invitation", outsider.list_invitations, lambda answer: answer["Invitations"])  # polls are in the log as well
call(outsider, "AcceptInvitation", GraphArn=graph)
call(outsider, "AcceptInvitation", GraphArn=graph)  # ConflictException
call(outsider, "ListMembers", GraphArn=graph)  # AccessDeniedException
call(security, "GetMembers", GraphArn=graph, AccountIds=[OUTSIDER])
call(security, "GetMembers", GraphArn="nope", AccountIds=[OUTSIDER])  # ValidationException
call(security, "TagResource", ResourceArn=graph, Tags={"a": "b"})
call(security, "ListTagsForResource", ResourceArn=graph)
call(security, "UntagResource", ResourceArn=graph, TagKeys=["a", "b"])
call(security, "StartInvestigation", GraphArn=graph, EntityArn=user(DEV), **SCOPE)  # ResourceNotFoundException
call(client(SECURITY, secret="wrong"), "ListGraphs")  # InvalidSignatureException
call(client(SECURITY, key="AKIAIOSFODNN7EXAMPLE"), "DeleteGraph", GraphArn=graph)  # UnrecognizedClientException
call(security, "DeleteGraph", GraphArn=graph)
finish()
