"""correct_receipt: a new receipt replaces one, and lowers nothing that the vendor does not say."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from authorizations import operations
from authorizations.models import Authorization, Outcome, Receipt, Sale
from oversight.models import Flag
from oversight.operations import evaluate
from precursors.errors import Refused
from registry.models import Event
from tests.cast import Firm, kg

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Tell = Callable[..., Receipt]


@pytest.fixture
def told(buyer: Firm) -> Tell:
    """What the buyer says arrived: first, or with a reason instead of what it said before."""

    def told(sale: Sale, value: str | None, **changes: Any) -> Receipt:
        values: dict[str, Any] = {
            "received_at": sale.sold_at,
            "quantity": kg(value) if value else None,
            "outcome": "satisfactory" if value else "never_received",
            "by": buyer.actor,
            **changes,
        }
        verb = operations.correct_receipt if "reason" in values else operations.confirm_receipt
        return verb(sale, **values)

    return told


def counted(sale: Sale) -> Decimal:
    """What its code counts as sold, in kg of product."""
    sale.authorization.refresh_from_db()
    return (sale.authorization.sold_kg / Decimal("0.995")).normalize()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_a_corrected_receipt_counts_and_both_are_kept(ask: Ask, sell: Sell, told: Tell) -> None:
    sale = sell(ask("1000"), "450")
    first = told(sale, "900")
    assert counted(sale) == 900
    second = told(sale, "450", reason="Read the wrong line")
    assert counted(sale) == 450
    assert (second.replaces, second.reason) == (first, "Read the wrong line")
    assert Receipt.objects.count() == 2
    assert Sale.objects.get(pk=sale.pk).receipt == second
    kinds = Event.objects.filter(subject_id=sale.authorization_id).values_list("kind", flat=True)
    assert "authorization.receipt_corrected" in kinds


def test_the_buyer_alone_lowers_nothing_that_both_agreed_to(
    ask: Ask, sell: Sell, told: Tell
) -> None:
    sale = sell(ask("1000"), "1000")
    told(sale, "1000")
    for value in ("400", None):
        told(sale, value, reason="Less")
        assert counted(sale) == 1000


def test_the_vendor_alone_lowers_nothing_after_a_corrected_receipt(
    ask: Ask, sell: Sell, told: Tell, report: Callable[..., Any], vendor: Firm
) -> None:
    sale = sell(ask("1000"), "1000")
    told(sale, "400")
    told(sale, "1000", reason="Counted again")
    operations.correct_sale(sale, report("400"), reason="Less", by=vendor.actor)
    assert counted(sale) == 1000
    told(sale, "400", reason="Less")  # now both say so
    assert counted(sale) == 400


def test_what_arrived_after_all_counts_against_a_void(
    ask: Ask, sell: Sell, told: Tell, vendor: Firm
) -> None:
    sale = sell(ask("1000"), "1000")
    void = operations.void_sale(sale, reason="Never happened", by=vendor.actor)
    told(void, None)
    assert counted(sale) == 0
    told(void, "500", reason="It came")
    assert counted(sale) == 500
    told(void, None, reason="It was another load")
    assert counted(sale) == 0


def test_a_receipt_is_corrected_in_its_time_alone(
    ask: Ask, sell: Sell, told: Tell, later: Callable[[timedelta], None]
) -> None:
    sale = sell(ask("1000"), "450")
    assert code_of(lambda: told(sale, "450", reason="Slip")) == "receipt_not_given"
    told(sale, "900")
    assert code_of(lambda: told(sale, "450", reason=" ")) == "no_reason"
    assert code_of(lambda: told(sale, "450")) == "receipt_exists"
    later(timedelta(days=5, minutes=-1))
    told(sale, "500", reason="Slip")
    later(timedelta(minutes=2))
    assert code_of(lambda: told(sale, "450", reason="Slip")) == "receipt_final"


def test_only_the_buyer_corrects_its_receipt(
    ask: Ask, sell: Sell, told: Tell, vendor: Firm
) -> None:
    sale = sell(ask("1000"), "450")
    told(sale, "900")
    refused = code_of(lambda: told(sale, "450", reason="Slip", by=vendor.actor))
    assert refused == "not_the_buyer"


def test_a_sale_has_one_first_receipt_whatever_the_verbs_do(
    ask: Ask, sell: Sell, told: Tell
) -> None:
    receipt = told(sell(ask("1000"), "1000"), "1000")
    receipt.pk, receipt.version = None, receipt.version + 1
    receipt.uuid = Receipt._meta.get_field("uuid").get_default()
    with pytest.raises(IntegrityError, match="one_first_receipt"), transaction.atomic():
        receipt.save(force_insert=True)


def test_flags_follow_the_receipt_in_force_and_the_vendors_change_stays_one(
    ask: Ask, sell: Sell, told: Tell, report: Callable[..., Any], vendor: Firm
) -> None:
    sale = sell(ask("1000"), "1000")
    told(sale, "900", outcome=Outcome.UNSATISFACTORY)
    evaluate([sale.authorization_id])
    difference = Flag.objects.get(rule="receipt_difference")
    told(sale, "1000", reason="Found the rest")
    operations.correct_sale(sale, report("990"), reason="Slip", by=vendor.actor)
    told(sale, "990", reason="Weighed again")
    evaluate([sale.authorization_id])
    difference.refresh_from_db()
    assert not difference.holds
    assert Flag.objects.get(rule="correction_after_receipt").holds
