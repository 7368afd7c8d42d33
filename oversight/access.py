"""Which flags somebody may see."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from oversight.models import Flag
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


def traded_for(by: Actor, rows: QuerySet[Row], authorization: str) -> QuerySet[Row]:
    """Leave of trade what a key may read: with `trade:read` all, else what a flag is about.

    `authorization` is the look-up by which a row belongs to one. Firms have no part in this.
    """
    if not by.is_authority or by.holds(Scope.TRADE_READ):
        return rows
    return rows.filter(**{f"{authorization}__in": flags_for(by).values("authorization")})
