"""A vendor's quota is not measured by asking: the answers tell no less than a quarter of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from audit.invariants.balances import OWN as BALANCES
from authorizations import operations
from authorizations.eligibility.discretion import told_kg
from authorizations.models import Allowance, Authorization, Sale, Status
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from tests.audit.planting import plant
from tests.authorizations.periods import change_permit
from tests.cast import Firm, kg
from tests.factories import FirmFactory

Ask = Callable[..., Authorization]
SHARE = Decimal("0.995")


@pytest.fixture(autouse=True)
def _large_buyer(buyer: Firm, vendor: Firm, settings: Any) -> None:
    """Its own quota refuses nothing here; the vendor may sell 10,000 kg in a month."""
    settings.OPEN_CODES_MAX = 1000
    generous(buyer)
    change_permit(vendor.license.permits.get(), "month", limit="10000")


def generous(firm: Firm) -> None:
    (permit,) = firm.license.permits.filter(state="in_force")
    change_permit(permit, "year", limit="90000000")
    plant("UPDATE registry_permit SET automatic_limit_kg = 80000000 WHERE limit_kg = 90000000")


def taken_by_others(vendor: Firm, used_kg: Decimal, *, by: Actor) -> None:
    """As if other buyers had bought so much of the vendor's 10,000 kg of this month."""
    rival = FirmFactory.create(by=by)
    report = operations.SaleReport(
        sold_at=clock.now(),
        quantity=kg((used_kg / SHARE).quantize(Decimal("0.001"))),
        site=vendor.site,
        plate="AAA011",
    )
    operations.record_uncoded_sale(
        report,
        buyer=rival.organization,
        product=Product.objects.get(code="acetone", superseded_at=None),
        reason="outage",
        by=vendor.actor,
    )


def measure(ask: Ask, buyer: Firm, *, times: int = 100) -> tuple[set[str], Decimal, Decimal]:
    """Bisect by the answers: what they were, the most that passed, the least that did not."""
    answers, low, high = set(), Decimal(0), Decimal(16_000)
    for _time in range(times):
        middle = ((low + high) / 2).quantize(Decimal("0.001"))
        try:
            code = ask(str(middle))
            answer = str(code.status)
            operations.cancel(code, by=buyer.actor)
        except Refused as refusal:
            answer = refusal.code
        answers.add(answer)
        low, high = (middle, high) if answer == "issued" else (low, middle)
    return answers, low * SHARE, high * SHARE


@pytest.mark.parametrize("used", ["0", "1000", "3217.321", "7000", "9900"])
def test_a_hundred_requests_tell_no_more_than_a_quarter(
    ask: Ask, buyer: Firm, vendor: Firm, regulator: Actor, used: str
) -> None:
    """What they find is a step; the vendor has between that and a third more."""
    if Decimal(used):
        taken_by_others(vendor, Decimal(used), by=regulator)
    left = 10_000 - Decimal(used)
    answers, low, high = measure(ask, buyer)
    assert answers == {"issued", "pending"}
    assert high - low < 1
    assert low < left <= low / Decimal("0.75") + 1
    for times in ("1.001", "1.332"):  # one with any of these would have answered the same
        told = told_kg(Decimal(10_000), Decimal(10_000) - high * Decimal(times))
        assert abs(told - low) < 1
    for question in BALANCES:
        assert question.count() == 0, question.name


def test_what_the_buyer_takes_itself_does_not_move_the_step(
    ask: Ask, buyer: Firm, vendor: Firm, regulator: Actor
) -> None:
    """Else it would take a little more each time, and learn where the step is left."""
    taken_by_others(vendor, Decimal("3217"), by=regulator)
    _answers, low, _high = measure(ask, buyer, times=30)
    for part in ("500", "777", "1300"):
        ask(part)
    own = (500 + 777 + 1300) * SHARE
    _answers, after, _high = measure(ask, buyer, times=30)
    assert abs(low - (after + own)) < 1


def test_the_steps_hang_on_nothing_but_the_limit() -> None:
    limit = Decimal(10_000)
    assert told_kg(limit, Decimal(0)) == told_kg(limit, Decimal(2499)) == 7500
    assert told_kg(limit, Decimal(2500)) == told_kg(limit, Decimal(4300)) == 5625
    assert told_kg(limit, Decimal(10_000)) == told_kg(limit, Decimal(12_000)) == 0
    assert told_kg(Decimal(0), Decimal(0)) == 0
    for used in range(0, 9999, 7):
        told = told_kg(limit, Decimal(used))
        assert told < limit - used <= told / Decimal("0.75")


