"""An SMTP server for the tests: aiosmtpd with the behavior that argv[1] asks for.

It prints a JSON line with its port, then one for each command or mail that a
test may want to know of. It ends when its standard input does.

  cert, key       PEM files; STARTTLS is offered, or with "implicit" TLS spoken at once
  user, password  a sign-in is needed to send mail
  answers         {"MAIL" | "RCPT" | "DATA": text} instead of taking the mail
  hang            "MAIL" | "RCPT" | "DATA": this command is never answered
  drop            the connection breaks after the mail was taken, before the answer
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def tell(**event):
    print(json.dumps(event), flush=True)


class Handler:
    def __init__(self, options):
        self.options = options

    async def answer(self, command):
        if self.options.get("hang") == command:
            tell(hang=command)
            await asyncio.Event().wait()
        return self.options.get("answers", {}).get(command)

    async def handle_MAIL(self, server, session, envelope, address, options):
        refused = await self.answer("MAIL")
        if not refused:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refused or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = await self.answer("RCPT")
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        refused = await self.answer("DATA")
        if refused:
            return refused
        tell(
            mail=base64.b64encode(envelope.original_content).decode(),
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            options=envelope.mail_options,
            tls=server.transport.get_extra_info("ssl_object") is not None,
            authenticated=bool(session.authenticated),
        )
        if self.options.get("drop"):
            server.transport.abort()
        return "250 taken"


async def main():
    o = json.loads(sys.argv[1])
    context = None
    if "cert" in o:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(o["cert"], o["key"])
    implicit = o.get("implicit", False)

    def authenticate(server, session, envelope, mechanism, data):
        tell(mechanism=mechanism, tls=server.transport.get_extra_info("ssl_object") is not None)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == (o["user"], o["password"]), handled=False)

    def connection():
        return SMTP(
            Handler(o),
            hostname="mail.example.com",
            enable_SMTPUTF8=True,
            tls_context=None if implicit else context,
            auth_required="user" in o,
            auth_require_tls=context is not None and not implicit,
            authenticator=authenticate if "user" in o else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context if implicit else None)
    tell(port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
