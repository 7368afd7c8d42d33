"""Requests that wait: why each does, what speaks against it, and an officer's word."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from authorizations import operations
from authorizations.models import Authorization, Sale, Status
from oversight.operations.evaluation import evaluate
from pages.officer import pending
from pages.templatetags.portal import quantity
from registry import operations as registry
from registry.actors import Actor
from rules import RULES
from tests.cast import Firm
from tests.pages.conftest import Visit

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]


@pytest.fixture
def officer(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


def address(authorization: Authorization) -> str:
    return f"/pending/{authorization.uuid}/"


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def words(page: str) -> str:
    """What a page says, with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def waiting(answer: Any) -> list[Authorization]:
    return [row.authorization for row in answer.context["rows"]]


def status(authorization: Authorization) -> str:
    authorization.refresh_from_db()
    return authorization.status


def test_requests_wait_the_oldest_first_with_their_deadline(officer: Client, ask: Ask) -> None:
    assert "No request waits" in text(officer.get("/pending/"))
    ask("4000")
    first, second = ask("3000"), ask("2000")
    answer = officer.get("/pending/")
    assert waiting(answer) == [first, second]
    assert "3,000\u00a0kg" in text(answer)


def test_pages_of_requests_follow_one_another(officer: Client, ask: Ask, monkeypatch: Any) -> None:
    monkeypatch.setattr(pending, "PAGE", 1)
    ask("4000")
    first, second = ask("1500"), ask("1500")
    answer = officer.get("/pending/")
    assert waiting(answer) == [first]
    later = officer.get(answer.context["next_url"])
    assert (waiting(later), later.context["next_url"]) == ([second], "")
    assert waiting(officer.get("/pending/?after=odd")) == [first]


def test_what_was_sold_before_a_decision_stands_first(
    officer: Client, ask: Ask, sell: Sell, vendor: Firm
) -> None:
    authorization = ask("6000")
    sell(authorization, "6500")
    evaluate([authorization.pk])
    listed = text(officer.get("/pending/"))
    assert "6,467.5 kg of the substance sold" in words(listed)
    assert "flagged" in listed
    page = words(text(officer.get(address(authorization))))
    assert "Sold before it was decided 6,500 kg 6,000 kg requested" in page
    assert page.index("Sold before it was decided") < page.index("Destination")
    assert str(RULES["quantity_exceeded"].title) in page
    assert "are in order" not in page


def test_a_sale_that_was_made_void_is_no_reason_to_call_a_request_in_order(
    officer: Client, ask: Ask, sell: Sell, vendor: Firm
) -> None:
    authorization = ask("6000")
    operations.void_sale(sell(authorization, "6000"), reason="Mistaken", by=vendor.actor)
    page = words(text(officer.get(address(authorization))))
    assert "Sold before it was decided nothing sold" in page
    assert "are in order" not in page
    assert officer.post(address(authorization), {"decision": "issue"}).status_code == 422


def test_the_quota_of_the_buyer_stands_beside_the_request(
    officer: Client, ask: Ask, sell: Sell
) -> None:
    sell(ask("2000"), "2000")
    page = words(text(officer.get(address(ask("6000")))))
    assert "2,040 kg free of 10,000 kg" in page
    assert "1,990 kg used" in page
    assert "5,970 kg reserved" in page


def test_what_was_sold_before_is_issued_only_with_a_reason(
    officer: Client, ask: Ask, sell: Sell
) -> None:
    authorization = ask("6000")
    sell(authorization, "1000")
    page = text(officer.post(address(authorization), {"decision": "issue", "reason": " "}), 422)
    assert "Give a reason to issue it all the same" in page
    assert "Needed: a sale was reported on it already." in page
    assert status(authorization) == Status.PENDING
    body = {"decision": "issue", "reason": "An emergency, announced by telephone"}
    assert officer.post(address(authorization), body).status_code == 302
    assert status(authorization) == Status.ISSUED


@pytest.mark.parametrize("reason", ["", "Known plant"])
def test_a_sale_that_arrives_while_an_officer_reads_is_shown_before_anything_is_issued(
    officer: Client, ask: Ask, sell: Sell, reason: str
) -> None:
    authorization = ask("6000")
    seen = officer.get(address(authorization)).context["form"].initial["version_seen"]
    sell(authorization, "1000")
    body = {"decision": "issue", "reason": reason, "version_seen": seen}
    answer = officer.post(address(authorization), body)
    page = text(answer, 422)
    assert "Something happened to this request meanwhile" in page
    assert "Sold before it was decided" in page
    assert reason in page
    assert status(authorization) == Status.PENDING
    body |= {"version_seen": answer.context["form"]["version_seen"].value(), "reason": "Seen"}
    assert officer.post(address(authorization), body).status_code == 302


