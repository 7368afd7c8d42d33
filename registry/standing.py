"""What a firm may do at a moment, now or in the past."""

from datetime import date, datetime

from django.db.models import DateField, DateTimeField, F, Func, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from precursors.models import Precursor
from registry.models import License, LicenseStep, Organization, Permit
from registry.models.firms import PermitState, Standing


class LocalDay(Func):
    """The calendar day of a moment in a time zone: (zone, moment)."""

    function = "timezone"
    template = "(%(function)s(%(expressions)s))::date"
    output_field = DateField()


def license_in_force(organization: Organization, *, at: datetime) -> License | None:
    """Give the license that was in force at a moment, by the local day and as it stood then.

    One query. Before its first step, a license that was entered late stood as it was granted.
    """
    moment = Value(at, output_field=DateTimeField())
    steps = LicenseStep.objects.filter(license=OuterRef("pk"), at__lte=at).order_by("-sequence")
    return (
        License.objects.filter(organization=organization)
        .annotate(
            day=LocalDay(F("jurisdiction__time_zone"), moment),
            stood=Coalesce(Subquery(steps.values("standing")[:1]), Value(Standing.IN_FORCE)),
        )
        .filter(valid_from__lte=F("day"), valid_to__gte=F("day"), stood=Standing.IN_FORCE)
        .order_by("-valid_from", "-pk")
        .first()
    )


def permit_in_force(license: License, precursor: Precursor, activity: str) -> Permit | None:
    """Give what a license permits with a precursor, if anything."""
    return Permit.objects.filter(
        license=license, precursor=precursor, activity=activity, state=PermitState.IN_FORCE
    ).first()


def shown_standing(license: License, today: date) -> str:
    """Give a license's standing as it is shown on a day: `lapsed` and `not_begun` too."""
    if license.standing != Standing.IN_FORCE:
        return license.standing
    if license.valid_to < today:
        return "lapsed"
    return license.standing if license.valid_from <= today else "not_begun"


def firms_permit(
    organization: Organization, precursor: Precursor, activity: str, *, at: datetime
) -> Permit | None:
    """Give what a firm's license, if one is in force, permits with a precursor."""
    license = license_in_force(organization, at=at)
    return permit_in_force(license, precursor, activity) if license else None
