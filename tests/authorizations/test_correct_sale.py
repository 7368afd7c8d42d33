"""correct_sale, void_sale, confirm_receipt, agree: a debit takes one word, a credit two."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from authorizations import operations
from authorizations.models import Authorization, Receipt, Sale
from authorizations.operations import SaleReport
from precursors.errors import Refused
from registry.actors import Actor
from tests.authorizations.conftest import balances
from tests.cast import Firm, kg

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Fix = Callable[..., Sale]
FIVE = Decimal("0.005")


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def used(authorization: Authorization) -> str:
    r, h, c, o = (Decimal(value) for value in balances(authorization))
    return f"{r}/{h}/{c}/{o}".replace(".000000", "").replace("00000", "")


@pytest.fixture
def correct(report: Callable[..., SaleReport], vendor: Firm) -> Fix:
    def correct(sale: Sale, value: str, **changes: Any) -> Sale:
        said = report(value, **changes)
        return operations.correct_sale(sale, said, reason="typing slip", by=vendor.actor)

    return correct


@pytest.fixture
def receive(buyer: Firm) -> Callable[..., Receipt]:
    def receive(sale: Sale, value: str | None, outcome: str = "satisfactory") -> Receipt:
        return operations.confirm_receipt(
            sale,
            received_at=sale.sold_at,
            quantity=kg(value) if value else None,
            outcome=outcome,
            by=buyer.actor,
        )

    return receive


def test_a_higher_figure_counts_at_once(ask: Ask, sell: Sell, correct: Fix) -> None:
    authorization = ask("1000")
    correct(sell(authorization, "400"), "1000")
    assert used(authorization) == "0/0/995/0"


def test_a_lower_figure_waits_for_somebody_else(ask: Ask, sell: Sell, correct: Fix) -> None:
    authorization = ask("1000")
    correct(sell(authorization, "1000"), "400")
    assert used(authorization) == "0/0/995/0"


def test_the_buyers_receipt_agrees_to_the_lower_figure(
    ask: Ask, sell: Sell, correct: Fix, receive: Callable[..., Receipt]
) -> None:
    authorization = ask("1000")
    fixed = correct(sell(authorization, "1000"), "400")
    receive(fixed, "400")
    assert used(authorization) == "0/597/398/0"  # closed, so it is held until released


def test_more_received_than_sold_counts(
    ask: Ask, sell: Sell, receive: Callable[..., Receipt]
) -> None:
    authorization = ask("1000")
    receive(sell(authorization, "400"), "500", "unsatisfactory")
    assert used(authorization) == "497.5/0/497.5/0"


def test_an_officer_agrees_to_the_lower_figure(
    ask: Ask, sell: Sell, correct: Fix, regulator: Actor
) -> None:
    authorization = ask("1000")
    fixed = correct(sell(authorization, "800"), "400")
    operations.agree(fixed, reason="weighbridge ticket seen", by=regulator)
    assert used(authorization) == "597/0/398/0"
    again = lambda: operations.agree(fixed, reason="again", by=regulator)  # noqa: E731
    assert code_of(again) == "nothing_to_agree"


def test_a_firm_agrees_to_nothing(ask: Ask, sell: Sell, correct: Fix, buyer: Firm) -> None:
    fixed = correct(sell(ask("1000"), "800"), "400")
    act = lambda: operations.agree(fixed, reason="x", by=buyer.actor)  # noqa: E731
    assert code_of(act) == "not_the_authority"


def test_a_void_counts_until_the_buyer_says_it_never_came(
    ask: Ask, sell: Sell, vendor: Firm, receive: Callable[..., Receipt]
) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "400")
    operations.void_sale(sale, reason="wrong customer", by=vendor.actor)
    assert used(authorization) == "597/0/398/0"
    receive(sale, None, "never_received")
    assert used(authorization) == "995/0/0/0"


def test_never_received_agrees_to_nothing_but_a_void(
    ask: Ask, sell: Sell, receive: Callable[..., Receipt]
) -> None:
    authorization = ask("1000")
    receive(sell(authorization, "400"), None, "never_received")
    assert used(authorization) == "597/0/398/0"


def test_a_replaced_report_names_the_one_in_force(ask: Ask, sell: Sell, correct: Fix) -> None:
    sale = sell(ask("1000"), "400")
    fixed = correct(sale, "500")
    with pytest.raises(Refused) as caught:
        correct(sale, "600")
    assert caught.value.code == "sale_replaced"
    assert caught.value.data["in_force"] == str(fixed.uuid)


def test_a_voided_sale_can_be_told_again(ask: Ask, sell: Sell, correct: Fix, vendor: Firm) -> None:
    authorization = ask("1000")
    void = operations.void_sale(sell(authorization, "400"), reason="slip", by=vendor.actor)
    assert code_of(lambda: operations.void_sale(void, reason="x", by=vendor.actor)) == "sale_void"
    assert correct(void, "400").root == void.root
    assert used(authorization) == "597/0/398/0"


def test_a_correction_needs_its_reason(
    ask: Ask, sell: Sell, report: Callable[..., SaleReport], vendor: Firm
) -> None:
    sale = sell(ask("1000"), "400")
    act = lambda: operations.correct_sale(sale, report("1"), reason=" ", by=vendor.actor)  # noqa: E731
    assert code_of(act) == "no_reason"


def test_a_receipt_is_given_once_for_a_sale_and_its_corrections(
    ask: Ask, sell: Sell, correct: Fix, receive: Callable[..., Receipt]
) -> None:
    sale = sell(ask("1000"), "400")
    receive(sale, "400")
    fixed = correct(sale, "410")
    assert code_of(lambda: receive(fixed, "410")) == "receipt_exists"


@pytest.mark.parametrize(
    ("value", "outcome", "code"),
    [
        (None, "satisfactory", "quantity_missing"),
        ("1", "refused", "quantity_not_expected"),
        ("1", "never_received", "quantity_not_expected"),
    ],
)
def test_a_receipt_that_contradicts_itself_is_refused(
    ask: Ask,
    sell: Sell,
    receive: Callable[..., Receipt],
    value: str | None,
    outcome: str,
    code: str,
) -> None:
    sale = sell(ask("1000"), "400")
    assert code_of(lambda: receive(sale, value, outcome)) == code
    assert not Receipt.objects.exists()


def test_only_the_buyer_confirms(ask: Ask, sell: Sell, vendor: Firm) -> None:
    sale = sell(ask("1000"), "400")
    act = lambda: operations.confirm_receipt(  # noqa: E731
        sale, received_at=sale.sold_at, quantity=kg("1"), outcome="satisfactory", by=vendor.actor
    )
    assert code_of(act) == "not_the_buyer"
