"""Which sales await the buyer's word on what arrived.

The oldest of an authorization is noted on it, so that nobody reads all a buyer ever bought to
find the few.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from authorizations.models import Authorization, Receipt, Sale

__all__ = ["awaited", "due_at", "note", "note_first"]


def awaited() -> QuerySet[Sale]:
    """First reports of sales that nobody has confirmed and whose report is no void."""
    voided = Sale.objects.filter(root=OuterRef("pk"), is_void=True, replaced_by=None)
    return Sale.objects.filter(~Exists(voided), root=None, receipt=None)


def due_at(sale: Sale) -> datetime:
    """When the receipt of a sale is overdue; `sale` is its first report."""
    return _since(sale) + timedelta(days=settings.RECEIPT_DUE_DAYS)


def note(authorization: Authorization, sale: Sale, *, awaits: bool) -> None:
    """Put the oldest on the instance, `sale` among them or not; the verb writes it."""
    others = awaited().filter(authorization=authorization.pk).exclude(pk=sale.pk)
    moments = [_since(other) for other in others] if authorization.receipt_awaited_since else []
    if awaits and not Receipt.objects.filter(sale=sale.pk).exists():
        moments.append(_since(sale))
    authorization.receipt_awaited_since = min(moments, default=None)


def note_first(authorization: Authorization, sale: Sale) -> None:
    """As `note`, of a sale that is reported for the first time: nothing needs to be read."""
    before = authorization.receipt_awaited_since
    authorization.receipt_awaited_since = min(before or _since(sale), _since(sale))


def _since(sale: Sale) -> datetime:
    return max(sale.sold_at, sale.recorded_at)
