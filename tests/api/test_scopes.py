"""What a key of few scopes reads: no more of the trade than its work needs."""

import json
from typing import Any

import pytest
from django.conf import settings

from authorizations import operations
from oversight import worker
from registry.models import Jurisdiction
from tests.api.conftest import program
from tests.api.programs import Program, problem
from tests.cast import Firm

TRADE = ("/authorizations", "/sales")


@pytest.fixture
def flagged(sale: dict[str, Any]) -> dict[str, Any]:
    """A sale of more than its code allows, which a rule has found."""
    worker.work_off_duties(batches_max=5)
    return sale


@pytest.mark.parametrize("scopes", [["track"], ["events:read"], ["registry:write"], ["buy"]])
def test_a_key_of_the_authority_for_something_else_reads_no_trade(
    jurisdiction: Jurisdiction, code: str, sale: dict[str, Any], scopes: list[str]
) -> None:
    """One for positions listed live codes and documents of drivers."""
    key = program(jurisdiction, None, scopes)
    for path in (*TRADE, f"/authorizations/{code}", f"/sales/{sale['id']}"):
        problem(key.get(path), 403, "scope_missing")


@pytest.mark.parametrize("scope", ["carry", "events:read", "track", "registry:read"])
def test_a_firms_key_that_does_not_deal_reads_no_trade(
    jurisdiction: Jurisdiction, code: str, sale: dict[str, Any], buyer: Firm, scope: str
) -> None:
    key = program(jurisdiction, buyer.organization, [scope])
    for path in (*TRADE, f"/authorizations/{code}", f"/sales/{sale['id']}"):
        problem(key.get(path), 403, "scope_missing")


def test_a_key_reads_the_side_that_it_deals_on(
    jurisdiction: Jurisdiction, code: str, sale: dict[str, Any], buyer: Firm, vendor: Firm
) -> None:
    for firm, sees, sees_not in ((buyer, "buy", "sell"), (vendor, "sell", "buy")):
        for scopes, found in (([sees], 1), ([sees_not], 0), (["trade:read"], 1)):
            key = program(jurisdiction, firm.organization, scopes)
            for path in TRADE:
                assert len(key.get(path).json()["data"]) == found, (path, scopes)
            answer = key.get(f"/sales/{sale['id']}")
            assert answer.status_code == (200 if found else 404), scopes


def test_to_read_trade_is_no_look_up(jurisdiction: Jurisdiction, code: str, vendor: Firm) -> None:
    """A vendor's program that only reads finds no code that its buyer has not brought."""
    reading = program(jurisdiction, vendor.organization, ["trade:read"])
    problem(reading.get(f"/authorizations/{code}"), 404, "not_found")
    operations.look_up(code, by=vendor.actor)
    assert reading.get(f"/authorizations/{code}").status_code == 200


@pytest.mark.parametrize("scope", ["flags:read", "flags:review"])
def test_a_key_for_flags_reads_what_is_flagged_and_no_more(
    jurisdiction: Jurisdiction,
    flagged: dict[str, Any],
    buyer_api: Program,
    request_body: dict[str, Any],
    scope: str,
) -> None:
    key = program(jurisdiction, None, [scope])
    flag = key.get("/flags").json()["data"][0]
    assert key.get(f"/authorizations/{flag['authorization']}").json()["sales"]
    assert key.get(f"/sales/{flagged['id']}").status_code == 200
    other = buyer_api.post("/authorizations", request_body).json()["code"]
    problem(key.get(f"/authorizations/{other}"), 404, "not_found")
    for path in TRADE:
        problem(key.get(path), 403, "scope_missing")


def test_a_scope_of_the_other_opens_nothing(
    jurisdiction: Jurisdiction, buyer: Firm, flagged: dict[str, Any]
) -> None:
    """The authority cannot buy, nor a firm read flags or enter itself, whatever its key says."""
    firm = program(jurisdiction, buyer.organization, ["flags:read", "registry:grant"])
    authority = program(jurisdiction, None, ["buy", "sell", "carry"])
    problem(firm.get("/flags"), 403, "scope_missing")
    problem(firm.get("/organizations"), 403, "scope_missing")
    for path in (*TRADE, "/organizations"):
        problem(authority.get(path), 403, "scope_missing")


def test_each_operation_tells_the_scopes_of_either_owner() -> None:
    paths = json.loads((settings.BASE_DIR / "openapi.json").read_text())["paths"]
    told = paths["/api/v1/authorizations/{code}"]["get"]["description"]
    assert "**A key of a firm** with scope `trade:read` or `buy` or `sell`." in told
    authority = "**A key of the authority** with scope `trade:read` or `flags:read` or"
    assert authority in told
