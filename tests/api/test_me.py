"""What a key is told of itself, and each firm of its own rows."""

from datetime import date

import pytest

from registry import operations
from registry.actors import Actor
from tests.api.programs import Program, problem
from tests.cast import Firm


def test_a_key_is_told_whose_it_is_and_what_it_may(
    buyer_api: Program, authority_api: Program, buyer: Firm
) -> None:
    told = buyer_api.get("/me").json()
    assert told["owner"] == "firm"
    assert told["organization"]["tax_id"] == buyer.organization.tax_id
    assert (told["scopes"], told["is_test"]) == (["buy", "sell"], False)
    told = authority_api.get("/me").json()
    assert (told["owner"], told["organization"]) == ("authority", None)
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("path", "key"), [("/licenses", "number"), ("/permits", "license"), ("/organizations", "name")]
)
def test_a_firm_reads_its_own_and_no_others(
    buyer_api: Program, vendor_api: Program, buyer: Firm, vendor: Firm, path: str, key: str
) -> None:
    own, others = (program.get(path).json()["data"] for program in (buyer_api, vendor_api))
    assert own and others
    assert not {row[key] for row in own} & {row[key] for row in others}


def test_a_license_is_read_by_its_number_with_a_slash(
    authority_api: Program, vendor_api: Program, buyer_api: Program, buyer: Firm, regulator: Actor
) -> None:
    operations.grant_license(
        organization=buyer.organization,
        number="055/2031 A",
        valid_from=date(2031, 1, 1),
        valid_to=date(2031, 12, 31),
        by=regulator,
    )
    for program in (authority_api, buyer_api):
        assert program.get("/licenses/055/2031 A").json()["number"] == "055/2031 A"
    problem(vendor_api.get("/licenses/055/2031 A"), 404, "not_found")


def test_a_firm_and_a_vehicle_are_read_however_their_number_is_written(
    buyer_api: Program, buyer: Firm
) -> None:
    number, plate = buyer.organization.tax_id, buyer.vehicle.plate
    assert buyer_api.get(f"/organizations/PE:{number}").json()["tax_id"] == number
    written = f"{plate[:3]}-{plate[3:]}".lower()
    assert buyer_api.get(f"/vehicles/{written}").json()["plate"] == plate
