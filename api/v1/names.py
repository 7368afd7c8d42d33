"""How programs name rows: as people write it, looked up as it is stored."""

from typing import Any

from api.bodies import Text, as_uuid
from registry import access
from registry.actors import Actor
from registry.inputs import number_spellings
from registry.models import License, Organization, Site, Vehicle
from registry.plates import compact_plate
from registry.tax_numbers import looked_up


def organization_named(by: Actor, tax_id: str) -> Organization | None:
    """Find a firm, of whichever side, by its tax number."""
    return access.partners_for(by).filter(tax_id=_number(by, tax_id)).first()


def organization_as_named(by: Actor, tax_id: str) -> Organization:
    """The name alone, for a verb that finds everything named at once; as the functions below."""
    return Organization(jurisdiction=by.jurisdiction, tax_id=_number(by, tax_id))


def _number(by: Actor, tax_id: str) -> str:
    return looked_up(tax_id, home=by.jurisdiction.country)


def own_site_named(by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return access.sites_for(by).filter(uuid=uuid).first() if uuid else None


def own_site_as_named(by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return Site(organization=by.organization, uuid=uuid) if uuid else None


def site_as_named(_by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return Site(uuid=uuid) if uuid else None


def vehicle_as_named(by: Actor, plate: str) -> Vehicle:
    return Vehicle(jurisdiction=by.jurisdiction, plate=compact_plate(plate))


def license_named(by: Actor, number: str) -> License | None:
    return access.licenses_for(by).filter(number__in=number_spellings(number)).first()


class FirmNamed(Text):
    """A firm's tax number."""

    def to_internal_value(self, data: Any) -> str:
        home = self.context["by"].jurisdiction.country
        return looked_up(super().to_internal_value(data), home=home)


class LicenseNamed(Text):
    """A license's number, in each spelling that it may be stored in."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        return number_spellings(super().to_internal_value(data))

    def run_validators(self, value: Any) -> None:
        """Those of a text would not fit a list of them."""
