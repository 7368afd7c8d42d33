"""The vendor types a code and is told whether to sell."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations import operations
from authorizations.models import Authorization, LookUp
from precursors.models import Product
from registry.actors import Actor
from registry.operations import suspend_license
from tests.cast import Firm
from tests.pages.dealing import brought, request_code, sell, text

pytestmark = pytest.mark.django_db

UNKNOWN = "0000-0000-0000"  # its check character is right


@pytest.fixture
def code(buyer: Firm, vendor: Firm, acetone: Product) -> Authorization:
    return request_code(buyer, vendor, acetone)


def test_a_good_code_says_sell_and_what_for(visit: Any, vendor: Firm, code: Authorization) -> None:
    typed = code.code_in_fours.lower().replace("-", " ")
    page = visit(vendor.actor).post("/counter/", {"code": typed}, follow=True)
    said = text(page)
    assert "Good code" in said
    assert "1,000 kg may still be sold, of 1,000 kg" in said
    assert "Pinturas Inventadas" in said
    assert "AAA-011" in said
    code.refresh_from_db()
    assert code.looked_up_at is not None


def test_a_code_that_waits_for_an_officer_is_not_said_to_have_something_left_to_sell(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    waiting = request_code(buyer, vendor, acetone, "6000")
    page = visit(vendor.actor).post("/counter/", {"code": waiting.code}, follow=True)
    assert "Do not sell" in text(page)
    assert "may still be sold" not in text(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the code"),
        ("7K2M", "mistyped"),
        ("7K2M-9QXD-4T8D", "mistyped"),
        (UNKNOWN, "No code like this"),
        ("<script>", "mistyped"),
        ("7K2M\x00", "Null characters"),
        ("x" * 500, "at most 60"),
        ("١٢٣٤١٢٣٤١٢٣٤", "mistyped"),
    ],
)
def test_a_code_that_is_none_is_told_in_one_sentence(
    visit: Any, vendor: Firm, typed: str, said: str
) -> None:
    response = visit(vendor.actor).post("/counter/", {"code": typed})
    assert response.status_code == 422
    assert said in text(response)


def test_another_vendors_code_is_answered_as_unknown(
    visit: Any, rival: Firm, code: Authorization
) -> None:
    client = visit(rival.actor)
    foreign = text(client.post("/counter/", {"code": code.code}))
    assert "No code like this" in foreign
    assert "Do not sell" in foreign
    assert code.buyer.name not in foreign
    assert LookUp.objects.get().result == LookUp.Result.FOREIGN
    assert client.get(f"/counter/{code.uuid}/").status_code == 404


def test_too_many_misses_slow_the_guesser_and_not_the_counter(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    own = brought(request_code(buyer, vendor, acetone), vendor)
    client = visit(vendor.actor)
    for _each in range(5):
        client.post("/counter/", {"code": UNKNOWN})
    said = text(client.post("/counter/", {"code": UNKNOWN}))
    assert "Too many unknown codes" in said
    assert client.post("/counter/", {"code": own.code}).status_code == 302
    assert "still take sales" in said
    assert client.get(f"/counter/{own.uuid}/sale/").status_code == 200


def test_a_slip_of_the_finger_locks_nothing(visit: Any, vendor: Firm, code: Authorization) -> None:
    client = visit(vendor.actor)
    for _each in range(8):
        client.post("/counter/", {"code": "7K2M-9QXD-4T8D"})
    assert client.post("/counter/", {"code": code.code}).status_code == 302


def test_a_code_that_was_not_brought_is_not_shown(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    client = visit(vendor.actor)
    assert client.get(f"/counter/{code.uuid}/").status_code == 404
    assert client.get(f"/counter/{code.uuid}/sale/").status_code == 404
    assert code.code_in_fours not in text(client.get("/counter/codes/?show=all"))


def test_the_verdict_follows_the_state(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product, regulator: Actor
) -> None:
    client = visit(vendor.actor)

    def said(authorization: Authorization) -> str:
        return text(client.get(f"/counter/{brought(authorization, vendor).uuid}/"))

    waiting = request_code(buyer, vendor, acetone, "5500")
    assert "not issued yet" in said(waiting)
    operations.refuse(waiting, reason="No.", by=regulator)
    assert "was refused" in said(waiting)
    called_off = request_code(buyer, vendor, acetone, "10")
    operations.cancel(called_off, by=buyer.actor)
    assert "The buyer cancelled" in said(called_off)
    taken = request_code(buyer, vendor, acetone, "10")
    operations.revoke(taken, reason="No.", by=regulator)
    assert "The authority revoked" in said(taken)
    used = brought(request_code(buyer, vendor, acetone, "10"), vendor)
    sell(used, vendor, "10")
    assert "used up" in said(used)
    done = brought(request_code(buyer, vendor, acetone, "10"), vendor)
    sell(done, vendor, "4", complete=True)
    assert "You declared this sale complete" in said(done)


def test_an_expired_code_is_not_sold_on(
    visit: Any, vendor: Firm, code: Authorization, later: Callable[[timedelta], None]
) -> None:
    brought(code, vendor)
    later(timedelta(hours=73))
    assert "The code expired" in text(visit(vendor.actor).get(f"/counter/{code.uuid}/"))


def test_a_suspended_license_says_do_not_sell(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization, regulator: Actor
) -> None:
    brought(code, vendor)
    client, page = visit(vendor.actor), f"/counter/{code.uuid}/"
    suspend_license(buyer.license, reason="No.", by=regulator)
    assert "The buyer's license is not in force" in text(client.get(page))
    assert "Record a sale that did happen" in text(client.get(page))


def test_what_remains_falls_with_each_sale(visit: Any, vendor: Firm, code: Authorization) -> None:
    sell(brought(code, vendor), vendor, "400")
    page = f"/counter/{code.uuid}/"
    assert "600 kg may still be sold, of 1,000 kg" in text(visit(vendor.actor).get(page))


def test_nothing_more_was_sold_frees_what_is_held(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    brought(code, vendor)
    operations.cancel(code, by=buyer.actor)
    client, page = visit(vendor.actor), f"/counter/{code.uuid}/not-sold/"
    client.post(page)
    again = client.post(page, follow=True)
    code.refresh_from_db()
    assert code.held_kg == 0
    assert "nothing more was sold" in text(again)


def test_a_live_code_is_not_declared_over(visit: Any, vendor: Firm, code: Authorization) -> None:
    brought(code, vendor)
    response = visit(vendor.actor).post(f"/counter/{code.uuid}/not-sold/")
    assert response.status_code == 422
    assert "still live" in text(response)


def test_codes_are_listed_open_or_all(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    live = brought(request_code(buyer, vendor, acetone, "10"), vendor)
    over = brought(request_code(buyer, vendor, acetone, "20"), vendor)
    operations.cancel(over, by=buyer.actor)
    client = visit(vendor.actor)
    shown = text(client.get("/counter/codes/"))
    assert live.code_in_fours in shown
    assert over.code_in_fours not in shown
    assert over.code_in_fours in text(client.get("/counter/codes/?show=all"))


def test_the_counter_asks_the_database_little(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    brought(code, vendor)
    client = visit(vendor.actor)
    for page in ("/counter/", f"/counter/{code.uuid}/", "/counter/codes/", "/sales/"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= 16, page
