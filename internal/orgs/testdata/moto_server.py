"""Runs moto's server; arguments are moto_server's.

moto knows Detective among the services that work with organizations, but not
among those that have delegated administrators. AWS has it in both lists:
https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-detective.html
"""

import sys

from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess
from moto.server import main

PRINCIPAL = "detective.amazonaws.com"

assert PRINCIPAL in FakeServiceAccess.TRUSTED_SERVICES
if PRINCIPAL not in FakeDelegatedAdministrator.SUPPORTED_SERVICES:
    FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(PRINCIPAL)
main(sys.argv[1:])
