"""GET /flags, and the review that a program may propose and never end."""

from typing import Any

import pytest

from oversight import worker
from oversight.models import Flag
from registry.actors import Actor
from tests.api.programs import Program, problem, wrong

REVIEW = {"outcome": "explained", "note": "The tank was measured warm."}


@pytest.fixture
def flag(authority_api: Program, sale: dict[str, Any]) -> dict[str, Any]:
    worker.work_off_duties(batches_max=5)
    found = authority_api.get("/flags", rule="quantity_exceeded").json()["data"]
    assert len(found) == 1
    flag: dict[str, Any] = found[0]
    return flag


def test_a_flag_tells_what_rule_broke_on_what(
    flag: dict[str, Any], sale: dict[str, Any], code: str, authority_api: Program
) -> None:
    assert (flag["rule"], flag["severity"], flag["state"]) == (
        "quantity_exceeded",
        "high",
        "open",
    )
    assert flag["authorization"] == code
    assert flag["subject"]["kind"] in ("authorization", "sale")
    assert flag["evidence_masses"] == "product"
    assert flag["evidence"] and flag["raised_at"]
    assert authority_api.get(f"/flags/{flag['id']}").json() == flag


def test_the_sale_says_when_it_was_evaluated(
    flag: dict[str, Any], sale: dict[str, Any], vendor_api: Program
) -> None:
    body = vendor_api.get(f"/sales/{sale['id']}").json()
    assert body["status"] == "evaluated" and body["evaluated_at"]


def test_a_program_proposes_and_a_second_officer_is_awaited(
    flag: dict[str, Any], authority_api: Program, regulator: Actor
) -> None:
    response = authority_api.post(f"/flags/{flag['id']}/review", REVIEW)
    assert response.status_code == 200, response.content
    assert response.json()["state"] == "awaiting_second"
    assert response.json()["proposed_outcome"] == "explained"
    found = authority_api.get("/flags", state="awaiting_second").json()["data"]
    assert [row["id"] for row in found] == [flag["id"]]


def test_a_program_is_never_the_second(flag: dict[str, Any], authority_api: Program) -> None:
    path = f"/flags/{flag['id']}/review"
    authority_api.post(path, REVIEW)
    problem(authority_api.post(path, REVIEW), 409, "second_is_a_person")
    assert Flag.objects.get(uuid=flag["id"]).state == "awaiting_second"


@pytest.mark.parametrize(
    ("changes", "pointer", "wrong_code"),
    [
        ({"outcome": "open"}, "/outcome", "invalid_choice"),
        ({"outcome": None}, "/outcome", "null"),
        ({"note": " "}, "/note", "blank"),
        ({"note": 5}, "/note", "invalid"),
        ({"state": "dismissed"}, "/state", "unknown_field"),
    ],
)
def test_an_invalid_review_is_named(
    flag: dict[str, Any],
    authority_api: Program,
    changes: dict[str, Any],
    pointer: str,
    wrong_code: str,
) -> None:
    response = authority_api.post(f"/flags/{flag['id']}/review", {**REVIEW, **changes})
    wrong(response, pointer, wrong_code)
    assert Flag.objects.get(uuid=flag["id"]).state == "open"


def test_neither_party_sees_a_flag(
    flag: dict[str, Any], buyer_api: Program, vendor_api: Program, code: str
) -> None:
    for program in (buyer_api, vendor_api):
        problem(program.get("/flags"), 403, "scope_missing")
        problem(program.get(f"/flags/{flag['id']}"), 403, "scope_missing")
        problem(program.post(f"/flags/{flag['id']}/review", REVIEW), 403, "scope_missing")
        assert "flag" not in program.get(f"/authorizations/{code}").content.decode()


def test_the_list_is_filtered(flag: dict[str, Any], authority_api: Program, code: str) -> None:
    def found(**query: str) -> int:
        return len(authority_api.get("/flags", **query).json()["data"])

    assert found(state="open", authorization=code, rule="quantity_exceeded") == 1
    assert found(state="confirmed") == 0
    wrong(authority_api.get("/flags", state="closed"), "?state", "invalid_choice")
