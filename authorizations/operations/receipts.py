"""The buyer's receipt: what arrived of a sale, told once and corrected for some days."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations.acts import counts, receipts_due
from authorizations.acts.act import require_buyer
from authorizations.acts.locks import lock_settled
from authorizations.acts.reports import EARLIEST_YEAR
from authorizations.models import Authorization, Receipt, Sale
from authorizations.models.sales import NOTHING_ARRIVED
from precursors import signs
from precursors.errors import Refused
from precursors.quantities import Quantity, Unit
from registry.actors import Actor
from registry.inputs import given_reason


@transaction.atomic
def confirm_receipt(
    sale: Sale,
    *,
    received_at: datetime,
    quantity: Quantity | None,
    outcome: str,
    reasons: list[str] | None = None,
    remarks: str = "",
    unit: str = Unit.KG,
    by: Actor,
) -> Receipt:
    """Record what was accepted of a sale; `quantity` is None when nothing was, in `unit`.

    Raises Refused: not_the_buyer, receipt_exists, received_ahead_of_time, received_too_long_ago,
    received_before_sale, quantity_missing, quantity_not_expected, density_unknown, net_is_zero.
    """
    require_buyer(sale.authorization, by)
    authorization, at = lock_settled(sale.authorization)
    root = sale.root_or_self
    if Receipt.objects.filter(sale=root).exists():
        raise Refused("receipt_exists", _("The receipt of this sale has been confirmed already."))
    _check(root, received_at, quantity, outcome, at)
    receipt = _receipt(authorization, root, quantity, unit, by)
    receipt.received_at, receipt.recorded_at = received_at, at
    receipt.outcome, receipt.reasons = outcome, reasons or []
    receipt.remarks = signs.tidy(remarks, lines=True)
    receipts_due.note_awaited(authorization, root, awaits=False)
    _record(receipt, "received", by)
    return receipt


@transaction.atomic
def correct_receipt(
    sale: Sale,
    *,
    received_at: datetime,
    quantity: Quantity | None,
    outcome: str,
    reasons: list[str] | None = None,
    remarks: str = "",
    unit: str = Unit.KG,
    reason: str,
    by: Actor,
) -> Receipt:
    """Replace the receipt of a sale by a new one, within RECEIPT_DUE_DAYS of the first.

    What counts falls by it only to what the vendor says itself. Raises Refused:
    receipt_not_given, receipt_final, no_reason, and what `confirm_receipt` raises.
    """
    require_buyer(sale.authorization, by)
    authorization, at = lock_settled(sale.authorization)
    root, reason = sale.root_or_self, given_reason(reason)
    replaces = _correctable(root, at)
    _check(root, received_at, quantity, outcome, at)
    receipt = _receipt(authorization, root, quantity, unit, by)
    receipt.received_at, receipt.recorded_at = received_at, at
    receipt.outcome, receipt.reasons = outcome, reasons or []
    receipt.remarks = signs.tidy(remarks, lines=True)
    receipt.replaces, receipt.reason = replaces, reason
    _record(receipt, "receipt_corrected", by)
    return receipt


def _correctable(root: Sale, at: datetime) -> Receipt:
    """The receipt in force, while it may be corrected."""
    receipts = list(root.receipts.order_by("version"))
    if not receipts:
        raise Refused("receipt_not_given", _("This sale has no receipt yet."))
    if at > receipts_due.correctable_until(receipts[0]):
        raise Refused(
            "receipt_final",
            _("A receipt can be corrected for %(days)s days. Tell the authority instead.")
            % {"days": settings.RECEIPT_DUE_DAYS},
        )
    return receipts[-1]


def _record(receipt: Receipt, kind: str, by: Actor) -> None:
    counts.change_counted(
        receipt.authorization,
        counts.rise_kg(receipt.sale, counts.step_of(receipt)),
        kind=kind,
        at=receipt.recorded_at,
        report=receipt,
        data=_event_data(receipt),
        by=by,
    )


def _receipt(
    authorization: Authorization, root: Sale, quantity: Quantity | None, unit: str, by: Actor
) -> Receipt:
    """The row of a receipt, of the product that the vendor's report in force names."""
    product = counts.in_force(root).product
    return Receipt(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        sale=root,
        quantity_value=quantity.value if quantity else Decimal(0),
        quantity_unit=quantity.unit if quantity else unit,
        product_kg=product.product_kg(quantity) if quantity else Decimal(0),
        net_kg=product.net_kg(quantity) if quantity else Decimal(0),
        recorded_by=by.user,
        api_key=by.api_key,
    )


def _check(
    root: Sale, received_at: datetime, quantity: Quantity | None, outcome: str, at: datetime
) -> None:
    if received_at > at + timedelta(minutes=settings.CLOCK_AHEAD_MINUTES):
        raise Refused(
            "received_ahead_of_time",
            _("The time of the receipt is still to come."),
            field="received_at",
        )
    if received_at.year < EARLIEST_YEAR:
        raise Refused(
            "received_too_long_ago",
            _("Check the year of the receipt: it is too long ago."),
            field="received_at",
        )
    if received_at + timedelta(minutes=settings.CLOCK_AHEAD_MINUTES) < _earliest_claim(root):
        raise Refused(
            "received_before_sale",
            _("Check the time of the receipt: it is before the sale."),
            field="received_at",
        )
    if quantity is None and outcome not in NOTHING_ARRIVED:
        raise Refused("quantity_missing", _("State how much was accepted."), field="quantity")
    if quantity is not None and outcome in NOTHING_ARRIVED:
        raise Refused(
            "quantity_not_expected",
            _("A quantity is accepted only when something arrived."),
            field="quantity",
        )


def _earliest_claim(root: Sale) -> datetime:
    """The earliest time the vendor ever gave: a wrong later one must not silence the buyer."""
    return min([root.sold_at, *root.reports.values_list("sold_at", flat=True)])


def _event_data(receipt: Receipt) -> dict[str, str]:
    return {
        "sale": str(receipt.sale.uuid),
        "outcome": receipt.outcome,
        "quantity": str(receipt.quantity_value),
        "unit": receipt.quantity_unit,
        **({"reason": receipt.reason} if receipt.reason else {}),
    }
