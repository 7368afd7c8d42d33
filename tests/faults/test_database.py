"""The database goes away under load: nothing acknowledged is lost, and it is said politely."""

import signal
from collections.abc import Callable

import pytest

from tests.faults.load import Load
from tests.faults.portal import Portal, signal_to
from tests.faults.questions import flags_of, unevaluated
from tests.faults.trade import Trade

BACK_WITHIN_S = 60
FLAGGED_WITHIN_S = 60
UNDER_WAY = 10
TIMES = 3


def end_at_once(portal: Portal) -> None:
    """What `pg_ctl stop -m immediate` does: no goodbye to anybody, recovery at the next start."""
    signal_to(portal.stores.postgres.pid, signal.SIGQUIT)


def kill(portal: Portal) -> None:
    portal.stores.postgres.kill()


def restart(portal: Portal) -> None:
    """Ended as an administrator does it: sessions are told."""
    signal_to(portal.stores.postgres.pid, signal.SIGINT)


def until_refused(portal: Portal, load: Load, end: Callable[[Portal], None]) -> None:
    """End the database, and wait until the first counter is told so."""
    before = len(load.unavailable)
    end(portal)
    portal.until(lambda: len(load.unavailable) > before, within_s=BACK_WITHIN_S)


@pytest.mark.long
@pytest.mark.parametrize("end", [end_at_once, kill, restart])
def test_a_restarted_database_loses_nothing_that_was_acknowledged(
    portal: Portal, trade: Trade, end: Callable[[Portal], None]
) -> None:
    load = Load(trade)
    with load.running():
        for _time in range(TIMES):
            load.goes_on(portal, acts=UNDER_WAY, within_s=BACK_WITHIN_S)
            until_refused(portal, load, end)
    assert set(load.told) == {201, 503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in load.unavailable)
    portal.until(lambda: portal.ready().status == 200, within_s=BACK_WITHIN_S)
    load.held()
    sales = load.sales
    portal.until(lambda: not unevaluated(sales), within_s=FLAGGED_WITHIN_S)
    assert len(flags_of(sales)) == len(sales)


@pytest.mark.long
def test_while_the_database_is_away_every_door_says_so(portal: Portal, trade: Trade) -> None:
    code = trade.code()
    portal.show_pages()
    with portal.without(portal.stores.postgres):
        for answer in (trade.ask(), trade.sell(code), trade.vendor_api.get("/sales")):
            assert (answer.status, answer.body["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        ready = portal.ready()
        assert (ready.status, ready.body["database"]) == (503, "down")
        page = portal.page("/", {"Cookie": f"sessionid={'s' * 32}"})
        assert page.status == 503
        assert int(page.headers["Retry-After"]) > 0
    portal.until(lambda: portal.ready().status == 200, within_s=BACK_WITHIN_S)
    assert trade.sell(code).status == 201
