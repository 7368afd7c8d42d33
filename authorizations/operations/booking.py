"""The balances of an authorization and of the allowances it is booked on.

An allowance is one row changed by one conditional UPDATE that also appends its ledger entry.
Only an admission sets the condition; a fact is booked whether or not it fits.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from authorizations.ledger import ZERO, Balances
from authorizations.models import Authorization
from authorizations.operations.dealers import Permitted
from database.statements import Statement
from registry.models import Organization, Permit
from registry.models.firms import Activity, Period
from registry.periods import period_of

# Parts of the statement that writes an act (see acting). Allowances are locked in the order of
# their ids, as every verb does, so that two acts never wait for each other.
TAKEN = """
share AS MATERIALIZED (
    SELECT allowance.id, asked.limit_kg
    FROM unnest(%(allowances)s::bigint[], %(limits)s::numeric[]) AS asked (id, limit_kg)
    JOIN authorizations_allowance allowance USING (id)
    ORDER BY allowance.id FOR NO KEY UPDATE OF allowance
),
taken AS (
    UPDATE authorizations_allowance allowance SET
        reserved_kg = reserved_kg + %(reserved)s::numeric,
        held_kg = held_kg + %(held)s::numeric,
        consumed_kg = consumed_kg + %(consumed)s::numeric,
        overage_kg = overage_kg + %(overage)s::numeric,
        limit_kg = coalesce(share.limit_kg, allowance.limit_kg)
    FROM share
    WHERE allowance.id = share.id AND (share.limit_kg IS NULL
        OR reserved_kg + held_kg + consumed_kg + overage_kg + %(reserved)s::numeric
            <= share.limit_kg)
    RETURNING allowance.id, allowance.limit_kg,
        reserved_kg + held_kg + consumed_kg + overage_kg AS used_kg
)
"""
ENTERED = """
INSERT INTO authorizations_ledgerentry (jurisdiction_id, month, allowance_id, authorization_id,
    version, kind, reserved_kg, held_kg, consumed_kg, overage_kg,
    used_after_kg, limit_kg, recorded_at)
SELECT %(jurisdiction)s, date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'UTC')::date,
    taken.id, subject.id, %(version)s::int, %(kind)s, %(reserved)s::numeric, %(held)s::numeric,
    %(consumed)s::numeric, %(overage)s::numeric, taken.used_kg, taken.limit_kg,
    %(at)s::timestamptz
FROM taken, subject
"""

OPENED = Statement("""
INSERT INTO authorizations_allowance (jurisdiction_id, organization_id, precursor_id, activity,
    period_start, period_end, limit_kg, reserved_kg, held_kg, consumed_kg, overage_kg)
VALUES (%(jurisdiction)s, %(organization)s, %(precursor)s, %(activity)s, %(start)s, %(end)s,
    %(limit_kg)s, 0, 0, 0, 0)
ON CONFLICT (organization_id, precursor_id, activity, period_start, period_end) DO NOTHING
RETURNING id
""")
FOUND = Statement("""
SELECT id FROM authorizations_allowance
WHERE organization_id = %(organization)s AND precursor_id = %(precursor)s
    AND activity = %(activity)s AND period_start = %(start)s AND period_end = %(end)s
""")


def parameters(
    authorization: Authorization, change: Balances, limits: Mapping[int, Decimal]
) -> dict[str, Any]:
    """What TAKEN and ENTERED take; no allowance is touched where nothing changes."""
    pair = (authorization.allowance_id, authorization.seller_allowance_id)
    allowances = [pk for pk in pair if pk is not None and change != Balances()]
    return {
        "allowances": allowances,
        "limits": [limits.get(pk) for pk in allowances],
        "reserved": change.reserved,
        "held": change.held,
        "consumed": change.consumed,
        "overage": change.overage,
    }


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


def allowance_for(
    organization: Organization,
    permit: Permit | Permitted | None,
    *,
    precursor_id: int,
    activity: Activity,
    at: datetime,
) -> int:
    """Find or open the firm's allowance in the period of `at`; without a permit, one of zero."""
    day = at.astimezone(organization.jurisdiction.zone).date()
    start, end = period_of(day, permit.period if permit else Period.MONTH)
    key = {
        "organization": organization.pk,
        "precursor": precursor_id,
        "activity": activity.value,
        "start": start,
        "end": end,
        "jurisdiction": organization.jurisdiction_id,
        "limit_kg": permit.limit_kg if permit else ZERO,
    }
    ((pk,),) = OPENED.rows(key) or FOUND.rows(key)
    return int(pk)
