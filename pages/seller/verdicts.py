"""May goods be handed over against this code now? One word for the counter's page."""

from datetime import datetime
from enum import StrEnum

from authorizations.models import Authorization, Status
from registry.standing import license_in_force


class Verdict(StrEnum):
    """Sell, or why not. The sentences stand in the template."""

    SELL = "sell"
    PENDING = "pending"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"
    COMPLETE = "complete"
    BUYER_NOT_LICENSED = "buyer_not_licensed"
    SELLER_NOT_LICENSED = "seller_not_licensed"


def verdict(authorization: Authorization, *, at: datetime) -> Verdict:
    """Judge a code as it stands at a moment, by its state, its time and both licenses."""
    status = authorization.status_at(at)
    if status == Status.CLOSED:
        used_up = authorization.sold_kg >= authorization.net_kg
        return Verdict.USED_UP if used_up else Verdict.COMPLETE
    if status != Status.ISSUED:
        return Verdict(status.value)
    if license_in_force(authorization.buyer, at=at) is None:
        return Verdict.BUYER_NOT_LICENSED
    if license_in_force(authorization.seller, at=at) is None:
        return Verdict.SELLER_NOT_LICENSED
    return Verdict.SELL
