"""Which districts there are, and which positions can lie in one."""

from decimal import Decimal

import pytest

from precursors.errors import Refused
from precursors.quantities import quantity
from registry import operations
from registry.actors import Actor
from registry.districts import doubt_about, is_district
from registry.models import Organization, Site
from tests.registry.refusals import refused

LIMA = ("-12.046374", "-77.042793")


def doubt(ubigeo: str, latitude: str, longitude: str, country: str = "PE") -> str:
    found = doubt_about(ubigeo, Decimal(latitude), Decimal(longitude), country=country)
    return found.code if found else ""


@pytest.mark.parametrize("ubigeo", ["150199", "159999", "010100", "150000", "260101", ""])
def test_a_number_without_a_district_is_none(ubigeo: str) -> None:
    assert not is_district(ubigeo)


@pytest.mark.parametrize("ubigeo", ["010101", "070107", "120606", "150101", "250401"])
def test_the_districts_of_inei_are_known(ubigeo: str) -> None:
    assert is_district(ubigeo)


@pytest.mark.parametrize(
    ("ubigeo", "position", "code"),
    [
        ("150101", LIMA, ""),
        ("", LIMA, ""),
        ("250401", LIMA, "position_far"),
        ("150101", ("-3.748", "-73.244"), "position_far"),
        ("150101", ("12.046374", "-77.042793"), "position_without_minus"),
        ("150101", ("-12.046374", "77.042793"), "position_without_minus"),
        ("", ("12.046374", "77.042793"), "position_without_minus"),
        ("150101", LIMA[::-1], "position_swapped"),
        ("", LIMA[::-1], "position_swapped"),
        ("", ("77.042793", "12.046374"), "position_swapped"),
        ("", ("0", "0"), "position_far"),
    ],
)
def test_a_position_is_odd_far_from_its_district_or_from_peru(
    ubigeo: str, position: tuple[str, str], code: str
) -> None:
    assert doubt(ubigeo, *position) == code
    assert doubt(ubigeo, *position, country="CO") == ""


def test_who_is_not_sure_of_an_odd_position_is_asked(
    buyer: Organization, regulator: Actor
) -> None:
    swapped = {"latitude": Decimal(LIMA[1]), "longitude": Decimal(LIMA[0])}
    site = {"organization": buyer, "name": "Plant", "address": "1 Invented Street", **swapped}
    with refused("position_doubtful", "latitude"):
        operations.add_site(**site, sure=False, by=regulator)  # type: ignore[arg-type]
    assert operations.add_site(**site, by=regulator).latitude == Decimal(LIMA[1])  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "code"), [("0.001", "quantity_too_small"), ("1", "")])
def test_a_storage_limit_of_nothing_is_refused(
    buyer: Organization, regulator: Actor, amount: str, code: str
) -> None:
    site = {"organization": buyer, "name": "Plant", "address": "1 Invented Street"}
    limit = quantity(amount, "mg")
    if not code:
        assert operations.add_site(**site, storage_limit=limit, by=regulator).storage_limit_kg
        return
    with pytest.raises(Refused) as caught:
        operations.add_site(**site, storage_limit=limit, by=regulator)
    assert (caught.value.code, caught.value.data["field"]) == (code, "storage_limit")
    assert not Site.objects.exists()
