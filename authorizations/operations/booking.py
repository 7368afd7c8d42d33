"""Writes balances: on the authorization, then on its allowances in id order, last of all.

An allowance is one row changed by one UPDATE that also appends its ledger entry. Only an
admission adds a condition; a fact is booked whether or not it fits.
"""

from datetime import datetime
from decimal import Decimal

from django.db import connection

from authorizations.ledger import ZERO, Balances
from authorizations.models import Allowance, Authorization
from authorizations.periods import period_of
from registry.models import Organization, Permit
from registry.models.firms import Activity, Period

BOOK = """
WITH allowance AS (
    UPDATE authorizations_allowance SET
        reserved_kg = reserved_kg + %(reserved)s,
        held_kg = held_kg + %(held)s,
        consumed_kg = consumed_kg + %(consumed)s,
        overage_kg = overage_kg + %(overage)s,
        limit_kg = coalesce(%(limit)s, limit_kg)
    WHERE id = %(allowance)s AND (%(limit)s::numeric IS NULL
        OR reserved_kg + held_kg + consumed_kg + overage_kg + %(reserved)s <= %(limit)s)
    RETURNING id, limit_kg, reserved_kg + held_kg + consumed_kg + overage_kg AS used_kg
)
INSERT INTO authorizations_ledgerentry (jurisdiction_id, month, allowance_id, authorization_id,
    version, kind, reserved_kg, held_kg, consumed_kg, overage_kg,
    used_after_kg, limit_kg, recorded_at)
SELECT %(jurisdiction)s, date_trunc('month', %(at)s AT TIME ZONE 'UTC')::date, id,
    %(authorization)s, %(version)s, %(kind)s, %(reserved)s, %(held)s, %(consumed)s, %(overage)s,
    used_kg, limit_kg, %(at)s
FROM allowance
"""


def balances_of(authorization: Authorization) -> Balances:
    return Balances(
        authorization.reserved_kg,
        authorization.held_kg,
        authorization.consumed_kg,
        authorization.overage_kg,
    )


def set_balances(authorization: Authorization, balances: Balances) -> None:
    """Put balances on the instance; the verb saves it."""
    authorization.reserved_kg = balances.reserved
    authorization.held_kg = balances.held
    authorization.consumed_kg = balances.consumed
    authorization.overage_kg = balances.overage
    authorization.sold_kg = balances.sold


BALANCE_FIELDS = ["reserved_kg", "held_kg", "consumed_kg", "overage_kg", "sold_kg"]


def book(authorization: Authorization, change: Balances, *, kind: str, at: datetime) -> None:
    """Append a change to the ledger of each allowance concerned."""
    if change != Balances():
        for allowance_id in _allowance_ids(authorization):
            _book(authorization, allowance_id, change, kind=kind, at=at, limit=None)


def admit(authorization: Authorization, *, limits: dict[int, Decimal], at: datetime) -> bool:
    """Reserve the whole authorization where every limit allows it; the caller rolls back else."""
    change = Balances(reserved=authorization.net_kg)
    return all(
        _book(authorization, pk, change, kind="request", at=at, limit=limits[pk])
        for pk in _allowance_ids(authorization)
    )


def _allowance_ids(authorization: Authorization) -> list[int]:
    pair = (authorization.allowance_id, authorization.seller_allowance_id)
    return sorted(pk for pk in pair if pk is not None)


def _book(
    authorization: Authorization,
    allowance_id: int,
    change: Balances,
    *,
    kind: str,
    at: datetime,
    limit: Decimal | None,
) -> bool:
    values = {
        "reserved": change.reserved,
        "held": change.held,
        "consumed": change.consumed,
        "overage": change.overage,
        "limit": limit,
        "allowance": allowance_id,
        "authorization": authorization.pk,
        "jurisdiction": authorization.jurisdiction_id,
        "version": authorization.version,
        "kind": kind,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(BOOK, values)
        return bool(cursor.rowcount == 1)


def allowance_for(
    organization: Organization,
    permit: Permit | None,
    *,
    precursor_id: int,
    activity: Activity,
    at: datetime,
) -> Allowance:
    """Find or open the firm's allowance in the period of `at`; without a permit, one of zero."""
    day = at.astimezone(organization.jurisdiction.zone).date()
    start, end = period_of(day, permit.period if permit else Period.MONTH)
    allowance, _new = Allowance.objects.get_or_create(
        organization=organization,
        precursor_id=precursor_id,
        activity=activity,
        period_start=start,
        period_end=end,
        defaults={
            "jurisdiction": organization.jurisdiction,
            "limit_kg": permit.limit_kg if permit else ZERO,
        },
    )
    return allowance
