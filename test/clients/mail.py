"""Invitations by mail. This is the mail server too, PyPI's aiosmtpd.

The first line that it prints has its port; it then reads what GUMSHOE_CAST is
elsewhere from its standard input.
"""

import asyncio
import email
import email.policy
import json
import os
import queue
import socket
import sys
import threading

from aiosmtpd.smtp import SMTP

listener = socket.socket()
listener.bind(("127.0.0.1", 0))  # ours from now on, though nobody listens yet
print(json.dumps({"Port": listener.getsockname()[1]}), flush=True)
os.environ["GUMSHOE_CAST"] = sys.stdin.readline()

from cast import *

mails, refusals = queue.Queue(), queue.Queue()


class Handler:
    async def handle_DATA(self, server, session, envelope):
        if refusals.empty():
            refusals.put(envelope.rcpt_tos)
            return "451 4.3.0 Not now"
        mails.put(envelope)
        return "250 OK"


def listen():
    async def serve():
        await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(), hostname="mail.example.com", enable_SMTPUTF8=True), sock=listener)
        await asyncio.Event().wait()

    threading.Thread(target=asyncio.run, args=[serve()], daemon=True).start()


security = client(SECURITY)
GRAPH = security.create_graph()["GraphArn"]


def invite(account, address=None, **kwargs):
    security.create_members(GraphArn=GRAPH, Accounts=[{"AccountId": account, "EmailAddress": address or ACCOUNTS[account]["Email"]}], **kwargs)
    return wait("verification", lambda: security.get_members(GraphArn=GRAPH, AccountIds=[account])["MemberDetails"][0]["Status"],
                lambda status: status != "VERIFICATION_IN_PROGRESS")


def mail():
    try:
        return mails.get(timeout=180)
    except queue.Empty:
        stop("no mail comes")


# Nobody answers at first, and then not with a yes: the mail comes all the same.
check("invited without a mail server", invite(OUTSIDER, Message="Grüße!\nPlease join until Friday."), "INVITED")
listen()
got = mail()
check("refused once", refusals.get_nowait(), [ACCOUNTS[OUTSIDER]["Email"]])
refusals.put("enough")
check("envelope", (got.mail_from, got.rcpt_tos), ("gumshoe@example.com", [ACCOUNTS[OUTSIDER]["Email"]]))
parsed = email.message_from_bytes(got.original_content, policy=email.policy.default)
check("To", parsed["To"].addresses[0].addr_spec, ACCOUNTS[OUTSIDER]["Email"])
check("From", parsed["From"].addresses[0].addr_spec, "gumshoe@example.com")
check("Subject", bool(parsed["Subject"].strip()))
text = parsed.get_body(("plain",)).get_content()
for words in ("Grüße!", "Please join until Friday.", GRAPH, SECURITY, OUTSIDER, "accept-invitation", "AcceptInvitation", "us-east-1"):
    check(f"{words!r} is in the mail:\n{text}", words in text)

# None of these is told; the last one is.
check("without mail", invite(DEV, DisableEmailNotification=True, Message="psst"), "INVITED")
check("a wrong address", invite(MANAGEMENT, "somebody@example.org"), "VERIFICATION_FAILED")
check("invited", invite(PROD), "INVITED")
check("the next mail", mail().rcpt_tos, [ACCOUNTS[PROD]["Email"]])
check("and no other", mails.qsize(), 0)
client(OUTSIDER).accept_invitation(GraphArn=GRAPH)
finish()
