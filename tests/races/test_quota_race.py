"""Parallel requests never overdraw a quota; the same without the guard do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from authorizations import operations
from authorizations.acts import act, statement, turns
from authorizations.eligibility import checks
from authorizations.models import Allowance, Authorization
from authorizations.operations import requests
from database.statements import Statement
from precursors.errors import Refused
from precursors.models import Product
from registry.models import Permit
from tests.authorizations.periods import change_permit
from tests.cast import Firm, kg
from tests.roles import as_owner

TOGETHER = 8
pytestmark = pytest.mark.usefixtures("committing")


def at_once(act: Callable[[], object], times: int = TOGETHER) -> list[object]:
    """Run an act in so many threads, each on its own connection, all started together."""
    barrier = Barrier(times)

    def run(_number: int) -> object:
        barrier.wait()
        try:
            return act()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def ask_by_both_periods(
    ask: Callable[[], object], permit: Permit, monkeypatch: pytest.MonkeyPatch
) -> list[object]:
    """Four requests find the permit of a month, four that of a quarter; then all are written."""
    let_all_in_at_once(monkeypatch)
    look, changed = checks.reasons_against, Event()
    read_first, all_read = Barrier(5), Barrier(TOGETHER)
    turns_to_act = count()

    def reasons(purchase: checks.Purchase) -> list[checks.Reason]:
        found = look(purchase)
        if purchase.permit and purchase.permit.period == "month":
            read_first.wait(timeout=30)
        all_read.wait(timeout=30)
        return found

    def act() -> object:
        number = next(turns_to_act)
        if number == TOGETHER:
            read_first.wait(timeout=30)
            with transaction.atomic():
                change_permit(permit, "quarter")
            changed.set()
        elif number >= TOGETHER // 2:
            assert changed.wait(timeout=30)
        return number == TOGETHER or ask()

    monkeypatch.setattr(requests, "reasons_against", reasons)
    return at_once(act, TOGETHER + 1)


def used_kg() -> list[Decimal]:
    return [allowance.used_kg for allowance in Allowance.objects.order_by("pk")]


def let_all_in_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock on the buyer away."""
    without_turns = turns.NAMED.sql.replace("FOR NO KEY UPDATE OF buyer", "")
    assert without_turns != turns.NAMED.sql
    monkeypatch.setattr(turns, "NAMED", Statement(without_turns))


@pytest.fixture
def ask(buyer: Firm, vendor: Firm, acetone: Product) -> Callable[[], Authorization]:
    """3,000 kg (2,985 net) of a quota of 10,000: three fit."""
    return lambda: operations.request(
        seller=vendor.organization,
        product=acetone,
        quantity=kg("3000"),
        destination_site=buyer.site,
        by=buyer.actor,
    )


def test_parallel_requests_take_what_there_is_and_no_more(
    ask: Callable[[], Authorization],
) -> None:
    answers = at_once(ask)
    assert answers.count("not_eligible") == TOGETHER - 3
    assert used_kg() == [Decimal("8955")] * 6


def test_the_conditional_update_alone_stops_an_overdraft(
    ask: Callable[[], Authorization], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock on the buyer and the early look at the quota gone, the row still holds."""
    let_all_in_at_once(monkeypatch)
    monkeypatch.setattr(checks, "_quota", lambda ask: ())
    answers = at_once(ask)
    assert answers.count("not_eligible") == TOGETHER - 3
    assert max(used_kg()) <= Decimal(10_000)


def test_requests_by_the_old_and_the_new_period_share_one_quota(
    ask: Callable[[], Authorization], buyer: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ask_by_both_periods(ask, buyer.license.permits.get(), monkeypatch)
    assert answers.count("not_eligible") == TOGETHER - 3
    assert used_kg() == [Decimal("8955")] * 6


def test_where_only_its_own_period_is_booked_the_quota_is_overdrawn(
    ask: Callable[[], Authorization], buyer: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the database's part each period has a quota of its own."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER every_period ON authorizations_ledgerentry")
    answers = ask_by_both_periods(ask, buyer.license.permits.get(), monkeypatch)
    assert answers.count("not_eligible") < TOGETHER - 3


def test_without_the_condition_the_quota_is_overdrawn(
    ask: Callable[[], Authorization], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: shows that the race above is a race."""
    let_all_in_at_once(monkeypatch)
    unlimited = statement.ACT.replace("<= share.limit_kg", "<> share.limit_kg")
    assert unlimited != statement.ACT
    monkeypatch.setattr(statement, "ACT", unlimited)
    monkeypatch.setattr(act, "statement_for", statement.statement_for.__wrapped__)
    gate = Barrier(TOGETHER)
    look = checks.reasons_against

    def reasons(ask: checks.Purchase) -> list[checks.Reason]:
        found = look(ask)
        gate.wait(timeout=30)
        return found

    monkeypatch.setattr(requests, "reasons_against", reasons)
    at_once(ask)
    assert max(used_kg()) > Decimal(10_000)