def test_a_request_over_the_automatic_limit_says_so(officer: Client, ask: Ask) -> None:
    page = text(officer.get(address(ask("6000"))))
    assert "more than the permit's automatic limit of 5,000\u00a0kg" in page
    assert "are in order" in page


def test_a_request_that_exceeds_it_with_earlier_ones_says_so(officer: Client, ask: Ask) -> None:
    lately, authorization = ask("4000"), ask("2000")
    answer = officer.get(address(authorization))
    assert "With what was issued to the buyer in the 7 days before" in text(answer)
    together_kg = lately.net_kg + authorization.net_kg
    assert answer.context["automatic"].together_kg == together_kg
    assert f"issued lately = {quantity(together_kg, 'kg')}" in text(answer)


def test_an_officer_issues(officer: Client, ask: Ask) -> None:
    authorization = ask("6000")
    answer = officer.post(address(authorization), {"decision": "issue"})
    assert answer.url == "/pending/"
    assert status(authorization) == Status.ISSUED


def test_an_officer_refuses_with_a_reason(officer: Client, ask: Ask) -> None:
    authorization = ask("6000")
    body = {"decision": "refuse", "reason": "No such plant"}
    assert officer.post(address(authorization), body).status_code == 302
    assert status(authorization) == Status.REFUSED


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"decision": "refuse"}, "Give a reason"),
        ({"decision": "refuse", "reason": "  "}, "Give a reason"),
        ({"decision": "refuse", "reason": "x" * 1001}, "at most 1000 characters"),
        ({"decision": "issue", "reason": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_missing_is_told_and_changes_nothing(
    officer: Client, ask: Ask, body: dict[str, str], sentence: str
) -> None:
    authorization = ask("6000")
    assert sentence in text(officer.post(address(authorization), body), 422)
    assert status(authorization) == Status.PENDING


@pytest.mark.parametrize("decision", ["", "agree", "\0"])
def test_an_unknown_button_does_nothing(officer: Client, ask: Ask, decision: str) -> None:
    authorization = ask("6000")
    assert officer.post(address(authorization), {"decision": decision}).status_code == 200
    assert status(authorization) == Status.PENDING


def test_what_speaks_against_it_today_is_shown_and_stops_its_issue(
    officer: Client, ask: Ask, vendor: Firm, regulator: Actor
) -> None:
    authorization = ask("6000")
    registry.suspend_license(vendor.license, reason="Books", by=regulator)
    assert "The vendor&#x27;s license is not in force" in text(officer.get(address(authorization)))
    body = {"decision": "issue", "reason": "Well known"}
    page = text(officer.post(address(authorization), body), 422)
    assert "This purchase cannot be authorized" in page
    assert "Well known" in page
    assert status(authorization) == Status.PENDING


def test_a_request_that_somebody_decided_first_is_shown_as_it_is(
    officer: Client, ask: Ask, second_officer: Actor
) -> None:
    authorization = ask("6000")
    operations.issue(authorization, by=second_officer)
    body = {"decision": "refuse", "reason": "Too much"}
    page = text(officer.post(address(authorization), body), 422)
    assert "This is not possible any more" in page
    assert "This request has been decided" in page
    assert "Too much" in page
    assert status(authorization) == Status.ISSUED


def test_a_request_past_its_deadline_is_not_issued(
    officer: Client, ask: Ask, later: Callable[[timedelta], None]
) -> None:
    authorization = ask("6000")
    later(timedelta(days=9))
    assert officer.post(address(authorization), {"decision": "issue"}).status_code == 422
    assert status(authorization) != Status.ISSUED


def test_the_list_asks_the_database_as_often_for_one_as_for_many(
    officer: Client, ask: Ask
) -> None:
    ask("4000")
    ask("1500")
    officer.get("/pending/")
    with CaptureQueriesContext(connection) as one:
        officer.get("/pending/")
    for _more in range(3):
        ask("1100")
    with CaptureQueriesContext(connection) as many:
        officer.get("/pending/")
    assert len(many) == len(one) <= 5


def test_a_firm_and_an_inspector_neither_see_nor_decide_requests(
    visit: Visit, ask: Ask, buyer: Firm, vendor: Firm, inspector: Actor
) -> None:
    authorization = ask("6000")
    for by in (buyer.actor, vendor.actor, inspector):
        browser = visit(by)
        assert browser.get("/pending/").status_code == 403
        assert browser.get(address(authorization)).status_code == 403
        assert browser.post(address(authorization), {"decision": "issue"}).status_code == 403
    assert status(authorization) == Status.PENDING
