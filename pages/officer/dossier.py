"""Everything an officer reads about one authorization, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch

from authorizations import access
from authorizations.acts import counts
from authorizations.models import Authorization, Receipt, Sale, Status
from oversight.access import flags_for
from oversight.models import Flag, FlagStep
from pages.deliveries import Delivery, deliveries
from pages.officer.deviation import Deviation, deviation
from pages.officer.timeline import Entry, Text, rule_title, timeline
from precursors.quantities import MICRO, Quantity, Unit, converted
from registry.access import events_for, licenses_for
from registry.actors import Actor
from registry.models import License
from registry.standing import shown_standing

HISTORY = 10


@dataclass(frozen=True)
class Story:
    """One sale: its first report, the one in force, what arrived, and what it counts at."""

    root: Sale
    current: Sale
    receipt: Receipt | None
    counted_kg: Decimal

    @property
    def is_corrected(self) -> bool:
        return self.root != self.current

    @property
    def awaits_agreement(self) -> bool:
        """The vendor's figure is lower than what is booked, until somebody agrees."""
        return bool(self.current.net_kg < self.counted_kg)


@dataclass(frozen=True)
class Noted:
    """A flag beside another."""

    flag: Flag
    rule: Text
    deviation: Deviation


@dataclass(frozen=True)
class Dealt:
    """Another authorization between the same two, with what it drew."""

    authorization: Authorization
    flags: list[Noted]


@dataclass(frozen=True)
class Papers:
    """One party's license, as it stands today."""

    license: License
    standing: str


@dataclass(frozen=True, kw_only=True)
class Dossier:
    authorization: Authorization
    stories: list[Story]
    sold: Quantity | None
    flags: list[Noted]
    entries: list[Entry]
    history: list[Dealt]
    buyer_papers: list[Papers]
    seller_papers: list[Papers]

    @property
    def may_revoke(self) -> bool:
        return self.authorization.status == Status.ISSUED

    @property
    def may_release(self) -> bool:
        ended = not self.authorization.is_live and self.authorization.released_at is None
        return ended and self.authorization.held_kg > 0


def dossier(authorization: Authorization, *, at: datetime, by: Actor) -> Dossier:
    """Gather what officers read of an authorization, other than the flag they came by."""
    sales = access.sales_for(by).filter(authorization=authorization)
    stories = [_story(delivery) for delivery in deliveries(sales)]
    flags = list(flags_for(by).filter(authorization=authorization).order_by("pk"))
    papers = _papers(authorization, at, by)
    return Dossier(
        authorization=authorization,
        stories=stories,
        sold=_sold(authorization, stories),
        flags=[_noted(flag) for flag in flags],
        entries=_entries(authorization, flags, by),
        history=_history(authorization, by),
        buyer_papers=[p for p in papers if p.license.organization == authorization.buyer],
        seller_papers=[p for p in papers if p.license.organization == authorization.seller],
    )


def _story(delivery: Delivery) -> Story:
    # What was never corrected has no lower figure that somebody could agree to.
    corrected = bool(delivery.reports)
    counted_kg = counts.counted_kg(delivery.first) if corrected else delivery.first.net_kg
    return Story(delivery.first, delivery.sale, delivery.receipt, counted_kg)


def _sold(authorization: Authorization, stories: list[Story]) -> Quantity | None:
    """The vendor's figures together: in the code's unit, or as mass where a sale was not in it."""
    sales = [story.current for story in stories if not story.current.is_void]
    unit = Unit(authorization.quantity_unit)
    if not sales:
        return None
    if any(sale.quantity.unit.dimension != unit.dimension for sale in sales):
        return Quantity(sum((sale.product_kg for sale in sales), Decimal(0)), Unit.KG)
    figures = (converted(sale.quantity, unit) for sale in sales)
    return Quantity(sum(figures, Decimal(0)).quantize(MICRO), unit)


def _entries(authorization: Authorization, flags: list[Flag], by: Actor) -> list[Entry]:
    events = events_for(by).filter(subject_kind="authorization", subject_id=authorization.pk)
    steps = FlagStep.objects.filter(flag__in=flags).select_related("flag", "user", "api_key")
    return timeline(events.order_by("sequence"), steps.order_by("pk"))


def _history(authorization: Authorization, by: Actor) -> list[Dealt]:
    """The other recent trade of the two parties, with its flags."""
    others = access.authorizations_for(by).filter(
        buyer=authorization.buyer, seller=authorization.seller
    )
    flags = Prefetch("flags", flags_for(by).order_by("pk"))
    latest = others.exclude(pk=authorization.pk).order_by("-pk").prefetch_related(flags)
    return [Dealt(each, [_noted(flag) for flag in each.flags.all()]) for each in latest[:HISTORY]]


def _noted(flag: Flag) -> Noted:
    return Noted(flag, rule_title(flag), deviation(flag.evidence))


def _papers(authorization: Authorization, at: datetime, by: Actor) -> list[Papers]:
    today = at.astimezone(by.jurisdiction.zone).date()
    licenses = licenses_for(by).filter(organization__in=authorization.parties)
    return [
        Papers(license, shown_standing(license, today))
        for license in licenses.order_by("-valid_from")
    ]
