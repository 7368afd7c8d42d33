"""Finds the allowance on which an authorization is booked, or opens it."""

from datetime import datetime

from authorizations.eligibility.dealers import Permitted
from authorizations.ledger import ZERO
from database.statements import Statement
from registry.models import Organization, Permit
from registry.models.firms import Activity, Period
from registry.periods import period_of

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
