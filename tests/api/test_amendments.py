"""Sites and vehicles are given other terms by programs; what loosens takes two people."""

from typing import Any

import pytest

from registry.models import Amendment, Jurisdiction
from tests import cast
from tests.api.conftest import program
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm


@pytest.fixture
def limited(regulator: Any) -> Firm:
    """A firm whose site may store 5,000 kg."""
    email = "nadia@limited.example"
    return cast.firm(17, "Limitada", email=email, storage="5000", by=regulator)


@pytest.fixture
def own(jurisdiction: Jurisdiction, limited: Firm) -> Program:
    return program(jurisdiction, limited.organization, ["registry:write"])


def amended(api: Program, firm: Firm, **terms: Any) -> Any:
    return api.post(f"/sites/{firm.site.uuid}/amend", terms)


def test_what_is_not_named_stays(authority_api: Program, limited: Firm) -> None:
    before = authority_api.get(f"/sites/{limited.site.uuid}").json()
    answer = amended(authority_api, limited, address="2 New Street")
    assert answer.status_code == 200
    assert answer.json() == {**before, "address": "2 New Street"}
    assert Amendment.objects.get().after == {"address": "2 New Street"}


def test_a_smaller_storage_limit_takes_one(authority_api: Program, limited: Firm) -> None:
    smaller = {"value": "4000", "unit": "kg"}
    site = amended(authority_api, limited, storage_limit=smaller).json()
    assert site["storage_limit"] == {"value": "4000.000", "unit": "kg"}


@pytest.mark.parametrize("limit", [{"value": "6", "unit": "t"}, None])
def test_a_larger_storage_limit_or_none_is_proposed(
    authority_api: Program, limited: Firm, limit: Any
) -> None:
    answer = amended(authority_api, limited, storage_limit=limit)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["act"]) == ("proposed", "site.amend")
    assert authority_api.get(f"/proposals/{told['proposal']}").json()["status"] == "proposed"
    site = authority_api.get(f"/sites/{limited.site.uuid}").json()
    assert site["storage_limit"]["value"] == "5000.000"


def test_a_firm_amends_its_own_and_loosens_nothing(own: Program, limited: Firm) -> None:
    assert amended(own, limited, name="Old plant").json()["name"] == "Old plant"
    smaller = {"value": "4000", "unit": "kg"}
    assert amended(own, limited, storage_limit=smaller).status_code == 200
    for terms in ({"storage_limit": {"value": "9", "unit": "t"}}, {"address": "3 Far Street"}):
        problem(amended(own, limited, **terms), 409, "not_the_authority")


def test_a_firm_amends_nothing_of_anothers(own: Program, buyer: Firm) -> None:
    problem(amended(own, buyer, name="Mine"), 404, "not_found")
    problem(own.post(f"/vehicles/{buyer.vehicle.plate}/amend", {"kind": "van"}), 404, "not_found")


def test_a_vehicle_is_given_another_kind(authority_api: Program, buyer: Firm) -> None:
    answer = authority_api.post(f"/vehicles/{buyer.vehicle.plate}/amend", {"kind": "tanker"})
    assert (answer.status_code, answer.json()["kind"]) == (200, "tanker")


def test_null_takes_a_capacity_away_and_leaves_a_kind(authority_api: Program, buyer: Firm) -> None:
    at = f"/vehicles/{buyer.vehicle.plate}/amend"
    ton = {"value": "1", "unit": "t"}
    assert authority_api.post(at, {"capacity": ton}).json()["capacity"]["value"] == "1.000"
    vehicle = authority_api.post(at, {"capacity": None, "kind": None}).json()
    assert (vehicle["capacity"], vehicle["kind"]) == (None, buyer.vehicle.kind)


def test_to_change_nothing_is_refused(authority_api: Program, limited: Firm) -> None:
    wrong(amended(authority_api, limited), "", "required")
    same = amended(authority_api, limited, name=limited.site.name)
    problem(same, 409, "nothing_changed")
