"""How long a session lasts, and that it ends at once where somebody has ended it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from database.sessions import ENDS_AT, IDLE_S
from pages.account.visitors import PERSON_SESSION, session_uuid, visitor_of
from registry import operations
from registry.models import Membership, PersonSession, User

MINUTE, HOUR = 60, 60 * 60


def begin_session(request: HttpRequest, user: User, memberships: Sequence[Membership]) -> None:
    """Note a sign-in, and how long it lasts."""
    _set_limits(request, user, memberships, begun_at=timezone.now())
    visitor = visitor_of(request)
    ends_at = timezone.now() + timedelta(seconds=request.session.get_expiry_age())
    begun = operations.begin_session(user, visitor, ends_at=ends_at)
    request.session[PERSON_SESSION] = str(begun.uuid)


def session_lives(request: HttpRequest, user: User) -> Exists:
    """Whether nobody has ended this session: a column for a query that is made anyway."""
    return Exists(_own(request).filter(user=user, ended_at=None))


def keep_session(request: HttpRequest, memberships: Sequence[Membership]) -> bool:
    """Renew the session as its person may; where somebody has ended it, make them a stranger."""
    user = cast(User, request.user)
    uuid = session_uuid(request)
    if uuid is None:  # from before sessions were noted
        begin_session(request, user, memberships)
        return True
    if not _lives(request, user, memberships):
        request.session.flush()
        request.user = AnonymousUser()
        return False
    is_renewed = request.session.modified  # its engine says so once a minute
    _set_limits(request, user, memberships)
    if is_renewed:
        _touch(request)
    return True


def _lives(request: HttpRequest, user: User, memberships: Sequence[Membership]) -> bool:
    if memberships:
        return bool(memberships[0].session_lives)  # type: ignore[attr-defined]  # annotated
    return _own(request).filter(user=user, ended_at=None).exists()


def _own(request: HttpRequest) -> QuerySet[PersonSession]:
    uuid = session_uuid(request)
    return PersonSession.objects.filter(uuid__in=[uuid] if uuid else [])


def _touch(request: HttpRequest) -> None:
    now = timezone.now()
    ends_at = now + timedelta(seconds=request.session.get_expiry_age())
    _own(request).update(seen_at=now, ends_at=ends_at)


def _set_limits(
    request: HttpRequest,
    user: User,
    memberships: Sequence[Membership],
    begun_at: datetime | None = None,
) -> None:
    """Write into the session how long it may idle, and when it ends whatever is done.

    An officer's ends sooner: what it opens is worth more, and nobody stands at a counter. Who
    belongs to nobody is held to the same.
    """
    is_firm = bool(memberships) and not user.is_superuser
    if any(each.is_authority for each in memberships):
        is_firm = False
    idle_s = MINUTE * (settings.FIRM_IDLE_MINUTES if is_firm else settings.OFFICER_IDLE_MINUTES)
    hours = settings.FIRM_SESSION_HOURS if is_firm else settings.OFFICER_SESSION_HOURS
    session = request.session
    if begun_at is None and session.get(IDLE_S) == idle_s:
        return
    begun = begun_at or timezone.now()
    latest = begun.timestamp() + HOUR * hours
    session[IDLE_S] = idle_s
    # Who turns from one to the other during a session does not begin it anew.
    session[ENDS_AT] = latest if begun_at else min(latest, session.get(ENDS_AT, latest))
