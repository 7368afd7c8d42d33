"""The bench's firms, as the database has them."""

from dataclasses import dataclass

from registry.actors import Actor
from registry.models import ApiKey, Organization, Permit, Site, Vehicle

BLOCK = "20998"  # every tax number of the bench begins like this


@dataclass(frozen=True)
class Firm:
    organization: Organization
    key: ApiKey
    site: Site
    vehicle: Vehicle
    permits: dict[int, Permit]  # by precursor

    @property
    def actor(self) -> Actor:
        return Actor.program(self.key)


def firms(activity: str) -> list[Firm]:
    """All that buy, or all that sell, in the order in which they were entered."""
    rows = Organization.objects.filter(tax_id__startswith=BLOCK, permits__activity=activity)
    rows = rows.select_related("jurisdiction").distinct().order_by("pk")
    keys = {key.organization_id: key for key in ApiKey.objects.select_related("jurisdiction")}
    sites = {site.organization_id: site for site in Site.objects.all()}
    vehicles = {vehicle.organization_id: vehicle for vehicle in Vehicle.objects.all()}
    permits: dict[int, dict[int, Permit]] = {row.pk: {} for row in rows}
    for permit in Permit.objects.filter(organization__in=rows):
        permits[permit.organization_id][permit.precursor_id] = permit
    return [
        Firm(row, _of(keys[row.pk], row), sites[row.pk], vehicles[row.pk], permits[row.pk])
        for row in rows
    ]


def _of(key: ApiKey, organization: Organization) -> ApiKey:
    key.organization = organization
    return key
