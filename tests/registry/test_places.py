"""Sites, vehicles and drivers."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from precursors.errors import Refused
from precursors.quantities import quantity
from registry import operations
from registry.actors import Actor
from registry.models import Driver, Event, Jurisdiction, Organization, Site, Vehicle
from registry.plates import normal_plate
from tests.registry.refusals import refused

LIMA = {"latitude": Decimal("-12.046374"), "longitude": Decimal("-77.042793")}


def add_site(buyer: Organization, by: Actor, **values: Any) -> Site:
    given = {"name": "Plant", "address": "Av. Uno 1"} | values
    return operations.add_site(organization=buyer, by=by, **given)


def test_a_site_is_entered_with_place_and_limit(buyer: Organization, regulator: Actor) -> None:
    site = add_site(buyer, regulator, ubigeo="150101", storage_limit=quantity("2.5", "t"), **LIMA)
    site.refresh_from_db()
    assert (site.storage_limit_kg, site.storage_limit_unit) == (2500, "t")
    assert site.latitude == LIMA["latitude"]
    assert Event.objects.get(kind="site.added").data == {"name": "Plant", "ubigeo": "150101"}


@pytest.mark.parametrize("ubigeo", ["000101", "260101", "15010", "1501011", "15O101", "١٥٠١٠١"])
def test_a_ubigeo_of_no_department_is_refused(buyer, regulator, ubigeo: str) -> None:  # type: ignore[no-untyped-def]
    with refused("ubigeo_invalid", "ubigeo"):
        add_site(buyer, regulator, ubigeo=ubigeo)


def test_the_first_and_the_last_department_will_do(buyer: Organization, regulator: Actor) -> None:
    for ubigeo in ("010101", "250401"):
        add_site(buyer, regulator, ubigeo=ubigeo)


@pytest.mark.parametrize(
    "case",
    [
        ("1", None, "position_incomplete", "longitude"),
        (None, "1", "position_incomplete", "latitude"),
        ("90.000001", "1", "position_invalid", "latitude"),
        ("1", "-180.000001", "position_invalid", "longitude"),
        ("1.0000001", "1", "position_invalid", "latitude"),
        ("NaN", "1", "position_invalid", "latitude"),
        ("1", "Infinity", "position_invalid", "longitude"),
    ],
)
def test_half_a_position_or_none_on_earth_is_refused(
    buyer: Organization, regulator: Actor, case: tuple[str | None, str | None, str, str]
) -> None:
    latitude, longitude = (text and Decimal(text) for text in case[:2])
    with refused(*case[2:]):
        add_site(buyer, regulator, latitude=latitude, longitude=longitude)


def test_not_even_sql_keeps_half_a_position(buyer: Organization, regulator: Actor) -> None:
    add_site(buyer, regulator, **LIMA)
    with pytest.raises(IntegrityError, match="site_lies_on_earth"), transaction.atomic():
        connection.cursor().execute("UPDATE registry_site SET latitude = NULL")


def test_a_storage_limit_by_volume_is_refused(buyer: Organization, regulator: Actor) -> None:
    with refused("mass_required", "storage_limit"):
        add_site(buyer, regulator, storage_limit=quantity("10", "m3"))


# Vehicles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["abc-123", " ABC 123", "AbC–123", "abc.123"])
def test_a_plate_is_the_same_however_it_is_typed(text: str) -> None:
    assert normal_plate(text) == "ABC123"


@pytest.mark.parametrize(
    "text", ["", "AB", "A" * 16, "ÑBC123", "ABC_123", "ABC\x00123", "ＡＢＣ１"]
)
def test_what_is_no_plate_is_refused(text: str) -> None:
    with refused("plate_invalid", "plate"):
        normal_plate(text)


def test_a_plate_is_entered_once(
    buyer: Organization, rival: Organization, regulator: Actor, sandbox: Jurisdiction
) -> None:
    tank = quantity("30", "m3")
    truck = operations.add_vehicle(
        organization=buyer, plate="abc-123", kind="Tank truck", capacity=tank, by=regulator
    )
    assert (truck.plate, truck.capacity_value, truck.capacity_unit) == ("ABC123", 30, "m3")
    with refused("plate_taken"):
        operations.add_vehicle(organization=rival, plate="ABC 123", kind="Truck", by=regulator)
    assert Vehicle.objects.count() == 1


# Drivers -------------------------------------------------------------------------------------


def test_a_driver_is_entered_once_and_stays_out_of_events(
    buyer: Organization, regulator: Actor
) -> None:
    def add() -> Driver:
        return operations.add_driver(
            organization=buyer, name="Ana Ríos", document="44556677", license="Q1", by=regulator
        )

    add()
    with refused("driver_exists"):
        add()
    assert Event.objects.get(kind="driver.added").data == {}


def test_a_driver_needs_a_document(buyer: Organization, regulator: Actor) -> None:
    with pytest.raises(Refused, match="empty"):
        operations.add_driver(organization=buyer, name="Ana", document=" ", by=regulator)
