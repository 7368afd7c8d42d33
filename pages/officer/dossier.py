"""Everything an officer reads about one authorization, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from authorizations import access
from authorizations.acts import counts
from authorizations.models import Authorization, Status
from oversight.access import flags_for
from oversight.models import Flag, FlagStep
from pages.deliveries import Delivery, deliveries, total
from pages.officer.deviation import Deviation, deviation
from pages.officer.timeline import Entry, Text, rule_title, timeline
from precursors.quantities import Quantity
from registry.access import events_for, licenses_for
from registry.actors import Actor
from registry.models import License
from registry.standing import shown_standing

HISTORY = 10


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
    deliveries: list[Delivery]
    booked: Quantity | None  # all that counts as sold
    claimed: Quantity | None  # the vendor's figures of now together
    flags: list[Noted]
    entries: list[Entry]
    history: list[Dealt]
    buyer_papers: list[Papers]
    seller_papers: list[Papers]

    @property
    def is_confirmable(self) -> bool:
        """Whether a sale without a code is not debited to the buyer, or not whole."""
        heads = (each.sale for each in self.deliveries)
        return any(counts.is_confirmable(self.authorization, head) for head in heads)

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
    sold = deliveries(sales)
    flags = list(flags_for(by).filter(authorization=authorization).order_by("pk"))
    papers = _papers(authorization, at, by)
    return Dossier(
        authorization=authorization,
        deliveries=sold,
        booked=total(each.booked for each in sold),
        claimed=total(each.claimed for each in sold),
        flags=[_noted(flag) for flag in flags],
        entries=_entries(authorization, flags, by),
        history=_history(authorization, by),
        buyer_papers=[p for p in papers if p.license.organization == authorization.buyer],
        seller_papers=[p for p in papers if p.license.organization == authorization.seller],
    )


def _entries(authorization: Authorization, flags: list[Flag], by: Actor) -> list[Entry]:
    events = events_for(by).filter(subject_kind="authorization", subject_id=authorization.pk)
    steps = FlagStep.objects.filter(flag__in=flags).select_related("flag", "user", "api_key")
    return timeline(events.order_by("sequence"), steps.order_by("pk"), by)


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
