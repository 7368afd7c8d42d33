"""What is refused is counted by its reason; what is not refused pays nothing."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Refusal
from tests.api.programs import Program, problem
from tests.cast import Firm
from tests.pages.conftest import visit
from tests.pages.dealing import BUYING
from tests.roles import as_owner

__all__ = ["visit"]


def tallies() -> dict[tuple[str | None, str, str], int]:
    rows = Refusal.objects.values_list("jurisdiction__code", "code", "reason", "times")
    return {(where, code, reason): times for where, code, reason, times in rows}


def too_much(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"quantity": {"value": "20000", "unit": "kg"}}


def test_each_reason_is_counted(buyer_api: Program, request_body: dict[str, Any]) -> None:
    for _time in range(2):
        answer = buyer_api.post("/authorizations", too_much(request_body))
        problem(answer, 409, "not_eligible")
    assert tallies() == {("PE", "not_eligible", "quota_exceeded"): 2}


def test_an_answer_given_again_is_no_other_refusal(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    for _time in range(3):
        buyer_api.post("/authorizations", too_much(request_body), key="mine")
    assert tallies() == {("PE", "not_eligible", "quota_exceeded"): 1}


def test_any_code_is_counted(vendor_api: Program, code: str, sale_body: dict[str, Any]) -> None:
    other = ("2" if code[0] != "2" else "3") + code[1:]
    problem(vendor_api.post(f"/authorizations/{other}/sales", sale_body), 404, "code_mistyped")
    assert tallies() == {("PE", "code_mistyped", ""): 1}


def test_what_a_page_refuses_is_counted(visit: Any, buyer: Firm) -> None:
    browser = visit(buyer.actor)
    page = browser.post(browser.get(BUYING)["Location"], {"product": "acetone"})["Location"]
    assert browser.post(page, {"quantity": "20000", "unit": "kg"}).status_code == 422
    assert tallies() == {("PE", "not_eligible", "quota_exceeded"): 1}


def test_what_is_not_refused_pays_nothing(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert buyer_api.post("/authorizations", request_body).status_code == 201
    assert not any("registry_refusal" in query["sql"] for query in asked)
    assert tallies() == {}


def test_the_answer_does_not_depend_on_the_count(
    committing: None, buyer_api: Program, request_body: dict[str, Any]
) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_refusal RENAME TO lost")
    problem(buyer_api.post("/authorizations", too_much(request_body)), 409, "not_eligible")
