"""What was used stays used, whatever the period and the license by which a firm may use it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from audit.invariants.balances import OWN as BALANCES
from authorizations import operations
from authorizations.eligibility.checks import Purchase, headroom
from authorizations.migrations._guards import BALANCES as NAMES
from authorizations.migrations._guards import FILL_EVERY_PERIOD
from authorizations.models import Allowance, Authorization, LedgerEntry, Sale, Status
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from registry.models import Permit
from tests.audit.planting import plant
from tests.authorizations.periods import change_permit
from tests.cast import Firm

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
PERIODS = ["month", "quarter", "year"]


@pytest.fixture(autouse=True)
def _clock_and_codes(settings: Any) -> None:
    settings.DEMO_MODE = True  # the clock can be moved
    settings.OPEN_CODES_MAX = 1000


def change(
    firm: Firm,
    period: str,
    *,
    limit: str = "10000",
    activity: str = "buy",
    license: int | None = None,
) -> None:
    permits = Permit.objects.filter(organization=firm.organization, activity=activity)
    change_permit(permits.latest("pk"), period, limit=limit, license=license)


def left(firm: Firm, product: Product) -> Decimal:
    return headroom(Purchase(firm.organization, product, clock.now())).available_kg


def refusals(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [reason["code"] for reason in caught.value.data["reasons"]]


def used(firm: Firm, period: str, activity: str = "buy") -> Decimal:
    """By the row of a period that holds today."""
    today = clock.today(firm.organization.jurisdiction)
    rows = Allowance.objects.filter(
        organization=firm.organization,
        activity=activity,
        period_start__lte=today,
        period_end__gte=today,
    )
    length = {"month": 31, "quarter": 92, "year": 366}
    shorter = {"month": 0, "quarter": 31, "year": 92}
    (row,) = (
        row
        for row in rows
        if shorter[period] < (row.period_end - row.period_start).days + 1 <= length[period]
    )
    used_kg: Decimal = row.used_kg
    return used_kg


def in_order() -> None:
    for question in BALANCES:
        assert question.count() == 0, question.name


@pytest.mark.parametrize("first", PERIODS)
@pytest.mark.parametrize("second", PERIODS)
def test_a_changed_period_leaves_the_buyer_what_it_had(
    ask: Ask, buyer: Firm, acetone: Product, first: str, second: str
) -> None:
    change(buyer, first)
    ask("4000")
    change(buyer, second)
    assert left(buyer, acetone) == Decimal("6020")
    ask("6000")
    assert refusals(lambda: ask("100")) == ["quota_exceeded"]
    in_order()


def test_no_series_of_changes_gives_more_than_the_limit(
    ask: Ask, buyer: Firm, acetone: Product
) -> None:
    """From month to quarter to year and back, all on one day."""
    for period in (*PERIODS, *PERIODS):
        change(buyer, period)
        while left(buyer, acetone) >= 3000:
            ask("3000")
    assert sum(code.reserved_kg for code in Authorization.objects.all()) == Decimal("8955")
    assert {used(buyer, period) for period in PERIODS} == {Decimal("8955")}
    in_order()


def test_a_changed_period_of_the_vendor_lets_it_sell_no_more(
    ask: Ask, buyer: Firm, vendor: Firm
) -> None:
    change(buyer, "year", limit="100000")
    for period in PERIODS:
        change(vendor, period, activity="sell")
        ask("2500")
    assert used(vendor, "year", "sell") == Decimal("7462.5")
    in_order()


def test_what_is_sold_corrected_and_released_counts_in_every_period(
    ask: Ask, sell: Sell, report: Callable[..., Any], buyer: Firm, vendor: Firm
) -> None:
    code, ended = ask("1000"), ask("500")
    change(buyer, "quarter")
    change(vendor, "year", activity="sell")
    sale = sell(code, "1200")
    assert {used(buyer, period) for period in PERIODS} == {Decimal("1691.5")}
    sale = operations.correct_sale(sale, report("1300"), reason="typed", by=vendor.actor)
    operations.void_sale(sale, reason="typed", by=vendor.actor)
    operations.cancel(ended, by=buyer.actor)
    assert {used(buyer, period) for period in PERIODS} == {Decimal("1293.5")}
    assert {used(vendor, period, "sell") for period in PERIODS} == {Decimal("1293.5")}
    in_order()


def test_a_sale_without_code_counts_once_a_permit_of_another_period_comes(
    buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., Any], regulator: Actor
) -> None:
    plant("UPDATE registry_permit SET state = 'replaced'")
    sale = operations.record_uncoded_sale(
        report("9000"),
        buyer=buyer.organization,
        product=acetone,
        reason="outage",
        by=vendor.actor,
    )
    operations.confirm_claim(sale, reason="seen", by=regulator)
    change(buyer, "year")
    assert left(buyer, acetone) == Decimal("1045")
    assert used(vendor, "quarter", "sell") == Decimal("8955")
    in_order()


def test_a_fact_booked_first_on_a_new_period_is_measured_by_its_permit(
    ask: Ask, buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., Any]
) -> None:
    ask("1000")
    change(vendor, "quarter", activity="sell")
    sale = operations.record_uncoded_sale(
        report("100"), buyer=buyer.organization, product=acetone, reason="outage", by=vendor.actor
    )
    entry = LedgerEntry.objects.get(authorization=sale.authorization, allowance__activity="sell")
    assert (entry.used_after_kg, entry.limit_kg) == (Decimal("1094.5"), Decimal(10_000))


def test_a_limit_below_what_was_used_leaves_nothing(
    ask: Ask, buyer: Firm, acetone: Product
) -> None:
    ask("4000")
    change(buyer, "quarter", limit="3000")
    assert left(buyer, acetone) == 0
    assert refusals(lambda: ask("1")) == ["quota_exceeded"]
    change(buyer, "month", limit="5000")
    assert left(buyer, acetone) == Decimal("1020")


def test_the_next_license_takes_over_what_was_used(
    ask: Ask, buyer: Firm, acetone: Product, regulator: Actor
) -> None:
    ask("4000")
    today = clock.today(regulator.jurisdiction)
    plant(
        f"UPDATE registry_license SET valid_to = '{today - timedelta(days=1)}'"
        f" WHERE id = {buyer.license.pk}"
    )
    following = registry.grant_license(
        organization=buyer.organization,
        number="L-NEXT",
        valid_from=today,
        valid_to=today + timedelta(days=300),
        by=regulator,
    )
    change(buyer, "year", license=following.pk)
    assert left(buyer, acetone) == Decimal("6020")
    ask("6000")
    assert refusals(lambda: ask("100")) == ["quota_exceeded"]


def at(moment: str) -> None:
    """Let a request be made at a local time in Lima, five hours behind UTC."""
    then = datetime.fromisoformat(f"{moment}-05:00")
    clock.advance(then - clock.now())


def test_a_month_after_another_is_empty_and_its_quarter_is_not(
    ask: Ask, buyer: Firm, acetone: Product
) -> None:
    """By the local day: at 23:30 in Lima it is the next month in UTC already."""
    year = clock.today(buyer.organization.jurisdiction).year + 1
    plant(f"UPDATE registry_license SET valid_to = '{year + 2}-01-01'")
    at(f"{year}-01-31T23:30")
    ask("4000")
    at(f"{year}-02-01T00:30")
    assert left(buyer, acetone) == Decimal(10_000)
    change(buyer, "quarter")
    assert left(buyer, acetone) == Decimal("6020")
    at(f"{year}-04-01T00:30")
    assert left(buyer, acetone) == Decimal(10_000)
    change(buyer, "year")
    assert left(buyer, acetone) == Decimal("6020")
    at(f"{year + 1}-01-01T00:30")
    assert left(buyer, acetone) == Decimal(10_000)


def test_a_settlement_after_the_year_is_over_goes_to_the_year_of_the_request(
    ask: Ask, sell: Sell, buyer: Firm, acetone: Product
) -> None:
    year = clock.today(buyer.organization.jurisdiction).year + 1
    plant(f"UPDATE registry_license SET valid_to = '{year + 2}-01-01'")
    at(f"{year}-12-31T22:00")
    code = ask("4000")
    assert code.status == Status.ISSUED
    at(f"{year + 1}-01-01T08:00")
    sell(code, "5000")
    for period in PERIODS:
        change(buyer, period)
        assert left(buyer, acetone) == Decimal(10_000)
    in_order()


def test_another_jurisdiction_is_not_concerned(ask: Ask, buyer: Firm) -> None:
    ask("4000")
    rows = Allowance.objects.exclude(organization__jurisdiction=buyer.organization.jurisdiction)
    assert not rows.exists()


def test_the_update_counts_what_was_booked_before_it(ask: Ask, sell: Sell, buyer: Firm) -> None:
    """What the portal of yesterday booked by three names, one after the other, is one use."""
    sell(ask("1000"), "1200")
    change(buyer, "quarter")
    ask("500")
    told = list(Allowance.objects.order_by("pk").values_list("pk", *NAMES))
    forget = ", ".join(f"{name} = 0" for name in NAMES)
    plant(
        "DELETE FROM authorizations_allowance WHERE limit_kg = 0",
        f"UPDATE authorizations_allowance SET {forget}",
        "UPDATE authorizations_ledgerentry SET counts_every_period = false,"
        " used_after_kg = (SELECT sum(e.reserved_kg + e.held_kg + e.consumed_kg + e.overage_kg)"
        " FROM authorizations_ledgerentry e WHERE e.allowance_id = authorizations_ledgerentry"
        ".allowance_id AND e.id <= authorizations_ledgerentry.id)",
        FILL_EVERY_PERIOD,
    )
    again = list(Allowance.objects.order_by("pk").values_list("pk", *NAMES))
    assert sorted(row[1:] for row in told) == sorted(row[1:] for row in again)
    in_order()


def test_whoever_books_books_every_period(ask: Ask, buyer: Firm) -> None:
    """The portal of yesterday writes an entry and changes one allowance: the database the rest."""
    code = ask("1000")
    columns = (
        "jurisdiction_id, month, allowance_id, authorization_id, kind, reserved_kg, held_kg,"
        " consumed_kg, overage_kg, used_after_kg, limit_kg, recorded_at"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO authorizations_ledgerentry ({columns}, version)"
            f" SELECT {columns}, version + 1 FROM authorizations_ledgerentry"
            " WHERE allowance_id = %s",
            [code.allowance_id],
        )
    assert (used(buyer, "quarter"), used(buyer, "year")) == (Decimal("1990"), Decimal("1990"))
    assert used(buyer, "month") == Decimal("995")  # the writer's own part
    assert LedgerEntry.objects.latest("pk").recorded_at.tzinfo == UTC