def test_headroom_is_the_same_whatever_the_vendor_has(
    buyer: Firm, vendor: Firm, acetone: Product, regulator: Actor
) -> None:
    def look() -> Any:
        return operations.headroom(
            operations.Purchase(
                buyer.organization,
                acetone,
                moment,
                seller=vendor.organization,
                quantity=kg("9999"),
            )
        )

    moment = clock.now()
    before = look()
    taken_by_others(vendor, Decimal("9990"), by=regulator)
    assert look() == before
    taken_by_others(vendor, Decimal("500"), by=regulator)
    assert look() == before


def test_what_does_not_fit_waits_without_the_vendors_quota(
    ask: Ask, vendor: Firm, regulator: Actor
) -> None:
    code = ask("12000")
    assert (code.status, code.seller_allowance_id) == (Status.PENDING, None)
    assert not Allowance.objects.filter(activity="sell", reserved_kg__gt=0).exists()
    with pytest.raises(Refused) as caught:
        operations.issue(code, by=regulator)
    assert [reason["code"] for reason in caught.value.data["reasons"]] == ["seller_limit_reached"]
    change_permit(vendor.license.permits.latest("pk"), "month", limit="15000")
    issued = operations.issue(code, by=regulator)
    assert issued.status == Status.ISSUED
    assert issued.seller_allowance and issued.seller_allowance.limit_kg == 15_000
    sums = Allowance.objects.filter(activity="sell").values_list("reserved_kg", flat=True)
    assert list(sums) == [Decimal("11940")] * 3
    for question in BALANCES:
        assert question.count() == 0, question.name


@pytest.mark.parametrize("amount", ["8000", "9900", "10100", "15000"])
def test_the_next_request_does_not_tell_whether_one_that_waits_would_fit(
    ask: Ask, buyer: Firm, amount: str
) -> None:
    """Had it taken the quota, the next would wait as well: the secret again, to the gram."""
    assert ask(amount).status == Status.PENDING
    assert ask("100").status == Status.ISSUED
    assert ask("8000").status == Status.PENDING


def test_a_sale_before_the_issue_does_not_pass_the_look_at_the_quota(
    ask: Ask, sell: Callable[..., Sale], regulator: Actor
) -> None:
    """A vendor that reports a little of what waits is not issued more than it has."""
    code = ask("12000")
    sell(code, "1")
    with pytest.raises(Refused) as caught:
        operations.issue(code, reason="known", by=regulator)
    assert [reason["code"] for reason in caught.value.data["reasons"]] == ["seller_limit_reached"]


def test_what_fits_when_it_is_issued_may_be_taken_meanwhile(
    ask: Ask, vendor: Firm, regulator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row decides, not the look before."""
    code = ask("12000")
    monkeypatch.setattr(operations.Purchase, "fits_seller", True)
    with pytest.raises(Refused) as caught:
        operations.issue(code, by=regulator)
    assert [reason["code"] for reason in caught.value.data["reasons"]] == ["seller_limit_reached"]


@pytest.mark.parametrize("end", ["cancel", "refuse"])
def test_what_waits_ends_like_any_request(
    ask: Ask, buyer: Firm, regulator: Actor, end: str
) -> None:
    code = ask("12000")
    if end == "cancel":
        operations.cancel(code, by=buyer.actor)
    else:
        operations.refuse(code, reason="too much", by=regulator)
    assert all(allowance.used_kg == 0 for allowance in Allowance.objects.all())
    for question in BALANCES:
        assert question.count() == 0, question.name


def test_a_sale_on_what_waits_is_booked_on_the_vendors_quota(
    ask: Ask, sell: Callable[..., Sale], report: Callable[..., Any], vendor: Firm
) -> None:
    code = ask("12000")
    sale = sell(code, "300")
    code.refresh_from_db()
    assert code.seller_allowance and code.seller_allowance.used_kg == Decimal("11940")
    assert code.seller_allowance.consumed_kg == Decimal("298.5")
    operations.correct_sale(sale, report("400"), reason="typed", by=vendor.actor)
    code.seller_allowance.refresh_from_db()
    assert code.seller_allowance.consumed_kg == Decimal("398")
    for question in BALANCES:
        assert question.count() == 0, question.name
