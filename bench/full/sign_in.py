"""Signs an officer and the first buyer's manager in, and makes a key of the authority's.

Prints the sessions' keys and the secret as JSON.
"""

import json
import sys
import time

import django

django.setup()

from importlib import import_module  # noqa: E402  (models need the setup)

from allauth.account.internal.flows import login as notes  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402

from demo import people  # noqa: E402
from registry import operations  # noqa: E402
from registry.models import Membership, Organization, User  # noqa: E402
from registry.models.people import Role  # noqa: E402

SCOPES = ["registry:write", "trade:read", "flags:read", "flags:review", "events:read"]


def session(user: User) -> str:
    """The key of a session in which this person is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # As if they had just signed in with a passkey.
    proof = {"method": "mfa", "type": "webauthn", "passkey": True, "at": time.time()}
    store[notes.AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    store[notes._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    store.create()
    return str(store.session_key)


def signed_in(buyer_tax_id: str) -> dict[str, str]:
    member = Membership.objects.filter(role=Role.OFFICER).order_by("pk")[0]
    _key, secret = operations.issue_api_key(
        jurisdiction=member.jurisdiction, organization=None, name="Bench", scopes=SCOPES
    )
    buyer = Organization.objects.get(tax_id=buyer_tax_id)
    manager = people.join("m@bench.example", "Manager", Role.MANAGER, member.jurisdiction, buyer)
    assert manager.user
    return {"officer": session(member.user), "buyer": session(manager.user), "key": secret}


if __name__ == "__main__":
    json.dump(signed_in(sys.argv[1]), sys.stdout)
