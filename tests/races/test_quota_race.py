"""Parallel requests never overdraw a quota; the same without the guard do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from authorizations import operations
from authorizations.acts import act, statement, turns
from authorizations.eligibility import checks
from authorizations.models import Allowance, Authorization
from authorizations.operations import requests
from database.statements import Statement
from precursors.errors import Refused
from precursors.models import Product
from tests.cast import Firm, kg

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
    assert used_kg() == [Decimal("8955")] * 2


def test_the_conditional_update_alone_stops_an_overdraft(
    ask: Callable[[], Authorization], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lock on the buyer and the early look at the quota gone, the row still holds."""
    let_all_in_at_once(monkeypatch)
    monkeypatch.setattr(checks, "_quota", lambda ask: ())
    answers = at_once(ask)
    assert answers.count("not_eligible") == TOGETHER - 3
    assert max(used_kg()) <= Decimal(10_000)


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
