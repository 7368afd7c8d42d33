"""Verbs of sessions: they begin with a sign-in, and end by time, by oneself or by another."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from registry import access_log
from registry.access_log import Visitor
from registry.actors import Actor
from registry.models import KnownDevice, PersonSession, User
from registry.models.signing_in import AccessKind, AlarmKind


def begin_session(user: User, visitor: Visitor, *, ends_at: datetime) -> PersonSession:
    """Note that a session has begun."""
    now = timezone.now()
    return PersonSession.objects.create(
        user=user,
        begun_at=now,
        seen_at=now,
        ends_at=ends_at,
        address=visitor.address,
        agent=visitor.agent,
    )


def live_sessions_of(user: User) -> QuerySet[PersonSession]:
    """The sessions that still open something, the last used first."""
    rows = PersonSession.objects.filter(user=user, ended_at=None, ends_at__gt=timezone.now())
    return rows.order_by("-seen_at", "-pk")


def end_session(session: PersonSession, visitor: Visitor, *, by: User) -> None:
    """End one of one's own sessions at once."""
    if _end(PersonSession.objects.filter(pk=session.pk, user=by)):
        _note(by, visitor, "1")


def end_other_sessions(user: User, visitor: Visitor, *, but: UUID | None) -> None:
    """End one's own sessions, except the one (if any) in which this is asked."""
    ended = _end(PersonSession.objects.filter(user=user).exclude(uuid__in=[but] if but else []))
    if ended:
        _note(user, visitor, str(ended))


@transaction.atomic
def sign_out_person(user: User, visitor: Visitor, *, by: Actor) -> None:
    """End all sessions of another person, and forget their devices; they are told by letter.

    The caller has found the person among those whom `by` may manage.
    """
    ended = _end(PersonSession.objects.filter(user=user))
    KnownDevice.objects.filter(user=user).delete()
    if by.user:
        subject = f"person {user.pk}: {ended}"
        kind, where = AccessKind.SESSIONS_ENDED, by.jurisdiction.pk
        access_log.note_access(kind, visitor, user=by.user, jurisdiction_id=where, subject=subject)
    access_log.raise_alarm(AlarmKind.SESSIONS_ENDED, Visitor(), user=user)


def _end(sessions: QuerySet[PersonSession]) -> int:
    return sessions.filter(ended_at=None).update(ended_at=timezone.now())


def _note(user: User, visitor: Visitor, subject: str) -> None:
    access_log.note_access(AccessKind.SESSIONS_ENDED, visitor, user=user, subject=subject)
