"""Licenses, permits, sites and vehicles."""

from typing import Any

import pytest

from registry import proposals
from registry.actors import Actor
from registry.models import (
    Jurisdiction,
    License,
    Permit,
    Proposal,
    Site,
    Vehicle,
)
from tests.api.conftest import program
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm
from tests.registry.numbers import ruc


@pytest.fixture
def newcomer(authority_api: Program) -> str:
    authority_api.post("/organizations", {"tax_id": ruc(7), "name": "Nueva S.A."})
    return ruc(7)


def license_body(newcomer: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": "L/2026-7",
        "organization": newcomer,
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        **changes,
    }


def test_a_license_is_granted(authority_api: Program, newcomer: str) -> None:
    response = authority_api.post("/licenses", license_body(newcomer))
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["number"], body["organization"]) == ("L/2026-7", newcomer)
    assert (body["valid_from"], body["standing"]) == ("2026-01-01", "in_force")


def test_licenses_of_one_firm_do_not_overlap(authority_api: Program, newcomer: str) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    overlapping = license_body(newcomer, number="L-8", valid_from="2027-12-31")
    problem(authority_api.post("/licenses", overlapping), 409, "license_overlaps")
    problem(authority_api.post("/licenses", license_body(newcomer)), 409, "license_number_taken")


def test_a_license_without_end_is_traded_under_by_both_sides(
    jurisdiction: Jurisdiction,
    buyer_api: Program,
    buyer: Firm,
    vendor: Firm,
    request_body: dict[str, Any],
) -> None:
    authority_api = program(jurisdiction, None, ["registry:write", "registry:grant"])
    for firm, activity in ((buyer, "buy"), (vendor, "sell")):
        authority_api.post(f"/licenses/{firm.license.number}/revoke", {"reason": "Replaced"})
        body = license_body(
            firm.organization.tax_id,
            number=f"L-{activity}",
            valid_from="0001-01-01",
            valid_to="9999-12-31",
        )
        granted = authority_api.post("/licenses", body).json()
        assert (granted["valid_from"], granted["valid_to"]) == ("0001-01-01", "9999-12-31")
        permit = permit_body(license=f"L-{activity}", activity=activity)
        assert authority_api.post("/permits", permit).status_code == 201
    request_body["quantity"]["value"] = "100"
    issued = buyer_api.post("/authorizations", request_body)
    assert (issued.status_code, issued.json()["status"]) == (201, "issued"), issued.content


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"organization": ruc(99)}, "/organization", "unknown_organization"),
        ({"valid_to": "2025-12-31"}, "/valid_to", "license_ends_before_it_begins"),
        ({"valid_to": "2026-02-30"}, "/valid_to", "invalid"),
        ({"valid_to": "31/12/2026"}, "/valid_to", "invalid"),
        ({"valid_to": 20261231}, "/valid_to", "invalid"),
        ({"number": ""}, "/number", "blank"),
        ({"standing": "in_force"}, "/standing", "unknown_field"),
    ],
)
def test_an_invalid_license_is_named(
    authority_api: Program, newcomer: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    wrong(authority_api.post("/licenses", license_body(newcomer, **changes)), pointer, code)
    assert not License.objects.exists()


def test_a_license_is_suspended_and_a_reinstatement_proposed(
    authority_api: Program, newcomer: str
) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    path = "/licenses/L%2F2026-7"
    wrong(authority_api.post(f"{path}/suspend"), "/reason", "required")
    body = authority_api.post(f"{path}/suspend", {"reason": "Inspection"}).json()
    assert body["standing"] == "suspended"
    response = authority_api.post(f"{path}/reinstate", {"reason": "All in order"})
    assert (response.status_code, response.json()["act"]) == (202, "license.reinstate")
    assert License.objects.get().standing == "suspended"


def test_a_firm_that_lost_a_license_gets_another_from_two_people(
    authority_api: Program, newcomer: str, second_officer: Actor
) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    authority_api.post("/licenses/L%2F2026-7/suspend", {"reason": "Inspection"})
    again = license_body(newcomer, number="L-8")
    problem(authority_api.post("/licenses", again), 409, "license_overlaps")
    authority_api.post("/licenses/L%2F2026-7/revoke", {"reason": "Fraud"})
    answer = authority_api.post("/licenses", again)
    assert (answer.status_code, answer.json()["act"]) == (202, "license.grant")
    assert License.objects.count() == 1
    proposals.approve(Proposal.objects.get(), by=second_officer)
    assert License.objects.get(number="L-8").standing == "in_force"


def test_revoking_a_license_revokes_its_live_codes(
    authority_api: Program, buyer_api: Program, code: str, buyer: Firm
) -> None:
    path = f"/licenses/{buyer.license.number}/revoke"
    body = authority_api.post(path, {"reason": "Closed down"}).json()
    assert body["standing"] == "revoked"
    assert buyer_api.get(f"/authorizations/{code}").json()["status"] == "revoked"


def test_an_unknown_license_is_not_found(authority_api: Program, jurisdiction: Any) -> None:
    problem(authority_api.post("/licenses/L-0/suspend", {"reason": "x"}), 404, "not_found")


def permit_body(**changes: Any) -> dict[str, Any]:
    return {
        "license": "L/2026-7",
        "precursor": "acetone",
        "activity": "buy",
        "limit": {"value": "2", "unit": "t"},
        "period": "month",
        "automatic_limit": {"value": "500", "unit": "kg"},
        **changes,
    }


def test_a_permit_is_granted_by_a_standing_decision(
    jurisdiction: Jurisdiction, authority_api: Program, newcomer: str
) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    two = program(jurisdiction, None, ["registry:write", "registry:grant"])
    response = two.post("/permits", permit_body())
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["license"], body["precursor"], body["state"]) == (
        "L/2026-7",
        "acetone",
        "in_force",
    )
    assert body["limit"] == {"value": "2.000", "unit": "t"}
    assert (body["limit_kg"], body["automatic_limit_kg"]) == ("2000.000", "500.000")
    found = authority_api.get("/permits", organization=newcomer, activity="buy").json()["data"]
    assert [row["id"] for row in found] == [body["id"]]
    lower = authority_api.post("/permits", permit_body(limit={"value": "1", "unit": "t"}))
    assert (lower.status_code, lower.json()["limit_kg"]) == (201, "1000.000")


