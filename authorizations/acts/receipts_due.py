"""Which sales await the buyer's receipt.

The oldest of an authorization is noted on it, so that the few are found without reading all
that a buyer ever bought.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from authorizations.models import Authorization, Receipt, Sale

__all__ = [
    "awaited_sales",
    "claimed_sales",
    "correctable_until",
    "due_at",
    "note_awaited",
    "note_first_awaited",
]


def awaited_sales() -> QuerySet[Sale]:
    """First reports of sales that are neither confirmed nor void."""
    voided = Sale.objects.filter(root=OuterRef("pk"), is_void=True, replaced_by=None)
    return Sale.objects.filter(~Exists(voided), root=None, receipts=None)


def claimed_sales() -> QuerySet[Sale]:
    """Reports in force of sales without a code that await an answer."""
    return Sale.objects.filter(authorization__claimed_kg__gt=0, replaced_by=None)


def due_at(sale: Sale) -> datetime:
    """When the receipt of a sale is overdue; `sale` is its first report."""
    return _since(sale) + timedelta(days=settings.RECEIPT_DUE_DAYS)


def correctable_until(receipt: Receipt) -> datetime:
    """Until when a receipt can be corrected; `receipt` is the first of its sale."""
    return receipt.recorded_at + timedelta(days=settings.RECEIPT_DUE_DAYS)


def note_awaited(authorization: Authorization, sale: Sale, *, awaits: bool) -> None:
    """Set `receipt_awaited_since`, counting `sale` or not. Saved by the verb.

    A claim awaits an answer, and no receipt: the buyer owes none for what it did not ask for.
    """
    if authorization.is_claim:
        return
    others = awaited_sales().filter(authorization=authorization.pk).exclude(pk=sale.pk)
    moments = [_since(other) for other in others] if authorization.receipt_awaited_since else []
    if awaits and not Receipt.objects.filter(sale=sale.pk).exists():
        moments.append(_since(sale))
    authorization.receipt_awaited_since = min(moments, default=None)


def note_first_awaited(authorization: Authorization, sale: Sale) -> None:
    """As `note_awaited`, of a sale's first report: nothing needs to be read."""
    before = authorization.receipt_awaited_since
    authorization.receipt_awaited_since = min(before or _since(sale), _since(sale))


def _since(sale: Sale) -> datetime:
    return max(sale.sold_at, sale.recorded_at)
