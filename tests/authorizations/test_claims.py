"""A sale without a code: claimed by the vendor, debited once the buyer or an officer confirms."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.db.models import F

from authorizations import operations
from authorizations.models import Authorization, LedgerEntry, Receipt, Sale
from authorizations.operations import Purchase, SaleReport, headroom
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from registry.models import Event
from tests.audit.planting import plant
from tests.cast import Firm, kg
from tests.roles import as_owner

Ask = Callable[..., Authorization]
Claim = Callable[..., Sale]
Later = Callable[[timedelta], None]


@pytest.fixture
def claim(buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., SaleReport]) -> Claim:
    """The vendor reports a sale to the buyer without a code."""

    def sell(amount: str = "100") -> Sale:
        return operations.record_uncoded_sale(
            report(amount),
            buyer=buyer.organization,
            product=acetone,
            reason="outage",
            by=vendor.actor,
        )

    return sell


def answer(sale: Sale, buyer: Firm, amount: str = "") -> Receipt:
    return operations.confirm_receipt(
        sale,
        received_at=clock.now(),
        quantity=kg(amount) if amount else None,
        outcome="satisfactory" if amount else "never_received",
        by=buyer.actor,
    )


def booked(sale: Sale) -> tuple[str, str, str]:
    """Debited to the buyer, claimed, and booked on the vendor's allowance; net kg."""
    row = Authorization.objects.select_related("allowance", "seller_allowance").get(
        pk=sale.authorization_id
    )
    assert row.allowance.overage_kg == row.overage_kg == row.allowance.used_kg
    assert row.allowance.claimed_kg == row.claimed_kg
    assert row.seller_allowance
    assert row.seller_allowance.used_kg == row.sold_kg
    assert row.seller_allowance.claimed_kg == 0
    return tuple(f"{kg:.1f}" for kg in (row.overage_kg, row.claimed_kg, row.sold_kg))  # type: ignore[return-value]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_sale_without_a_code_takes_nothing_of_the_buyers_quota(
    ask: Ask, claim: Claim, buyer: Firm, acetone: Product
) -> None:
    sale = claim("10050")  # more than the whole quota
    assert booked(sale) == ("0.0", "9999.8", "9999.8")
    room = headroom(Purchase(buyer.organization, acetone, clock.now()))
    assert (room.available_kg, room.consumed_kg) == (Decimal("10000"), 0)
    assert room.claimed_kg == Decimal("9999.75")
    assert ask("5000").status == "issued"


def test_an_unanswered_claim_keeps_nobody_from_requesting(
    ask: Ask, claim: Claim, later: Later
) -> None:
    sale = claim()
    later(timedelta(days=6))
    assert sale.authorization.receipt_awaited_since is None
    assert ask().status == "issued"
    evaluate([sale.authorization_id])
    assert [flag.rule for flag in Flag.objects.all()] == ["sold_without_code"]


def test_what_the_buyer_received_is_debited(claim: Claim, buyer: Firm) -> None:
    sale = claim("100")
    answer(sale, buyer, "100")
    assert booked(sale) == ("99.5", "0.0", "99.5")


def test_no_more_is_debited_than_the_buyer_says_it_received(claim: Claim, buyer: Firm) -> None:
    """A genuine sale of 20 that is reported as 1,000 takes 20."""
    sale = claim("1000")
    answer(sale, buyer, "20")
    assert booked(sale) == ("19.9", "0.0", "995.0")


def test_not_mine_takes_the_claim_off_and_the_officer_sees_it(claim: Claim, buyer: Firm) -> None:
    sale = claim("100")
    answer(sale, buyer)
    assert booked(sale) == ("0.0", "0.0", "99.5")
    event = Event.objects.get(kind="authorization.received")
    assert event.data["outcome"] == "never_received"
    evaluate([sale.authorization_id])
    flag = Flag.objects.get(rule="receipt_difference")
    assert (flag.severity, flag.evidence["outcome"]) == ("high", "never_received")


def test_the_vendors_own_word_is_booked_on_its_own_quota_at_once(claim: Claim) -> None:
    sale = claim("100")
    entry = LedgerEntry.objects.get(allowance=sale.authorization.seller_allowance)
    assert (entry.overage_kg, entry.claimed_kg, entry.used_after_kg) == (
        Decimal("99.5"),
        Decimal(0),
        Decimal("99.5"),
    )


def test_an_officer_confirms_a_claim(claim: Claim, regulator: Actor) -> None:
    sale = claim("100")
    operations.confirm_claim(sale, reason="the driver's guide", by=regulator)
    assert booked(sale) == ("99.5", "0.0", "99.5")
    event = Event.objects.get(kind="authorization.claim_confirmed")
    assert event.data == {"reason": "the driver's guide"}


def test_an_officer_confirms_what_the_buyer_denies(
    claim: Claim, buyer: Firm, regulator: Actor
) -> None:
    sale = claim("100")
    answer(sale, buyer)
    operations.confirm_claim(sale, reason="seen on its premises", by=regulator)
    assert booked(sale) == ("99.5", "0.0", "99.5")


