"""The second officer of a flag is drawn, chosen by nobody, from two others at least.

Where there are fewer the flag waits: of one who could be drawn everybody knows who it will be.
"""

import secrets
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from oversight.acts.steps import add_step
from oversight.models import Flag, FlagState, StepKind
from registry.actors import Actor
from registry.models import Jurisdiction, Membership, User
from registry.models.people import Role
from registry.second_officer import officers_apart

DRAWN_FROM_MIN = 2


def may_be_drawn(flag: Flag) -> QuerySet[User]:
    """The authority's officers who may end what was proposed.

    Not the first, nor whom the first made an officer, nor who is, or lately was, of a firm that it
    is about.
    """
    firms = [firm for firm in (flag.buyer_id, flag.seller_id) if firm is not None]
    return officers_apart(flag.jurisdiction_id, first_of(flag), *firms)


def first_of(flag: Flag) -> int | None:
    """For whom the proposer counts: a key counts as its sponsor."""
    return flag.proposed_key.sponsor_id if flag.proposed_key else flag.proposed_by_id


def are_enough(flag: Flag) -> bool:
    """Whether a second can be drawn."""
    return may_be_drawn(flag)[:DRAWN_FROM_MIN].count() == DRAWN_FROM_MIN


def without_second(jurisdiction: Jurisdiction | None = None) -> QuerySet[Flag]:
    """The flags that wait for a second whom nobody is: none was drawn, or the drawn one left."""
    there = Membership.objects.filter(
        jurisdiction=OuterRef("jurisdiction"),
        user=OuterRef("second"),
        user__is_active=True,
        role=Role.OFFICER,
        ended_at=None,
    )
    waiting = Flag.objects.filter(~Exists(there), state=FlagState.AWAITING_SECOND)
    return waiting if jurisdiction is None else waiting.filter(jurisdiction=jurisdiction)


def draw(flag: Flag, at: datetime) -> None:
    """Draw the second of a locked flag, or record that there are too few to draw from."""
    pool = list(may_be_drawn(flag))
    flag.second = secrets.choice(pool) if len(pool) >= DRAWN_FROM_MIN else None
    flag.save(update_fields=["second"])
    drawn: dict[str, object] = {"officer": flag.second.pk if flag.second else None}
    add_step(flag, StepKind.DRAWN, at=at, data=drawn, by=Actor.portal(flag.jurisdiction))


def redraw(flag: Flag, at: datetime) -> bool:
    """Draw another in the place of one who left, or the first for whom it waits; whether it did.

    The flag is locked. One who is there stays drawn: nobody is drawn by trying again.
    """
    if flag.state != FlagState.AWAITING_SECOND:
        return False
    if flag.second_id is not None and may_be_drawn(flag).filter(pk=flag.second_id).exists():
        return False
    if flag.second_id is None and not are_enough(flag):
        return False
    draw(flag, at)
    return True
