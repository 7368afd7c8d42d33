"""Finds the allowances on which an authorization is booked, or opens them."""

from collections.abc import Iterable
from datetime import datetime

from authorizations.eligibility.dealers import Permitted
from authorizations.ledger import ZERO
from authorizations.models import Authorization
from database.row_security import see_all_rows
from database.statements import Statement
from registry.models import Organization, Permit
from registry.models.firms import Activity, Period
from registry.periods import period_of

# All three periods of the day, always in the same order, so that two who open never wait for each
# other.
OPENED = Statement("""
WITH opened AS (
    INSERT INTO authorizations_allowance (jurisdiction_id, organization_id, precursor_id, activity,
        period_start, period_end, limit_kg, reserved_kg, held_kg, consumed_kg, overage_kg)
    SELECT %(jurisdiction)s::bigint, %(organization)s::bigint, %(precursor)s::bigint,
        %(activity)s::text, period_start, period_end,
        CASE WHEN period_start = %(start)s::date AND period_end = %(end)s::date
            THEN %(limit_kg)s::numeric ELSE 0 END, 0, 0, 0, 0
    FROM portal_periods(%(at)s::timestamptz, %(zone)s) ORDER BY period_end - period_start
    ON CONFLICT (organization_id, precursor_id, activity, period_start, period_end) DO NOTHING
    RETURNING id, limit_kg, period_start, period_end
)
SELECT id, limit_kg FROM opened WHERE period_start = %(start)s AND period_end = %(end)s
""")
FOUND = Statement("""
SELECT id, limit_kg FROM authorizations_allowance
WHERE organization_id = %(organization)s AND precursor_id = %(precursor)s
    AND activity = %(activity)s AND period_start = %(start)s AND period_end = %(end)s
""")
# Where only other periods were booked by, it has no limit of its own yet.
LIMITED = Statement("""
UPDATE authorizations_allowance SET limit_kg = %(limit_kg)s WHERE id = %(id)s AND limit_kg = 0
RETURNING id
""")
# As `share` of an act's statement locks them, for several authorizations at once.
LOCKED = Statement("""
SELECT allowance.id FROM authorizations_allowance allowance
WHERE EXISTS (
    SELECT FROM authorizations_authorization code
    JOIN authorizations_allowance own ON own.id IN (code.allowance_id, code.seller_allowance_id)
    JOIN registry_jurisdiction place ON place.id = code.jurisdiction_id
    WHERE code.id = ANY(%(authorizations)s::bigint[])
        AND (own.organization_id, own.precursor_id, own.activity)
            = (allowance.organization_id, allowance.precursor_id, allowance.activity)
        AND (code.requested_at AT TIME ZONE place.time_zone)::date
            BETWEEN allowance.period_start AND allowance.period_end)
ORDER BY allowance.id FOR NO KEY UPDATE OF allowance
""")


def allowance_for(
    organization: Organization,
    permit: Permit | Permitted | None,
    *,
    precursor_id: int,
    activity: Activity,
    at: datetime,
    admits: bool = False,
) -> int:
    """Find or open the firm's allowance in the period of `at`; without a permit, one of zero.

    `admits`: an admission follows, which sets the limit itself.
    """
    zone = organization.jurisdiction.zone
    start, end = period_of(at.astimezone(zone).date(), permit.period if permit else Period.MONTH)
    key = {
        "organization": organization.pk,
        "precursor": precursor_id,
        "activity": activity.value,
        "start": start,
        "end": end,
        "jurisdiction": organization.jurisdiction_id,
        "limit_kg": permit.limit_kg if permit else ZERO,
        "at": at,
        "zone": zone.key,
    }
    with see_all_rows():  # the other party's, too
        ((pk, limit_kg),) = OPENED.rows(key) or FOUND.rows(key)
        if not (limit_kg or admits) and permit:
            LIMITED.rows(key | {"id": pk})
    return int(pk)


def attach_vendor(authorization: Authorization, permit: Permit | Permitted | None) -> int:
    """Let a request that waited without the vendor's quota take it, in the period of the request.

    The act that follows books all of it there. Returns the allowance.
    """
    authorization.seller_permit_id = permit.id if permit else None
    authorization.seller_allowance_id = pk = allowance_for(
        authorization.seller,
        permit,
        precursor_id=authorization.precursor_id,
        activity=Activity.SELL,
        at=authorization.requested_at,
        admits=authorization.sold_kg == 0,
    )
    authorization.takes_vendors_quota = True
    return pk


def lock_allowances(authorizations: Iterable[Authorization]) -> None:
    """Lock every allowance that acts on these would change, in the order in which acts do it."""
    with see_all_rows():
        LOCKED.rows({"authorizations": [authorization.pk for authorization in authorizations]})