def test_only_what_is_not_debited_yet_can_be_confirmed(
    ask: Ask, sell: Callable[..., Sale], claim: Claim, buyer: Firm, regulator: Actor, vendor: Firm
) -> None:
    def confirm(sale: Sale, by: Actor = regulator, reason: str = "x") -> Callable[[], object]:
        return lambda: operations.confirm_claim(sale, reason=reason, by=by)

    sale = claim("100")
    assert refusal(confirm(sale, by=vendor.actor)) == "not_the_authority"
    assert refusal(confirm(sale, by=buyer.actor)) == "not_the_authority"
    assert refusal(confirm(sale, reason=" ")) == "no_reason"
    confirm(sale)()
    assert refusal(confirm(sale)) == "nothing_to_confirm"
    assert refusal(confirm(sell(ask("10"), "20"))) == "nothing_to_confirm"
    void = operations.void_sale(claim("5"), reason="x", by=vendor.actor)
    assert refusal(confirm(void)) == "nothing_to_confirm"


def test_agree_tells_that_a_claim_is_confirmed_instead(claim: Claim, regulator: Actor) -> None:
    sale = claim("100")
    with pytest.raises(Refused, match="confirm it, or let it stand") as refused:
        operations.agree(sale, reason="x", by=regulator)
    assert refused.value.code == "nothing_to_agree"


def test_agreeing_to_a_lower_claim_debits_nothing(
    claim: Claim, report: Callable[..., SaleReport], vendor: Firm, regulator: Actor
) -> None:
    sale = claim("100")
    lower = operations.correct_sale(sale, report("20"), reason="typed twice", by=vendor.actor)
    assert booked(sale) == ("0.0", "19.9", "99.5")
    operations.agree(lower, reason="seen", by=regulator)
    assert booked(sale) == ("0.0", "19.9", "19.9")


def test_a_higher_correction_debits_nothing_that_nobody_confirmed(
    claim: Claim, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    sale = claim("100")
    answer(sale, buyer, "100")
    operations.correct_sale(sale, report("2000"), reason="forgot", by=vendor.actor)
    assert booked(sale) == ("99.5", "0.0", "1990.0")


def test_a_void_takes_the_vendors_claim_back(
    claim: Claim, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    sale = claim("100")
    void = operations.void_sale(sale, reason="another buyer's", by=vendor.actor)
    assert booked(sale) == ("0.0", "0.0", "99.5")  # its own quota takes two
    operations.correct_sale(void, report("60"), reason="it was", by=vendor.actor)
    assert booked(sale) == ("0.0", "59.7", "99.5")


def test_a_void_after_not_mine_frees_the_vendors_quota(
    claim: Claim, buyer: Firm, vendor: Firm
) -> None:
    sale = claim("100")
    answer(sale, buyer)
    operations.void_sale(sale, reason="another buyer's", by=vendor.actor)
    assert booked(sale) == ("0.0", "0.0", "0.0")


def test_a_void_takes_no_confirmed_sale_back(
    claim: Claim, buyer: Firm, vendor: Firm, regulator: Actor
) -> None:
    sale = claim("100")
    answer(sale, buyer, "100")
    void = operations.void_sale(sale, reason="a friend asked", by=vendor.actor)
    assert booked(sale) == ("99.5", "0.0", "99.5")
    operations.agree(void, reason="seen", by=regulator)
    assert booked(sale) == ("0.0", "0.0", "0.0")


def test_no_second_sale_stands_on_an_authorization_without_a_code(
    claim: Claim, report: Callable[..., SaleReport], vendor: Firm
) -> None:
    authorization = claim("100").authorization
    again = lambda: operations.record_sale(authorization, report("9"), by=vendor.actor)  # noqa: E731
    assert refusal(again) == "code_unknown"
    assert Sale.objects.count() == 1


def test_only_what_is_debited_overdraws_a_quota(claim: Claim, regulator: Actor) -> None:
    sale = claim("20000")
    evaluate([sale.authorization_id])
    assert not Flag.objects.filter(rule="quota_overdrawn").exists()
    operations.confirm_claim(sale, reason="seen", by=regulator)
    evaluate([sale.authorization_id])
    assert Flag.objects.get(rule="quota_overdrawn").evidence["activity"] == "buy"


def test_what_is_booked_as_a_claim_stays_one(claim: Claim) -> None:
    sale = claim()
    rows = Authorization.objects.filter(pk=sale.authorization_id)
    with pytest.raises(DatabaseError, match="never changes"), as_owner():
        rows.update(is_claim=False, claimed_kg=0, overage_kg=F("sold_kg"))


def test_older_sales_without_a_code_stay_as_they_were_booked(
    claim: Claim, report: Callable[..., SaleReport], buyer: Firm, vendor: Firm
) -> None:
    """As a row of before there were claims: debited at once, and corrected as any sale."""
    sale = claim("100")
    plant(
        "UPDATE authorizations_authorization SET is_claim = false, claimed_kg = 0,"
        " overage_kg = sold_kg",
        "UPDATE authorizations_allowance SET overage_kg = overage_kg + claimed_kg, claimed_kg = 0",
        "UPDATE authorizations_ledgerentry SET overage_kg = overage_kg + claimed_kg,"
        " claimed_kg = 0",
    )
    sale = Sale.objects.get()
    answer(sale, buyer, "100")
    assert booked(sale) == ("99.5", "0.0", "99.5")
    operations.correct_sale(sale, report("200"), reason="forgot", by=vendor.actor)
    assert booked(sale) == ("199.0", "0.0", "199.0")
