"""The record of access: who came in, failed, or read what; and the alarms that follow.

Kept apart from the feed of events. Whoever writes into it says from where; the database says when.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils import timezone

from database.row_security import see_all_rows
from registry.addresses import clean_address, place_of
from registry.models import AccessEntry, Alarm, ApiKey, Membership, User
from registry.models.signing_in import AGENT_LENGTH, AccessKind, AlarmKind

log = structlog.get_logger("portal.access")
ALARM_AGAIN = timedelta(hours=1)  # the same one: a stranger must not fill anybody's mailbox


@dataclass(frozen=True)
class Visitor:
    """From where a request came, and in which session."""

    address: str | None = None
    agent: str = ""
    session: UUID | None = None

    @classmethod
    def at(cls, address: str, agent: str, session: UUID | None = None) -> "Visitor":
        printable = "".join(sign for sign in agent if sign.isprintable())
        return cls(clean_address(address), printable[:AGENT_LENGTH], session)

    @property
    def place(self) -> str:
        return place_of(self.address or "")


def note_access(
    kind: str,
    visitor: Visitor,
    *,
    user: User | None = None,
    api_key: ApiKey | None = None,
    jurisdiction_id: int | None = None,
    subject: str = "",
) -> None:
    """Add an entry. Without a jurisdiction, officers of every one see it."""
    entry = AccessEntry(
        jurisdiction_id=jurisdiction_id or jurisdiction_of(user),
        kind=kind,
        user=user,
        api_key=api_key,
        subject=subject[:100],
        address=visitor.address,
        place=visitor.place,
        session=visitor.session,
        agent=visitor.agent,
    )
    # Not by the ORM: it asks for the new row back, which a firm's session may not see.
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [getattr(entry, name) for name in COLUMNS])


COLUMNS = (
    "uuid",
    "jurisdiction_id",
    "kind",
    "user_id",
    "api_key_id",
    "subject",
    "address",
    "place",
    "session",
    "agent",
)
INSERT = f"""
INSERT INTO registry_accessentry ({", ".join(COLUMNS)})
VALUES (%s, %s, %s, %s, %s, %s, %s::inet, %s, %s, %s)
"""


def jurisdiction_of(user: User | None) -> int | None:
    """Where a person acts, or acted; None for an operator and for strangers."""
    if user is None:
        return None
    rows = Membership.objects.filter(user=user).order_by("-ended_at", "pk")
    found: int | None = rows.values_list("jurisdiction_id", flat=True).first()
    return found


def raise_alarm(
    kind: AlarmKind,
    visitor: Visitor,
    *,
    user: User | None = None,
    api_key: ApiKey | None = None,
) -> None:
    """Have the person and the operator told, unless they were in the last hour.

    The task registry.tasks.tell_alarms writes the letter: an answer takes as long for an account
    as for a name that is none.
    """
    now = timezone.now()
    same = Alarm.objects.filter(kind=kind, user=user, api_key=api_key, at__gt=now - ALARM_AGAIN)
    if (same if user or api_key else same.filter(address=visitor.address)).exists():
        return
    Alarm.objects.create(
        kind=kind,
        user=user,
        api_key=api_key,
        jurisdiction_id=api_key.jurisdiction_id if api_key else jurisdiction_of(user),
        address=visitor.address,
        at=now,
    )
    log.warning(
        "alarm",
        kind=str(kind),
        user=user.pk if user else None,
        key=api_key.prefix if api_key else None,
        address=visitor.address,
    )


def note_key_place(key: ApiKey, address: str) -> None:
    """Have it told that a key is used from a network that it was not used from before.

    `key` is as it was before this use: where it stays in its network, nothing is asked.
    """
    visitor, before = Visitor.at(address, ""), place_of(key.last_used_from or "")
    if not before or visitor.place in ("", before):
        return
    with transaction.atomic(), see_all_rows():
        known = AccessEntry.objects.filter(
            kind=AccessKind.KEY_PLACE, api_key=key, place__in=[before, visitor.place]
        )
        places = set(known.values_list("place", flat=True))
    if before not in places:  # the one of its first use
        _note_key(key, Visitor.at(key.last_used_from or "", ""))
    if visitor.place not in places:
        _note_key(key, visitor)
        raise_alarm(AlarmKind.KEY_PLACE, visitor, api_key=key)


def _note_key(key: ApiKey, visitor: Visitor) -> None:
    where = key.jurisdiction_id
    note_access(AccessKind.KEY_PLACE, visitor, api_key=key, jurisdiction_id=where)


def is_new_place(user: User, visitor: Visitor) -> bool:
    """Whether the person has signed in before, and never from this network."""
    if not visitor.place:
        return False
    with transaction.atomic(), see_all_rows(), connection.cursor() as cursor:
        cursor.execute(IS_NEW_PLACE, [visitor.place, user.pk])
        (is_new,) = cursor.fetchone()
    return bool(is_new)


IS_NEW_PLACE = """
SELECT count(*) > 0 AND NOT coalesce(bool_or(place = asked.here), false)
FROM registry_accessentry CROSS JOIN (VALUES (%s)) AS asked(here)
WHERE user_id = %s AND kind = 'signed_in' AND place <> ''
"""
