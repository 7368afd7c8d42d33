"""The oldest sale whose arrival the buyer has not told is noted on its authorization."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from authorizations import operations
from authorizations.models import Authorization, Sale
from tests.cast import Firm

Verb = Callable[..., Any]


def noted(authorization: Authorization) -> datetime | None:
    authorization.refresh_from_db()
    return authorization.receipt_awaited_since


def receive(sale: Sale, buyer: Firm) -> None:
    operations.confirm_receipt(
        sale,
        received_at=sale.sold_at,
        quantity=sale.quantity,
        outcome="satisfactory",
        by=buyer.actor,
    )


def test_a_code_awaits_the_receipt_of_its_oldest_sale(ask: Verb, sell: Verb, buyer: Firm) -> None:
    authorization = ask("1000")
    assert noted(authorization) is None
    first, second = sell(authorization, "300"), sell(authorization, "300")
    assert noted(authorization) == first.recorded_at
    receive(first, buyer)
    assert noted(authorization) == second.recorded_at
    receive(second, buyer)
    assert noted(authorization) is None


def test_a_void_awaits_nothing_and_a_correction_of_it_does_again(
    ask: Verb, sell: Verb, report: Verb, vendor: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "300")
    void = operations.void_sale(sale, reason="Typed twice", by=vendor.actor)
    assert noted(authorization) is None
    operations.correct_sale(void, report("300"), reason="Not so", by=vendor.actor)
    assert noted(authorization) == sale.recorded_at


def test_what_was_received_is_awaited_no_more_whatever_is_corrected(
    ask: Verb, sell: Verb, report: Verb, buyer: Firm, vendor: Firm
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "300")
    receive(sale, buyer)
    void = operations.void_sale(sale, reason="Typed twice", by=vendor.actor)
    operations.correct_sale(void, report("310"), reason="Not so", by=vendor.actor)
    assert noted(authorization) is None
