"""The broker is a doorbell: what it loses is late, and never lost."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.faults.load import Load
from tests.faults.portal import Portal
from tests.faults.questions import flags_of
from tests.faults.trade import Trade

FLAGGED_WITHIN_S = 60
LONG_OUTAGE_S = 120
FROZEN_S = 20
UNDER_WAY = 10  # acts that were acknowledged before, and again meanwhile

Outage = Callable[[Portal], AbstractContextManager[None]]


def test_with_the_broker_stopped_sales_are_recorded_and_flagged_when_it_is_back(
    portal: Portal, trade: Trade
) -> None:
    with stopped(portal):
        sales = [trade.sell(trade.code()) for _ in range(3)]
        assert [sale.status for sale in sales] == [201, 201, 201]
        ready = portal.ready()
        assert (ready.status, ready.body["broker"]) == (200, "down")
        assert ready.body["oldest_unevaluated_s"] > 0
    ids = [sale.body["id"] for sale in sales]
    portal.until(lambda: len(flags_of(ids)) == 3, within_s=FLAGGED_WITHIN_S)


@contextmanager
def stopped(portal: Portal) -> Iterator[None]:
    with portal.without(portal.stores.valkey):
        yield


@contextmanager
def killed(portal: Portal) -> Iterator[None]:
    """Killed, and started again by the supervisor, three times."""
    for _time in range(3):
        portal.stores.valkey.kill()
        portal.until(lambda: portal.stores.valkey.alive, within_s=FLAGGED_WITHIN_S)
    yield


@contextmanager
def frozen(portal: Portal) -> Iterator[None]:
    """It takes connections and never answers: longer than anybody waits for it."""
    with portal.frozen(portal.stores.valkey):
        yield
        portal.until(
            lambda: portal.ready().body["oldest_unevaluated_s"] > FROZEN_S, within_s=3 * FROZEN_S
        )


@contextmanager
def flushed(portal: Portal) -> Iterator[None]:
    """Emptied of every ring, and of what Celery keeps there for itself: the sweep has to do."""
    flush(portal)
    with portal.frozen(portal.worker):
        yield
        flush(portal)
        cut_every_line(portal)  # the one ring that is in the worker's ear already


def flush(portal: Portal) -> None:
    assert b"-ERR" not in portal.stores.valkey.ask("FLUSHALL")


def cut_every_line(portal: Portal) -> None:
    assert b"-ERR" not in portal.stores.valkey.ask("CLIENT KILL TYPE normal SKIPME yes")


@contextmanager
def full(portal: Portal) -> Iterator[None]:
    """Out of memory: nothing more can be put in."""
    portal.stores.valkey.ask("CONFIG SET maxmemory 1")
    assert b"OOM" in portal.stores.valkey.ask("SET any thing")
    yield
    portal.stores.valkey.ask("CONFIG SET maxmemory 256mb")


@contextmanager
def cut_off(portal: Portal) -> Iterator[None]:
    """Every connection to it cut, of web, worker and beat."""
    cut_every_line(portal)
    yield
    cut_every_line(portal)


@pytest.mark.long
@pytest.mark.parametrize("outage", [stopped, killed, frozen, flushed, full, cut_off])
def test_a_broker_in_trouble_delays_flags_and_loses_none(
    portal: Portal, trade: Trade, outage: Outage
) -> None:
    load = Load(trade)
    with load.running():
        load.goes_on(portal, acts=UNDER_WAY, within_s=FLAGGED_WITHIN_S)
        with outage(portal):
            before = load.acknowledged
            portal.until(lambda: load.acknowledged > before + UNDER_WAY, within_s=FLAGGED_WITHIN_S)
    assert set(load.told) == {201}
    sales = load.sales
    portal.until(lambda: len(flags_of(sales)) == len(sales), within_s=FLAGGED_WITHIN_S)
    load.held()


@pytest.mark.long
def test_a_long_outage_of_the_broker_is_over_within_a_minute_of_its_return(
    portal: Portal, trade: Trade
) -> None:
    with stopped(portal):
        sale = trade.sell(trade.code()).body["id"]
        portal.until(
            lambda: portal.ready().body["oldest_unevaluated_s"] > LONG_OUTAGE_S,
            within_s=2 * LONG_OUTAGE_S,
        )
    portal.until(lambda: flags_of([sale]), within_s=FLAGGED_WITHIN_S)


@pytest.mark.long
def test_without_beat_a_worker_looks_by_itself(portal: Portal, trade: Trade) -> None:
    code = trade.code()
    with portal.without(portal.beat):
        sale = trade.sell_unheard(code)
        portal.until(lambda: flags_of([sale]), within_s=FLAGGED_WITHIN_S)
