"""How surely the portal knows who sits before a session, and how surely it must.

django-allauth notes in the session each proof that somebody gave, and when. Only these notes are
believed: that a person has a factor proves nothing of who uses their password.
"""

import time
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest

from registry.http import portal_request
from registry.models import Membership, User

PASSKEY_MARK = "passkey"  # in an authenticator's data, and in the session's note of its use


class Level(IntEnum):
    """What was proved, the weakest first."""

    NOTHING = 0
    PASSWORD = 1
    SECOND_STEP = 2  # a code of an app, a recovery code, or a key that is no passkey
    PASSKEY = 3  # a key that has itself made sure of the person, by a PIN, a finger or a face


OF_FIRMS = {
    "password": Level.PASSWORD,
    "totp": Level.SECOND_STEP,
    "passkey": Level.PASSKEY,
}


def is_demo(request: HttpRequest) -> bool:
    """Whether a button of the demo signed the person in: they have no password and no factor."""
    return bool(settings.DEMO_MODE) and "demo_role" in request.session


def proven_level(request: HttpRequest, *, within_s: float | None = None) -> Level:
    """What was proved in this session; with `within_s`, what was proved so short a time ago."""
    notes = get_authentication_records(request, request.user)
    since = 0 if within_s is None else time.time() - within_s
    return max((_level(note) for note in notes if note["at"] >= since), default=Level.NOTHING)


def _level(note: dict[str, Any]) -> Level:
    if note.get("method") != "mfa":
        return Level.PASSWORD
    return Level.PASSKEY if note.get(PASSKEY_MARK) else Level.SECOND_STEP


def needed_level(user: User, memberships: Iterable[Membership]) -> Level:
    """What must be proved before any page is shown, whomever the person acts for at the moment."""
    if settings.DEMO_MODE:
        return Level.NOTHING
    memberships = list(memberships)
    if user.is_superuser or any(each.is_authority for each in memberships):
        return Level.PASSKEY
    return OF_FIRMS[settings.FIRM_FACTOR] if memberships else Level.PASSWORD


def needed_of(request: HttpRequest) -> Level:
    """As `needed_level`, of who is signed in."""
    user = cast(User, request.user)
    return needed_level(user, portal_request(request).memberships)


def factors_of(user: User | OuterRef) -> QuerySet[Authenticator]:
    """What somebody has beside a password; recovery codes only stand in for these."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return rows.exclude(type=Authenticator.Type.RECOVERY_CODES)


def held_levels(user: User) -> set[Level]:
    """What the person has the means to prove besides a password."""
    return {level_of(each) for each in Authenticator.objects.filter(user=user)}


def level_of(factor: Authenticator) -> Level:
    return Level.PASSKEY if is_passkey(factor) else Level.SECOND_STEP


def is_passkey(factor: Authenticator) -> bool:
    """Whether it was registered to sign in with nothing else.

    The mark is the server's own: what a browser says of a key (`credProps`) proves nothing.
    """
    return factor.type == Authenticator.Type.WEBAUTHN and bool(factor.data.get(PASSKEY_MARK))


def fresh_level(request: HttpRequest) -> Level:
    """What counts as a fresh proof: the best of what the person has, as far as it is needed."""
    held = held_levels(cast(User, request.user))
    if settings.DEMO_MODE and not held:
        return Level.NOTHING
    best = max(held | {Level.PASSWORD})
    return min(best, max(needed_of(request), Level.SECOND_STEP))


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proved a moment ago who they are."""
    if is_demo(request):
        return True
    return proven_level(request, within_s=settings.STEP_UP_MINUTES * 60) >= fresh_level(request)
