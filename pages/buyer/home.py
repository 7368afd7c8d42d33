"""The buyer's home: license, quotas, codes, and the one thing to do next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from authorizations.access import allowances_for, purchases_for
from authorizations.acts import receipts_due
from authorizations.ledger import ZERO
from authorizations.models import Authorization, Sale
from authorizations.models.authorization import LIVE
from pages.show import show
from registry import clock
from registry.access import licenses_for, permits_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import License, Permit
from registry.models.firms import Activity, PermitState
from registry.periods import end_of_day, period_of, working_days_after
from registry.standing import license_in_force, shown_standing


@dataclass(frozen=True)
class Quota:
    """What a permit leaves in its current period, in net kg."""

    permit: Permit
    used_kg: Decimal  # overage included
    reserved_kg: Decimal  # held included
    claimed_kg: Decimal  # takes nothing of it
    ends: date

    @property
    def renews(self) -> date:
        return self.ends + timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A receipt that is to be confirmed."""

    first: Sale
    sale: Sale  # its report in force
    at: datetime
    overdue: bool


def buyer_home(request: HttpRequest, *, sells: bool) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    assert by.organization
    license = license_in_force(by.organization, at=at)
    today = at.astimezone(by.jurisdiction.zone).date()
    return show(
        request,
        "buyer/home.html",
        license=license,
        lapsed=None if license else _last_license(by, today),
        renew=license is not None and _ends_soon(license, by, at),
        quotas=_quotas(license, by, today) if license else [],
        codes=_live(by, at),
        due=awaited_receipts(by, at=at),
        claims=_claims(by),
        sells=sells,
    )


def _last_license(by: Actor, today: date) -> License | None:
    license = licenses_for(by).order_by("-valid_from", "-pk").first()
    if license:
        license.shown = shown_standing(license, today)  # type: ignore[attr-defined]
    return license


def _ends_soon(license: License, by: Actor, at: datetime) -> bool:
    """Renewals are filed in the last working days before the end."""
    zone = by.jurisdiction.zone
    soon = working_days_after(at, settings.LICENSE_REMINDER_WORKING_DAYS, zone)
    return end_of_day(license.valid_to, zone) <= soon


def _quotas(license: License, by: Actor, today: date) -> list[Quota]:
    permits = permits_for(by).filter(
        license=license, activity=Activity.BUY, state=PermitState.IN_FORCE
    )
    current = allowances_for(by).filter(
        activity=Activity.BUY, period_start__lte=today, period_end__gte=today
    )
    taken = {(row.precursor_id, row.period_start, row.period_end): row for row in current}
    quotas = []
    for permit in sorted(permits, key=lambda permit: permit.precursor.name):
        start, end = period_of(today, permit.period)
        row = taken.get((permit.precursor_id, start, end))
        used = row.consumed_kg + row.overage_kg if row else ZERO
        reserved = row.reserved_kg + row.held_kg if row else ZERO
        quotas.append(Quota(permit, used, reserved, row.claimed_kg if row else ZERO, end))
    return quotas


def _live(by: Actor, at: datetime) -> list[Authorization]:
    """Open codes, the one that ends first at the top; none whose time is over."""
    rows = purchases_for(by).filter(status__in=LIVE)
    live = [row for row in rows if row.status_at(at) in LIVE]
    return sorted(live, key=lambda row: row.ends_at)


def awaited_receipts(by: Actor, *, at: datetime) -> list[Due]:
    """Every receipt to be confirmed, overdue or not, the one due first at the top."""
    assert by.organization
    sales = receipts_due.awaited_sales().filter(
        authorization__buyer=by.organization, authorization__receipt_awaited_since__isnull=False
    )
    firsts = list(sales.select_related("authorization", "seller", "product"))
    latest = Sale.objects.filter(root__in=firsts, replaced_by=None).select_related("product")
    in_force = {sale.root_id: sale for sale in latest}
    ends = ((sale, receipts_due.due_at(sale)) for sale in firsts)
    found = (Due(sale, in_force.get(sale.pk, sale), end, end <= at) for sale, end in ends)
    return sorted(found, key=lambda due: due.at)


def awaits_answer(by: Actor) -> bool:
    """Whether a vendor reported a sale without a code to the firm, which may never have bought."""
    return purchases_for(by).filter(claimed_kg__gt=0).exists()


def _claims(by: Actor) -> list[Sale]:
    """Sales without a code that await an answer, the oldest first."""
    claims = list(purchases_for(by).filter(claimed_kg__gt=0).values_list("pk", flat=True))
    if not claims:
        return []
    claimed = receipts_due.claimed_sales().filter(authorization__in=claims)
    return list(claimed.select_related("seller", "product", "authorization").order_by("pk"))