def test_a_first_and_a_raised_permit_wait_for_a_second_officer(
    authority_api: Program, newcomer: str, second_officer: Actor
) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    for tons in ("2", "3"):
        limit = {"value": tons, "unit": "t"}
        response = authority_api.post("/permits", permit_body(limit=limit))
        assert response.status_code == 202
        told = response.json()
        assert set(told) == {"proposal", "status", "act", "proposed_by", "expires"}
        assert (told["status"], told["act"]) == ("proposed", "permit.grant")
        again = authority_api.post("/permits", permit_body(limit=limit))
        problem(again, 409, "proposal_pending")
        proposals.approve(Proposal.objects.get(uuid=told["proposal"]), by=second_officer)
        assert Permit.objects.get(state="in_force").limit_kg == int(tons) * 1000
        assert authority_api.get(f"/proposals/{told['proposal']}").json()["state"] == "approved"


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"license": "L-0"}, "/license", "unknown_license"),
        ({"precursor": "water"}, "/precursor", "unknown_precursor"),
        ({"activity": "steal"}, "/activity", "invalid_choice"),
        ({"period": {"a": 1}}, "/period", "invalid_choice"),
        ({"limit": {"value": "1", "unit": "L"}}, "/limit", "mass_required"),
        ({"limit": {"value": "1.0005", "unit": "t"}}, "/limit/value", "too_many_decimals"),
        ({"automatic_limit": 5}, "/automatic_limit", "invalid"),
    ],
)
def test_an_invalid_permit_is_named(
    authority_api: Program, newcomer: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    authority_api.post("/licenses", license_body(newcomer))
    wrong(authority_api.post("/permits", permit_body(**changes)), pointer, code)
    assert not Permit.objects.exists()


def site_body(newcomer: str, **changes: Any) -> dict[str, Any]:
    return {"organization": newcomer, "name": "Plant", "address": "1 Street", **changes}


def test_a_site_is_entered_whole(authority_api: Program, newcomer: str) -> None:
    more = {
        "ubigeo": "150101",
        "latitude": -12.0464,
        "longitude": "-77.0428",
        "storage_limit": {"value": "5", "unit": "t"},
    }
    body = authority_api.post("/sites", site_body(newcomer, **more)).json()
    assert (body["latitude"], body["longitude"]) == ("-12.046400", "-77.042800")
    assert (body["ubigeo"], body["storage_limit"]["unit"]) == ("150101", "t")
    assert body["id"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"ubigeo": "999999"}, "/ubigeo", "ubigeo_invalid"),
        ({"ubigeo": 150101}, "/ubigeo", "invalid"),
        ({"latitude": "-12"}, "/longitude", "position_incomplete"),
        ({"latitude": "91", "longitude": "0"}, "/latitude", "position_invalid"),
        ({"latitude": "NaN", "longitude": "0"}, "/latitude", "invalid"),
        ({"latitude": "1e1", "longitude": "0"}, "/latitude", "invalid"),
        ({"storage_limit": {"value": "1", "unit": "L"}}, "/storage_limit", "mass_required"),
    ],
)
def test_an_invalid_site_is_named(
    authority_api: Program, newcomer: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    wrong(authority_api.post("/sites", site_body(newcomer, **changes)), pointer, code)
    assert not Site.objects.exists()


def test_a_vehicle_is_entered_once(authority_api: Program, newcomer: str) -> None:
    vehicle = {"organization": newcomer, "plate": "b1x-999", "kind": "tank truck"}
    body = authority_api.post(
        "/vehicles", {**vehicle, "capacity": {"value": "30", "unit": "m3"}}
    ).json()
    assert (body["plate"], body["capacity"]) == ("B1X999", {"value": "30.000", "unit": "m3"})
    problem(authority_api.post("/vehicles", vehicle), 409, "plate_taken")
    for plate in ("?", "S/P", "EN TRÁMITE", "T1A-801 T2B-114"):
        response = authority_api.post("/vehicles", {**vehicle, "plate": plate})
        wrong(response, "/plate", "plate_invalid")
    assert Vehicle.objects.count() == 1


def test_a_firm_reads_its_own_sites_and_vehicles_alone(
    buyer_api: Program, buyer: Firm, rival: Firm, authority_api: Program
) -> None:
    assert [row["id"] for row in buyer_api.get("/sites").json()["data"]] == [str(buyer.site.uuid)]
    plates = [row["plate"] for row in buyer_api.get("/vehicles").json()["data"]]
    assert plates == [buyer.vehicle.plate]
    assert buyer_api.get("/sites", organization=rival.organization.tax_id).json()["data"] == []
    assert len(authority_api.get("/sites").json()["data"]) == 2
    problem(buyer_api.post("/sites", {}), 403, "scope_missing")
    for path in ("/licenses", "/permits"):
        problem(buyer_api.post(path, {}), 403, "scope_missing")
        owners = {row["organization"] for row in buyer_api.get(path).json()["data"]}
        assert owners == {buyer.organization.tax_id}


def test_a_site_and_a_vehicle_are_ended_and_named_in_nothing_new(
    authority_api: Program, buyer_api: Program, request_body: dict[str, Any], buyer: Firm
) -> None:
    site, plate = f"/sites/{buyer.site.uuid}/end", f"/vehicles/{buyer.vehicle.plate.lower()}/end"
    request_body["vehicle"] = buyer.vehicle.plate
    wrong(authority_api.post(site, {}), "/reason", "required")
    for path in (site, plate):
        ended = authority_api.post(path, {"reason": "Given up"}).json()["ended_at"]
        assert ended and authority_api.post(path, {"reason": "Again"}).json()["ended_at"] == ended
    refused = buyer_api.post("/authorizations", request_body)
    wrong(refused, "/destination_site", "unknown_site")
    wrong(refused, "/vehicle", "unknown_vehicle")
    for path in ("/sites", "/vehicles"):
        assert [row["ended_at"] is None for row in buyer_api.get(path).json()["data"]] == [False]
    body = {"organization": buyer.organization.tax_id, "plate": buyer.vehicle.plate, "kind": "van"}
    assert authority_api.post("/vehicles", body).status_code == 201
