"""How buyer and vendor stand at a moment: licenses, permits, quotas, what is open. One read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from authorizations.eligibility.discretion import told_kg
from authorizations.ledger import ZERO, Balances
from authorizations.models import Authorization
from database.row_security import see_all_rows
from database.statements import Statement
from precursors.models import Product
from registry.models import Organization, Site
from registry.models.firms import Activity
from registry.standing import LICENSE_IN_FORCE

AUTOMATIC_WINDOW = timedelta(days=7)

# The first row is the buyer's, the second the vendor's, with what the buyer itself has of the
# vendor's quota. What the buyer has open is on both.
DEALERS = Statement(f"""
WITH side (turn, activity, organization_id) AS (
    VALUES (1, %(activity)s, %(buyer)s::bigint), (2, 'sell', %(seller)s::bigint)
),
open_code AS (
    SELECT count(*) AS codes, coalesce(sum(product_kg)
        FILTER (WHERE destination_site_id = %(site)s::bigint), 0) AS coming_kg
    FROM authorizations_authorization
    WHERE buyer_id = %(buyer)s::bigint AND status IN ('pending', 'issued')
        AND id <> %(pending)s::bigint
),
recent AS (
    SELECT coalesce(sum(net_kg), 0) AS issued_kg FROM authorizations_authorization
    WHERE buyer_id = %(buyer)s::bigint AND precursor_id = %(precursor)s::bigint
        AND issued_at > %(recent)s::timestamptz
),
overdue AS (
    SELECT coalesce(min(receipt_awaited_since) <= %(receipts)s::timestamptz, false) AS receipts
    FROM authorizations_authorization WHERE buyer_id = %(buyer)s::bigint
)
SELECT license.valid_to, permit.id, permit.limit_kg, permit.automatic_limit_kg, permit.period,
    allowance.id, allowance.reserved_kg, allowance.held_kg, allowance.consumed_kg,
    allowance.overage_kg, allowance.claimed_kg, mine.kg, open_code.codes, open_code.coming_kg,
    recent.issued_kg, overdue.receipts
FROM side
CROSS JOIN open_code CROSS JOIN recent CROSS JOIN overdue
LEFT JOIN LATERAL ({LICENSE_IN_FORCE.format(organization="side.organization_id")}) license
    ON true
LEFT JOIN registry_permit permit ON permit.license_id = license.id
    AND permit.precursor_id = %(precursor)s::bigint
    AND permit.activity = side.activity AND permit.state = 'in_force'
LEFT JOIN LATERAL (
    SELECT date_trunc(permit.period, %(day)s::timestamp)::date AS first,
        CASE permit.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END AS months,
        %(on)s::timestamptz
            - (%(day)s::timestamp - date_trunc(permit.period, %(day)s::timestamp)) AS begun
) period ON true
LEFT JOIN authorizations_allowance allowance
    ON allowance.organization_id = side.organization_id
    AND allowance.precursor_id = %(precursor)s::bigint AND allowance.activity = side.activity
    AND allowance.period_start = period.first
    AND allowance.period_end = (period.first + make_interval(months => months))::date - 1
LEFT JOIN LATERAL (
    SELECT coalesce(sum(reserved_kg + held_kg + sold_kg), 0) AS kg
    FROM authorizations_authorization code
    WHERE side.turn = 2 AND buyer_id = %(buyer)s::bigint AND seller_id = side.organization_id
        AND code.precursor_id = %(precursor)s::bigint AND seller_allowance_id IS NOT NULL
        AND (issued_at >= period.begun OR status = 'pending') AND requested_at >= period.begun
) mine ON true
ORDER BY side.turn
""")


@dataclass(frozen=True)
class Permitted:
    """What a license in force lets a firm do with one precursor."""

    id: int
    limit_kg: Decimal
    automatic_limit_kg: Decimal | None
    period: str


@dataclass(frozen=True)
class Dealer:
    """One side of a purchase."""

    licensed_to: date | None = None  # the last day; None: no license in force
    permit: Permitted | None = None
    allowance_id: int | None = None  # None: nothing was booked in this period yet
    balances: Balances = field(default_factory=Balances)
    buyers_kg: Decimal = ZERO  # of a vendor's: what the buyer who asks has taken of it

    @property
    def surely_left_kg(self) -> Decimal:
        """What may be told of a vendor's quota without telling how much it leaves."""
        limit_kg = self.permit.limit_kg if self.permit else ZERO
        return told_kg(limit_kg, self.balances.used - self.buyers_kg)

    @property
    def left_kg(self) -> Decimal:
        """Net kg that the quota leaves in this period; less than zero when overdrawn."""
        return self.permit.limit_kg - self.balances.used if self.permit else ZERO


@dataclass(frozen=True)
class Dealers:
    """Both sides, and what the buyer has under way."""

    buyer: Dealer
    seller: Dealer
    open_codes: int
    coming_kg: Decimal  # product mass on its way to the site
    issued_lately_kg: Decimal  # net kg of this substance, in the last 7 days
    receipts_overdue: bool


def dealers(
    buyer: Organization,
    seller: Organization | None,
    product: Product | None,
    *,
    site: Site | None,
    pending: Authorization | None,
    at: datetime,
) -> Dealers:
    """Read both sides as they stand, without the pending request that is being checked.

    Without a product, what is the same for all of them. Quotas are those of the period in which
    the request is, or would be, made.
    """
    asked_at = pending.requested_at if pending else at
    asked = {
        "activity": Activity.BUY.value,
        "buyer": buyer.pk,
        "seller": seller.pk if seller else None,
        "precursor": product.precursor_id if product else None,
        "site": site.pk if site else None,
        "pending": pending.pk if pending else 0,
        "at": at,
        "on": asked_at,
        "day": asked_at.astimezone(buyer.jurisdiction.zone).replace(tzinfo=None),
        "recent": at - AUTOMATIC_WINDOW,
        "receipts": at - timedelta(days=settings.RECEIPT_DUE_DAYS),
    }
    with see_all_rows():  # one party asks about both
        rows = DEALERS.rows(asked)
    of_buyer, of_seller = (_dealer(row[:12]) for row in rows)
    return Dealers(of_buyer, of_seller, *rows[0][12:])


def _dealer(values: Sequence[Any]) -> Dealer:
    licensed_to, permit, limit_kg, automatic_limit_kg, period, allowance, *balances, mine = values
    return Dealer(
        licensed_to,
        Permitted(permit, limit_kg, automatic_limit_kg, period) if permit else None,
        allowance,
        Balances(*balances) if allowance else Balances(),
        mine,
    )
