"""Which flags somebody may see."""

from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet

from oversight.models import Flag, FlagState
from registry.access import in_jurisdiction
from registry.actors import Actor
from registry.models.people import Scope

Row = TypeVar("Row", bound=Model)


def flags_for(by: Actor) -> QuerySet[Flag]:
    """Flags are the authority's alone: neither party sees one before it is asked."""
    rows = in_jurisdiction(
        Flag.objects.select_related("authorization", "buyer", "seller", "sale"), by
    )
    return rows if by.is_authority else rows.none()


def waiting_for_officers(by: Actor) -> QuerySet[Flag]:
    """The flags for which no second can be drawn: there are too few officers."""
    return flags_for(by).filter(state=FlagState.AWAITING_SECOND, second__isnull=True)


def sees_drawn(flag: Flag, drawn: int | None, by: Actor) -> bool:
    """Whether somebody may know that an officer was drawn for a flag.

    Until it ends nobody but the drawn one: an officer whose name is known can be leaned on. One
    visitor of the demo is all officers, and must know whose button to press.
    """
    mine = by.user is not None and drawn == by.user.pk
    return flag.is_ended or mine or bool(settings.DEMO_MODE)


def traded_for(by: Actor, rows: QuerySet[Row], authorization: str) -> QuerySet[Row]:
    """Leave of trade what a key may read: with `trade:read` all, else what a flag is about.

    `authorization` is the look-up by which a row belongs to one. Firms have no part in this.
    """
    if not by.is_authority or by.holds(Scope.TRADE_READ):
        return rows
    return rows.filter(**{f"{authorization}__in": flags_for(by).values("authorization")})
