"""record_sale, record_uncoded_sale: a report is a fact, recorded as reported."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from authorizations import operations
from authorizations.models import Authorization, Duty, LedgerEntry, Sale, Status
from authorizations.operations import SaleReport
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import quantity
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from tests.authorizations.conftest import balances
from tests.cast import Firm
from tests.roles import as_owner

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
Later = Callable[[timedelta], None]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_a_sale_of_the_whole_code_closes_it(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sale = sell(authorization, "1000")
    assert sale.net_kg == Decimal("995")
    assert balances(authorization) == ("0.000000", "0.000000", "995.000000", "0.000000")
    assert authorization.status == Status.CLOSED


def test_too_much_is_recorded_as_it_was_sold(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "1080")
    assert balances(authorization) == ("0.000000", "0.000000", "995.000000", "79.600000")


def test_a_part_leaves_the_rest_reserved(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "400")
    sell(authorization, "100")
    assert balances(authorization) == ("497.500000", "0.000000", "497.500000", "0.000000")
    assert authorization.status == Status.ISSUED


def test_a_complete_part_frees_the_rest(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    sell(authorization, "400", complete=True)
    assert balances(authorization) == ("0.000000", "0.000000", "398.000000", "0.000000")
    assert authorization.status == Status.CLOSED


def test_a_sale_after_the_end_is_recorded(ask: Ask, sell: Sell, later: Later) -> None:
    authorization = ask("1000")
    later(timedelta(hours=80))
    sell(authorization, "400")
    assert balances(authorization) == ("0.000000", "597.000000", "398.000000", "0.000000")
    assert authorization.status == Status.EXPIRED


def test_a_sale_on_a_pending_request_is_recorded(ask: Ask, sell: Sell, regulator: Actor) -> None:
    authorization = ask("6000")
    sell(authorization, "6000")
    assert balances(authorization)[0:3] == ("0.000000", "0.000000", "5970.000000")
    assert authorization.status == Status.PENDING
    issued = operations.issue(authorization, reason="It was urgent", by=regulator)
    assert issued.status == Status.CLOSED


def test_a_sale_leaves_a_duty_now_and_one_for_its_receipt(ask: Ask, sell: Sell) -> None:
    sale = sell(ask(), "1000")
    duties = Duty.objects.filter(authorization=sale.authorization, version=sale.version)
    assert {d.reason: d.due_at for d in duties} == {
        "recorded": sale.recorded_at,
        "receipt_due": sale.recorded_at + timedelta(days=5),
    }


def test_another_site_another_truck_and_a_suspended_license_are_recorded(
    ask: Ask, sell: Sell, rival: Firm, vendor: Firm, regulator: Actor
) -> None:
    authorization = ask()
    registry.suspend_license(vendor.license, reason="inspection", by=regulator)
    sale = sell(authorization, "1000", site=rival.site, plate="zzz-999")
    assert (sale.plate, sale.vehicle, sale.site) == ("ZZZ999", None, rival.site)


def test_a_tractor_and_its_trailers_are_recorded_as_several_vehicles(
    ask: Ask, sell: Sell, buyer: Firm, rival: Firm
) -> None:
    told = f"{buyer.vehicle.plate} / {rival.vehicle.plate} / T2B-114"
    sale = sell(ask(), "1000", plate=told)
    sale.refresh_from_db()
    assert (sale.plate, sale.vehicle) == (buyer.vehicle.plate, buyer.vehicle)
    assert sale.trailers == [rival.vehicle.plate, "T2B114"]
    assert sale.unknown_trailers == ["T2B114"]


@pytest.mark.parametrize("told", ["S/P", "EN TRÁMITE", "", "x" * 40])
def test_what_is_no_plate_is_recorded_as_it_was_told(ask: Ask, sell: Sell, told: str) -> None:
    sale = sell(ask(), "1000", plate=told)
    sale.refresh_from_db()
    assert (sale.plate, sale.vehicle, sale.trailers) == (told, None, [])


def test_papers_are_kept_whatever_their_form(ask: Ask, sell: Sell) -> None:
    papers = {
        "driver_document": "PASAPORTE / PASSPORT No. XA-0001234567890 (CHL)",
        "driver_license": "x" * 40,
        "invoice": "9" * 80,
        "guide": "CL/52 Nº 0012345 " + "x" * 60,
        "seals": ["A/1", "x" * 60],
    }
    sale = sell(ask(), "1000", **papers)
    sale.refresh_from_db()
    assert {name: getattr(sale, name) for name in papers} == papers


def test_another_product_is_recorded(ask: Ask, sell: Sell) -> None:
    acid = Product.objects.get(code="hydrochloric-acid-33", superseded_at=None)
    assert sell(ask(), "1000", product=acid).net_kg == Decimal("330")


def test_a_time_up_to_five_minutes_ahead_is_a_slow_clock(ask: Ask, sell: Sell) -> None:
    assert sell(ask(), "10", sold_at=clock.now() + timedelta(minutes=4)).pk


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sold_at": timedelta(minutes=6)}, "sold_ahead_of_time"),
        ({"sold_at": timedelta(days=-365 * 40)}, "sold_too_long_ago"),
        ({"gross_kg": Decimal(5)}, "weights_incomplete"),
        ({"gross_kg": Decimal(5), "tare_kg": Decimal(6)}, "gross_below_tare"),
        ({"plate": "x" * 101}, "too_long"),
        ({"plate": "a\x07b"}, "not_text"),
    ],
)
def test_what_cannot_be_a_sale_is_refused_and_leaves_nothing(
    ask: Ask, sell: Sell, changes: dict[str, Any], code: str
) -> None:
    authorization = ask()
    if "sold_at" in changes:
        changes = {"sold_at": clock.now() + changes["sold_at"]}
    assert code_of(lambda: sell(authorization, "10", **changes)) == code
    assert not Sale.objects.exists()
    assert balances(authorization)[0] == "995.000000"


def test_a_trace_that_counts_nothing_is_refused(ask: Ask, sell: Sell) -> None:
    trace = quantity("0.001", "mg")
    assert code_of(lambda: sell(ask(), trace)) == "net_is_zero"


def test_another_vendor_sells_nothing_against_the_code(
    ask: Ask, rival: Firm, report: Callable[..., SaleReport]
) -> None:
    authorization = ask()
    act = lambda: operations.record_sale(authorization, report(), by=rival.actor)  # noqa: E731
    assert code_of(act) == "not_the_seller"


def test_a_sale_without_a_code_stands_on_a_closed_authorization_of_zero(
    buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., SaleReport]
) -> None:
    sale = operations.record_uncoded_sale(
        report("100"),
        buyer=buyer.organization,
        product=acetone,
        reason="the network was down",
        by=vendor.actor,
    )
    authorization = sale.authorization
    assert (authorization.code, authorization.status) == (None, Status.CLOSED)
    assert balances(authorization) == ("0.000000",) * 4
    used = {entry.allowance_id: entry.used_after_kg for entry in LedgerEntry.objects.all()}
    assert used[authorization.allowance_id] == 0
    assert used[authorization.seller_allowance_id] == Decimal("99.5")


def test_a_sale_without_a_code_is_recorded_with_whatever_was_told_of_its_vehicles(
    buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., SaleReport]
) -> None:
    for told, kept in (("AAA-011 T2B-114", ("AAA011", ["T2B114"])), ("S/P", ("S/P", []))):
        sale = operations.record_uncoded_sale(
            report("1", plate=told),
            buyer=buyer.organization,
            product=acetone,
            reason="the network was down",
            by=vendor.actor,
        )
        assert (sale.plate, sale.trailers) == kept
        assert sale.unknown_trailers == kept[1]
        assert (sale.vehicle is None) is (told == "S/P")


def test_a_sale_without_a_code_needs_a_reason_and_another_firm(
    buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., SaleReport]
) -> None:
    def sell(to: Firm, reason: str) -> Callable[[], Sale]:
        return lambda: operations.record_uncoded_sale(
            report("1"), buyer=to.organization, product=acetone, reason=reason, by=vendor.actor
        )

    assert code_of(sell(buyer, " ")) == "no_reason"
    assert code_of(sell(vendor, "x")) == "seller_is_buyer"


def test_facts_are_booked_beyond_the_quota(ask: Ask, sell: Sell, buyer: Firm) -> None:
    authorization = ask("5000")
    sell(authorization, "12000")
    entry = LedgerEntry.objects.filter(allowance=authorization.allowance).latest("pk")
    assert entry.used_after_kg == Decimal("11940")
    assert entry.limit_kg == Decimal("10000")


def test_what_was_recorded_stays(ask: Ask, sell: Sell) -> None:
    sale = sell(ask(), "10")
    for sql in ("UPDATE authorizations_sale SET net_kg = 1", "DELETE FROM authorizations_sale"):
        with pytest.raises(Exception, match="refused"), as_owner(), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            try:
                cursor.execute(sql)
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT before")
    assert Sale.objects.get(pk=sale.pk).net_kg == sale.net_kg
