"""What a sale counts at, from all that was reported of it, and what follows when that changes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from authorizations import ledger
from authorizations.acts.act import Due, write_change
from authorizations.acts.quotas import attach_vendor
from authorizations.ledger import Balances
from authorizations.models import Agreement, Authorization, Receipt, Sale, Status
from authorizations.models.sales import NOTHING_ARRIVED
from registry.actors import Actor
from registry.events import NewEvent
from registry.models import Permit
from registry.models.firms import Activity
from registry.standing import firms_permit
from rules.claims import fold_claim
from rules.count import SaleStep, Word, count_sale


def counted_kg(root: Sale) -> Decimal:
    """Net kg the sale counts at now; `root` is its first report."""
    return count_sale(steps_of(root))


def rise_kg(root: Sale, step: SaleStep) -> Decimal:
    """By how many net kg the sale counts at more, or less, once this step is added."""
    steps = steps_of(root)
    return count_sale([*steps, step]) - count_sale(steps)


def steps_of(root: Sale) -> list[SaleStep]:
    """Reports, receipt and agreements of a sale, by the version that each made."""
    steps = [(root.version, SaleStep(Word.REPORTED, root.net_kg))]
    steps += [(r.version, SaleStep(Word.REPORTED, r.net_kg)) for r in root.reports.all()]
    steps += [(r.version, step_of(r)) for r in Receipt.objects.filter(sale=root)]
    steps += [(a.version, _agreed_step(a)) for a in root.agreements.all()]
    return [step for _version, step in sorted(steps, key=lambda pair: pair[0])]


def step_of(receipt: Receipt) -> SaleStep:
    """A receipt as a step: a figure, or that nothing arrived."""
    if receipt.outcome in NOTHING_ARRIVED:
        return SaleStep(Word.NOTHING_ARRIVED)
    return SaleStep(Word.RECEIVED, receipt.net_kg)


def _agreed_step(agreement: Agreement) -> SaleStep:
    return SaleStep(Word.CONFIRMED if agreement.confirms_claim else Word.AGREED)


def in_force(root: Sale) -> Sale:
    """The report of a sale that no other replaces."""
    return root.reports.order_by("-version").first() or root


def is_confirmable(authorization: Authorization, head: Sale) -> bool:
    """Whether less is debited to the buyer than the vendor reports in force, without a code."""
    return bool(authorization.is_claim and head.net_kg > authorization.overage_kg)


def change_counted(
    authorization: Authorization,
    rise: Decimal,
    *,
    kind: str,
    at: datetime,
    report: Model,
    complete: bool = False,
    data: dict[str, Any] | None = None,
    due: Sequence[Due] = (),
    before: Sequence[NewEvent] = (),
    by: Actor,
) -> None:
    """Book that the counted figure rose (or fell) by so many net kg, and close what is used up."""
    if rise and not authorization.seller_allowance_id and authorization.code:
        attach_vendor(authorization, _vendors_permit(authorization, at))
    balances = _booked(authorization, rise, report)
    if complete and not authorization.declared_at:
        authorization.declared_at = at
    write_change(
        authorization,
        kind,
        at=at,
        balances=_close_if_done(authorization, balances, at),
        data=data,
        report=report,
        due=due,
        before=before,
        by=by,
    )


def _vendors_permit(authorization: Authorization, at: datetime) -> Permit | None:
    seller, precursor = authorization.seller, authorization.product.precursor
    return firms_permit(seller, precursor, Activity.SELL, at=at)


def _booked(authorization: Authorization, rise: Decimal, report: Model) -> Balances:
    if authorization.is_claim:
        claim = fold_claim(_steps_with(report))
        sold = authorization.balances.sold + rise
        return ledger.claim_changed(sold=sold, vouched=claim.vouched, claimed=claim.claimed)
    return ledger.sold_changed(
        authorization.balances,
        authorized=authorization.net_kg,
        by=rise,
        live=authorization.is_live,
        settled=bool(authorization.declared_at or authorization.released_at),
    )


def _steps_with(report: Model) -> list[SaleStep]:
    """The steps of a sale with that of a report which is not written yet."""
    if isinstance(report, Sale):
        before = steps_of(report.root) if report.root else []
        return [*before, SaleStep(Word.REPORTED, report.net_kg)]
    assert isinstance(report, Receipt | Agreement)
    step = step_of(report) if isinstance(report, Receipt) else _agreed_step(report)
    return [*steps_of(report.sale), step]


def _close_if_done(authorization: Authorization, balances: Balances, at: datetime) -> Balances:
    """Close an issued code that is used up or declared complete. Returns its balances."""
    declared = authorization.declared_at is not None
    if authorization.status == Status.ISSUED and (declared or not balances.reserved):
        authorization.end(Status.CLOSED, at=at)
    return ledger.freed(balances) if declared and not authorization.is_live else balances
