"""How tests sign people in: as surely as anybody must, a moment ago, unless the test says else.

`Client.force_login` does so everywhere (see tests/conftest.py).
"""

import time

from allauth.account.internal.flows import login as notes
from django.test import Client

from pages.account.assurance import PASSKEY_MARK, Level
from registry.models import User

NOTES = {
    Level.PASSWORD: {"method": "password"},
    Level.SECOND_STEP: {"method": "mfa", "type": "totp"},
    Level.PASSKEY: {"method": "mfa", "type": "webauthn", PASSKEY_MARK: True},
}
force_login = Client.force_login


def sign_in(
    client: Client, user: User, level: Level = Level.PASSKEY, *, ago_s: float = 0
) -> Client:
    """Begin a session in which that much was proved, so many seconds ago."""
    force_login(client, User.objects.get(pk=user.pk))  # their sessions may have been ended since
    if level:
        prove(client, user, level, ago_s=ago_s)
    return client


def prove(client: Client, user: User, level: Level, *, ago_s: float = 0) -> None:
    """As if the person had proved themselves so in this session, and in no other way."""
    session = client.session
    note = NOTES[level] | {"at": time.time() - ago_s, "reauthenticated": True}
    session[notes.AUTHENTICATION_METHODS_SESSION_KEY] = [note]
    session[notes._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def assured(client: Client, user: User, backend: str | None = None) -> None:
    """What stands in for `Client.force_login`."""
    sign_in(client, user)
