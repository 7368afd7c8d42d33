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
from registry.plates import PLATE_LENGTH, normal_plate, told_plates, write_plate
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


@pytest.mark.parametrize(
    "text",
    [
        *("abc-123", " ABC 123", "AbC–123", "abc.123", "ABC·123", "ABC•123", "ABC ‑ 123"),
        *("ＡＢＣ－１２３", "A\u200bBC\u00ad123\ufeff", "Placa: ABC-123", "(ABC-123)"),
    ],
)
def test_a_plate_is_the_same_however_it_is_typed(text: str) -> None:
    assert normal_plate(text) == "ABC123"


@pytest.mark.parametrize(
    "text",
    [
        *("", "AB", "A1" * 8, "ÑBC123", "ABC_123", "ABC\x00123", "S/P", "SIN PLACA", "EN TRÁMITE"),
        *("en tramite", "TRAMITE-01", "000-000", "T1A-801 T2B-114", "T1A801T2B114", "T1A-801/S/P"),
    ],
)
def test_what_is_no_plate_is_refused(text: str) -> None:
    with refused("plate_invalid", "plate"):
        normal_plate(text)


TWO = ("T1A801", "T2B114")


@pytest.mark.parametrize(
    ("text", "plates"),
    [
        *((text, TWO) for text in ("T1A-801 / T2B-114", "t1a801/t2b114", "T1A-801 T2B-114")),
        *((text, TWO) for text in ("T1A 801 T2B 114", "T1A-801 + T2B-114", "T1A-801, T2B-114")),
        *((text, TWO) for text in ("T1A-801 - T2B-114", "T1A - 801 T2B - 114", "T1A801T2B114")),
        *((text, TWO) for text in ("T1A-801 y T2B-114", "T1A-801;T2B-114", "T1A-801\nT2B-114")),
        *((text, TWO) for text in ("Tracto: T1A-801, carreta: T2B-114", "T1A-801 (T2B-114)")),
        ("T1A-801 / T2B-114 / T3C-115", (*TWO, "T3C115")),
        ("T1A-801 / T1A-801", ("T1A801",)),
        ("CON-123 / T2B-114", ("CON123", "T2B114")),
        ("12345A 56789B", ("12345A", "56789B")),
        ("T1A-801 / S/P", ("T1A801", "S/P")),
        ("T1A-801 / en  trámite", ("T1A801", "en trámite")),
        *((one, (one.replace(" ", ""),)) for one in ("V3K 123", "1234 ABC", "AB 123 CD")),
        ("BB·CD-12", ("BBCD12",)),
        *(
            (told, (told,))
            for told in ("S/P", "N/A", "EN TRÁMITE", "sin placa", "ABC/123", "x" * 40)
        ),
        (" \u200b", ("",)),
    ],
)
def test_what_is_told_of_vehicles_is_one_plate_several_or_kept_as_it_is(
    text: str, plates: tuple[str, ...]
) -> None:
    assert told_plates(text) == plates


def test_trailers_told_apart_stand_behind_the_tractor_each_once() -> None:
    assert told_plates("t1a-801", ["T2B-114 / t3c-115", "T1A 801", ""]) == (*TWO, "T3C115")
    assert told_plates("", ["T2B-114"]) == ("", "T2B114")


def test_a_plate_longer_than_any_word_or_not_of_text_is_refused() -> None:
    assert told_plates("x" * PLATE_LENGTH)
    for text, code in (("x" * (PLATE_LENGTH + 1), "too_long"), ("ABC\x00123", "not_text")):
        with refused(code, "plate"):
            told_plates(text)
        with refused(code, "trailers"):
            told_plates("ABC-123", [text])


def test_a_plate_is_written_as_its_country_does() -> None:
    plates = {"T1A801": "T1A-801", "BBCD12": "BBCD12", "S/P": "S/P", "": ""}
    assert {plate: write_plate(plate) for plate in plates} == plates


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
    papers = {"document": "x" * 100, "license": "y" * 100}  # of another country
    operations.add_driver(organization=buyer, name="Eva", **papers, by=regulator)
    with refused("driver_exists"):
        add()
    assert {str(event.data) for event in Event.objects.filter(kind="driver.added")} == {"{}"}


def test_a_driver_needs_a_document(buyer: Organization, regulator: Actor) -> None:
    with pytest.raises(Refused, match="empty"):
        operations.add_driver(organization=buyer, name="Ana", document=" ", by=regulator)
