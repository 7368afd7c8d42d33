"""Verbs of sites, vehicles and drivers: add. More storage takes two people."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.quantities import Quantity
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.districts import require_likely
from registry.models import Driver, Organization, Proposal, Site, Vehicle
from registry.models.places import PAPER_LENGTH
from registry.plates import normal_plate, write_plate
from registry.proposals import Change, Draft, act, enter

ACT = "site.add"
OF_A_SITE = (
    "name",
    "address",
    "ubigeo",
    "latitude",
    "longitude",
    "storage_limit_value",
    "storage_limit_unit",
    "storage_limit_kg",
)


@transaction.atomic
def add_site(
    *,
    organization: Organization,
    name: str,
    address: str,
    ubigeo: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    storage_limit: Quantity | None = None,
    sure: bool = True,
    by: Actor,
) -> Site | Proposal:
    """Enter a place where a firm keeps or sells; the storage limit is a mass of product.

    One more where the firm's storage is limited, or was at a retired one, takes two people. Who
    is not `sure` of the position is asked where it is odd. Raises Refused: ubigeo_invalid,
    position_incomplete, position_invalid, position_doubtful, mass_required, quantity_too_large,
    quantity_too_small, blank, too_long, proposal_pending.
    """
    inputs.position(latitude, longitude)
    ubigeo = inputs.ubigeo(ubigeo)
    if not sure:
        require_likely(ubigeo, latitude, longitude, country=by.jurisdiction.country)
    now = clock.now()
    site = Site(
        jurisdiction=by.jurisdiction,
        organization=organization,
        name=inputs.text(name, field="name", at_most=200),
        address=inputs.text(address, field="address", at_most=300),
        ubigeo=ubigeo,
        latitude=latitude,
        longitude=longitude,
        created_at=now,
    )
    if storage_limit:
        site.storage_limit_kg = inputs.mass_kg(storage_limit, field="storage_limit")
        site.storage_limit_value = storage_limit.value
        site.storage_limit_unit = storage_limit.unit
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    limited = Site.objects.filter(organization=organization, storage_limit_kg__isnull=False)
    if limited.exists():
        entered: Site | Proposal = enter(_draft(site), by=by)
        return entered
    return _enter_site(site, now, by)


def _enter_site(site: Site, at: datetime, by: Actor) -> Site:
    site.save(force_insert=True)
    _record("site.added", site, at, {"name": site.name, "ubigeo": site.ubigeo}, by)
    return site


def _draft(site: Site) -> Draft:
    return Draft(
        act=ACT,
        subject=site.organization,
        about=site.name[:100],
        organization=site.organization,
        terms={name: _as_text(getattr(site, name)) for name in OF_A_SITE},
        before={},
        largest_kg=site.storage_limit_kg,
    )


def _as_text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else str(value)


def _lock_firm(proposal: Proposal) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)


def _changes(proposal: Proposal) -> Iterator[Change]:
    terms = proposal.terms
    limit, place = terms["storage_limit_kg"], (terms["latitude"], terms["longitude"])
    yield Change(_("Name"), "", terms["name"])
    yield Change(_("Address"), "", terms["address"])
    yield Change(_("Ubigeo"), "", terms["ubigeo"])
    yield Change(_("Position"), "", ", ".join(place) if all(place) else "")
    shown = f"{Decimal(limit):,} kg" if limit else text("no limit")
    yield Change(_("Storage limit"), "", shown)


@act(
    ACT,
    _("Add a site"),
    lock=_lock_firm,
    changes=_changes,
    heading=lambda proposal: str(proposal.terms["name"]),
)
def _add_proposed(
    proposal: Proposal, organization: Organization, *, at: datetime, by: Actor
) -> Site:
    fields: dict[str, Any] = {name: Site._meta.get_field(name) for name in OF_A_SITE}
    site = Site(
        jurisdiction=proposal.jurisdiction,
        organization=organization,
        proposal=proposal,
        created_at=at,
        **{name: field.to_python(proposal.terms[name]) for name, field in fields.items()},
    )
    return _enter_site(site, at, by)


@transaction.atomic
def add_vehicle(
    *,
    organization: Organization,
    plate: str,
    kind: str,
    capacity: Quantity | None = None,
    by: Actor,
) -> Vehicle:
    """Enter a vehicle by its plate.

    Raises Refused: plate_invalid, plate_taken, blank, too_long.
    """
    now = clock.now()
    vehicle = Vehicle(
        jurisdiction=by.jurisdiction,
        organization=organization,
        plate=normal_plate(plate),
        kind=inputs.text(kind, field="kind", at_most=50),
        capacity_value=capacity.value if capacity else None,
        capacity_unit=capacity.unit if capacity else "",
        created_at=now,
    )
    with refuse_on({"plate_is_unique_in_a_jurisdiction": _taken(vehicle.plate)}):
        vehicle.save(force_insert=True)
    _record("vehicle.added", vehicle, now, {"plate": vehicle.plate, "kind": vehicle.kind}, by)
    return vehicle


def _taken(plate: str) -> Refused:
    sentence = _("The vehicle %(plate)s is already in the register.")
    return Refused("plate_taken", sentence % {"plate": write_plate(plate)}, plate=plate)


@transaction.atomic
def add_driver(
    *, organization: Organization, name: str, document: str, license: str = "", by: Actor
) -> Driver:
    """Enter a firm's driver. Raises Refused: driver_exists, blank, too_long."""
    now = clock.now()
    driver = Driver(
        jurisdiction=by.jurisdiction,
        organization=organization,
        name=inputs.text(name, field="name", at_most=150),
        document=inputs.number(document, field="document", at_most=PAPER_LENGTH),
        license=inputs.optional_text(license, field="license", at_most=PAPER_LENGTH),
        created_at=now,
    )
    exists = Refused("driver_exists", _("The firm has already entered a driver of this document."))
    with refuse_on({"driver_is_declared_once": exists}):
        driver.save(force_insert=True)
    _record("driver.added", driver, now, {}, by)  # who it is stays out of events
    return driver


def _record(
    kind: str, row: Site | Vehicle | Driver, at: datetime, data: dict[str, Any], by: Actor
) -> None:
    events.record(kind, row, at=at, organizations=[row.organization_id], data=data, by=by)
