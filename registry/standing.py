"""What a firm may do at a moment, now or in the past."""

from datetime import date, datetime

from database.row_security import see_all_rows
from precursors.models import Precursor
from registry.models import License, Organization, Permit
from registry.models.firms import PermitState, Standing

# The license of {organization} in force at %(at)s, by the local day and the standing at that time.
# Before its first step, a license that was entered late counts as in force.
LICENSE_IN_FORCE = """
SELECT license.*
FROM registry_license license
JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = license.jurisdiction_id
WHERE license.organization_id = {organization}
    AND (%(at)s::timestamptz AT TIME ZONE jurisdiction.time_zone)::date
        BETWEEN license.valid_from AND license.valid_to
    AND coalesce((SELECT step.standing FROM registry_licensestep step
        WHERE step.license_id = license.id AND step.at <= %(at)s::timestamptz
        ORDER BY step.sequence DESC LIMIT 1), 'in_force') = 'in_force'
ORDER BY license.valid_from DESC, license.id DESC LIMIT 1
"""


def license_in_force(organization: Organization, *, at: datetime) -> License | None:
    """Return the license that was in force at a moment, or None. One query."""
    sql = LICENSE_IN_FORCE.format(organization="%(organization)s")
    with see_all_rows():  # the other party's, too
        found = License.objects.raw(sql, {"organization": organization.pk, "at": at})
        return next(iter(found), None)


def permit_in_force(license: License, precursor: Precursor, activity: str) -> Permit | None:
    """Return the permit in force of a license for an activity with a precursor, or None."""
    with see_all_rows():  # the other party's, too
        return Permit.objects.filter(
            license=license, precursor=precursor, activity=activity, state=PermitState.IN_FORCE
        ).first()


def shown_standing(license: License, today: date) -> str:
    """Return a license's standing on a day as it is shown: also `lapsed` and `not_begun`."""
    if license.standing != Standing.IN_FORCE:
        return license.standing
    if license.valid_to < today:
        return "lapsed"
    return license.standing if license.valid_from <= today else "not_begun"


def firms_permit(
    organization: Organization, precursor: Precursor, activity: str, *, at: datetime
) -> Permit | None:
    """Return the permit in force of the firm's license in force at a moment, or None."""
    license = license_in_force(organization, at=at)
    return permit_in_force(license, precursor, activity) if license else None
