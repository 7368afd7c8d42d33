"""request: reserve the quantity, give it a code, issue it within the automatic limit."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from authorizations import codes, operations
from authorizations.models import Allowance, Authorization, Duty, LedgerEntry, Status
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import quantity
from registry import operations as registry
from registry.actors import Actor
from registry.models import Event
from tests.cast import Firm, kg, permit, two_officers
from tests.factories import FirmFactory

Ask = Callable[..., Authorization]


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def reasons(act: Callable[[], object]) -> set[str]:
    error = refused(act)
    assert error.code == "not_eligible"
    return {reason["code"] for reason in error.data["reasons"]}


def test_a_request_within_the_automatic_limit_is_issued_at_once(ask: Ask) -> None:
    authorization = ask("1000")
    assert authorization.status == Status.ISSUED
    assert authorization.net_kg == Decimal("995")  # technical acetone is 99.5 %
    assert authorization.valid_until - authorization.issued_at == timedelta(hours=72)
    assert codes.normalize(authorization.code_in_fours.lower()) == authorization.code


def test_its_quantity_is_reserved_on_the_allowances_of_both(ask: Ask) -> None:
    """In the month of their permits, and in its quarter and year."""
    ask("1000")
    assert [a.reserved_kg for a in Allowance.objects.all()] == [Decimal("995")] * 6
    assert [e.reserved_kg for e in LedgerEntry.objects.all()] == [Decimal("995")] * 2


def test_it_leaves_events_and_duties(ask: Ask) -> None:
    authorization = ask("1000")
    events = Event.objects.filter(subject_kind="authorization", subject_id=authorization.pk)
    kinds = events.order_by("sequence").values_list("kind", "sequence")
    assert list(kinds) == [("authorization.requested", 1), ("authorization.issued", 2)]
    duties = Duty.objects.filter(authorization=authorization).order_by("due_at")
    assert [d.reason for d in duties] == ["end", "release"]
    assert duties[0].due_at == authorization.valid_until


def test_a_request_beyond_the_automatic_limit_waits_for_an_officer(ask: Ask) -> None:
    authorization = ask("5100")
    assert authorization.status == Status.PENDING
    assert authorization.valid_until is None
    assert authorization.reserved_kg == authorization.net_kg


def test_small_requests_add_up_to_the_automatic_limit(ask: Ask) -> None:
    assert ask("3000").status == Status.ISSUED
    assert ask("2000").status == Status.ISSUED
    assert ask("100").status == Status.PENDING  # 5,074.5 kg in seven days


def test_what_was_issued_more_than_seven_days_ago_no_longer_adds_up(
    ask: Ask, later: Callable[[timedelta], None]
) -> None:
    ask("3000")
    later(timedelta(days=7, minutes=1))
    assert ask("3000").status == Status.ISSUED


def test_more_than_the_quota_is_refused_with_the_largest_that_passes(ask: Ask) -> None:
    ask("3000")
    error = refused(lambda: ask("8000"))
    assert error.data["reasons"][0]["code"] == "quota_exceeded"
    assert error.data["largest_request"] == "7015.000000"  # 10,000 − 2,985 net kg
    assert Authorization.objects.count() == 1


def test_the_largest_request_told_is_the_largest_that_passes(ask: Ask) -> None:
    ask("3000")
    largest = refused(lambda: ask("8000")).data["headroom"].largest_quantity
    assert reasons(lambda: ask(str(largest.value + Decimal("0.001")))) == {"quota_exceeded"}
    assert ask(str(largest.value)).net_kg <= Decimal(7015)


def test_every_reason_is_given_at_once(
    ask: Ask, buyer: Firm, vendor: Firm, rival: Firm, regulator: Actor
) -> None:
    registry.suspend_license(vendor.license, reason="inspection", by=regulator)
    found = reasons(lambda: ask("20000", destination_site=rival.site))
    assert found == {"seller_not_licensed", "site_not_yours", "quota_exceeded"}


def test_a_suspended_buyer_is_refused(ask: Ask, buyer: Firm, regulator: Actor) -> None:
    registry.suspend_license(buyer.license, reason="inspection", by=regulator)
    assert reasons(lambda: ask("1")) == {"buyer_not_licensed"}


def test_a_substance_without_permit_is_refused(ask: Ask) -> None:
    toluene = Product.objects.filter(precursor__code="toluene", superseded_at=None)[0]
    found = reasons(lambda: ask("1", product=toluene))
    assert found == {"buyer_not_permitted", "seller_not_permitted"}


def test_a_firm_cannot_buy_from_itself(ask: Ask, buyer: Firm) -> None:
    assert "seller_is_buyer" in reasons(lambda: ask("1", seller=buyer.organization))


def test_a_full_site_is_refused_and_the_largest_request_fits_it(
    vendor: Firm, acetone: Product, regulator: Actor
) -> None:
    small = FirmFactory(storage="1500", by=regulator)

    def ask(value: str) -> Authorization:
        return operations.request(
            seller=vendor.organization,
            product=acetone,
            quantity=kg(value),
            destination_site=small.site,
            by=small.actor,
        )

    ask("1000")
    error = refused(lambda: ask("600"))
    assert [r["code"] for r in error.data["reasons"]] == ["storage_exceeded"]
    assert error.data["headroom"].largest_quantity == kg("500")
    assert ask("500").status == Status.ISSUED


def test_only_so_many_codes_are_open_at_once(ask: Ask, buyer: Firm, settings: Any) -> None:
    settings.OPEN_CODES_MAX = 2
    ask("1")
    operations.cancel(ask("1"), by=buyer.actor)
    ask("1")
    assert reasons(lambda: ask("1")) == {"too_many_open_codes"}


def test_an_overdue_receipt_bars_and_saying_it_never_came_settles_it(
    ask: Ask, sell: Callable[..., Any], buyer: Firm, later: Callable[[timedelta], None]
) -> None:
    sale = sell(ask("10"), "10")
    later(timedelta(days=5, minutes=1))
    assert reasons(lambda: ask("1")) == {"receipts_overdue"}
    operations.confirm_receipt(
        sale,
        received_at=sale.sold_at,
        quantity=None,
        outcome="never_received",
        by=buyer.actor,
    )
    assert ask("1").status == Status.ISSUED


def test_the_vendors_limit_lets_a_request_wait_and_is_never_told(
    ask: Ask, regulator: Actor
) -> None:
    little = FirmFactory(activity="sell", limit="50", by=regulator)
    assert ask("60", seller=little.organization).status == Status.PENDING


def test_a_renewed_license_does_not_refill_the_quota(
    ask: Ask, buyer: Firm, regulator: Actor
) -> None:
    ask("4000")
    registry.revoke_license(buyer.license, reason="renewed", by=regulator)
    renewed = registry.grant_license(
        organization=buyer.organization,
        number="L-RENEWED",
        valid_from=buyer.license.valid_from,
        valid_to=buyer.license.valid_to,
        by=two_officers(regulator.jurisdiction),
    )
    permit(renewed, by=regulator)
    assert reasons(lambda: ask("6100")) == {"quota_exceeded"}


def test_a_code_never_outlives_a_license(ask: Ask, vendor: Firm, settings: Any) -> None:
    settings.CODE_VALIDITY_HOURS = 24 * 500
    authorization = ask("1")
    local = authorization.valid_until.astimezone(authorization.jurisdiction.zone)
    assert (local - timedelta(seconds=1)).date() == vendor.license.valid_to


def test_a_volume_is_counted_by_the_products_density(ask: Ask) -> None:
    authorization = ask(quantity("1000", "L"))
    assert authorization.product_kg == Decimal("791")
    assert authorization.net_kg == Decimal("787.045")


def test_the_authority_has_no_quota_to_ask_for(ask: Ask, regulator: Actor) -> None:
    assert refused(lambda: ask("1", by=regulator)).code == "not_a_firm"
