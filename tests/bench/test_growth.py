"""The trade that the benchmark loads is trade as the portal itself would have written it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from audit.invariants import violations
from authorizations.models import Authorization, Duty
from bench.full.populate import populate
from bench.growth.load import load
from demo import past
from oversight.models import Flag
from registry import clock
from tests import roles

LOADED = 300


@pytest.fixture
def registered(committing: None, settings: Any) -> Iterator[None]:
    """Two buyers and two vendors, registered for more than a year."""
    settings.DEMO_MODE = True  # or the clock is not to be moved
    roles.work_as_owner()
    with past.visited():
        past.go_to(clock.now() - timedelta(days=420))
        populate(2, 2)
    yield
    roles.work_as_application()


def broken() -> list[tuple[str, int]]:
    return [(name, count) for name, count in violations() if count]


def test_loaded_years_break_no_invariant(registered: None) -> None:
    load("past", LOADED, 360, lambda share: None)
    assert Authorization.objects.count() >= LOADED
    assert Flag.objects.exists()
    assert broken() == []


def test_a_loaded_backlog_waits_for_the_worker(registered: None) -> None:
    load("backlog", LOADED, 0.01, lambda share: None)
    due = Duty.objects.filter(due_at__lte=clock.now(), authorization__evaluations=None)
    assert due.count() >= LOADED
    late = "5 "  # by its number: nobody has worked yet
    assert [name for name, _count in broken() if not name.startswith(late)] == []
