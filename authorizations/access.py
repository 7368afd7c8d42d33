"""Which rows somebody may see: the only way by which a page or an endpoint obtains one.

A vendor sees a code once its buyer has brought it: its lists omit the others, so that nobody
books diverted goods on a code that was never shown to it. A firm's key sees of its firm's trade
the side that it deals on, or both with `trade:read`.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet

from authorizations.models import Allowance, Authorization, MissedCodes, Sale
from registry.access import in_jurisdiction
from registry.actors import Actor
from registry.models import Event
from registry.models.people import Scope

Row = TypeVar("Row", bound=Model)
GUESSES_SHOWN_DAYS = 7
NONE = Q(pk__in=[])
# The scopes of a key that sees what its firm buys, and what it sells.
BUYING = (Scope.BUY, Scope.TRADE_READ)
SELLING = (Scope.SELL, Scope.TRADE_READ)
PARTIES = ("buyer", "seller", "product__precursor", "destination_site", "vehicle")


def authorizations_for(by: Actor) -> QuerySet[Authorization]:
    """The authority sees all of its jurisdiction, a firm what it buys and what it was shown."""
    rows = in_jurisdiction(Authorization.objects.select_related(*PARTIES), by)
    return rows if by.is_authority else rows.filter(_bought(by) | _shown(by))


def authorization_parts(by: Actor) -> list[QuerySet[Authorization]]:
    """The same rows in parts, each of which has an index: for lists."""
    if by.is_authority:
        return [authorizations_for(by)]
    return _parts(by, bought=purchases_for(by), sold=supplies_for(by))


def purchases_for(by: Actor) -> QuerySet[Authorization]:
    """What a firm buys, for its own history."""
    return in_jurisdiction(Authorization.objects.select_related(*PARTIES), by).filter(_bought(by))


def supplies_for(by: Actor) -> QuerySet[Authorization]:
    """What a firm has been shown as vendor."""
    return in_jurisdiction(Authorization.objects.select_related(*PARTIES), by).filter(_shown(by))


def sales_for(by: Actor) -> QuerySet[Sale]:
    """The authority sees every sale, a firm those it made and those made to it."""
    rows = _sales(by)
    return rows if by.is_authority else rows.filter(_bought(by) | _sold(by))


def sale_parts(by: Actor) -> list[QuerySet[Sale]]:
    """As `authorization_parts`, of sales."""
    rows = _sales(by)
    if by.is_authority:
        return [rows]
    return _parts(by, bought=rows.filter(_bought(by)), sold=rows.filter(_sold(by)))


def _sales(by: Actor) -> QuerySet[Sale]:
    related = ("authorization", "buyer", "seller", "product__precursor", "site", "root")
    return in_jurisdiction(Sale.objects.select_related(*related), by)


def allowances_for(by: Actor) -> QuerySet[Allowance]:
    """How much of each quota is taken: the authority sees all, a firm its own."""
    rows = in_jurisdiction(Allowance.objects.select_related("precursor"), by)
    return rows if by.is_authority else rows.filter(organization=by.organization)


def missed_codes_for(by: Actor, *, at: datetime) -> QuerySet[MissedCodes]:
    """Codes typed of late by firms whose they are not, beyond slips: the authority's alone."""
    rows = in_jurisdiction(MissedCodes.objects.select_related("organization"), by)
    lately = rows.alias(missed=F("unknown") + F("foreign")).filter(
        missed__gte=settings.LOOKUP_ALARM_MISSES,
        organization__isnull=False,
        last_at__gt=at - timedelta(days=GUESSES_SHOWN_DAYS),
    )
    return lately if by.is_authority else rows.none()


def events_of(authorization: Authorization) -> QuerySet[Event]:
    """What happened to an authorization that was obtained here, the newest first."""
    return Event.objects.filter(
        subject_kind="authorization", subject_id=authorization.pk
    ).order_by("-sequence")


def _parts(by: Actor, *, bought: QuerySet[Row], sold: QuerySet[Row]) -> list[QuerySet[Row]]:
    """Those that are not empty anyway, or one of them."""
    sides = ((BUYING, bought), (SELLING, sold))
    return [rows for scopes, rows in sides if by.holds(*scopes)] or [bought]


def _bought(by: Actor) -> Q:
    return Q(buyer=by.organization) if by.holds(*BUYING) else NONE


def _sold(by: Actor) -> Q:
    return Q(seller=by.organization) if by.holds(*SELLING) else NONE


def _shown(by: Actor) -> Q:
    return _sold(by) & Q(looked_up_at__isnull=False)
