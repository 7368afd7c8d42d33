"""A real web and a real worker behind Debian's PgBouncer, which pools transactions."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from launcher.postgres import APPLICATION
from launcher.stores import throwaway
from tests.database.pooler import pooling
from tests.faults.database import led_to
from tests.faults.portal import Portal
from tests.faults.trade import Trade

FLAGGED = "SELECT count(*) FROM oversight_flag"
TOGETHER = 8
ROUNDS = 2


@pytest.fixture(scope="module")
def behind_pooler() -> Iterator[Portal]:
    """Few sessions for many, so that each transaction gets another one's."""
    with (
        tempfile.TemporaryDirectory(prefix="portal-test-") as directory,
        tempfile.TemporaryDirectory(prefix="portal-test-") as of_pooler,
        throwaway() as stores,
        pooling(stores.postgres.url_of(APPLICATION), Path(of_pooler)) as through,
    ):
        started = Portal(stores, Path(directory), DATABASE_URL=through)
        started.prepare()
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def trades(behind_pooler: Portal, django_db_blocker: Any) -> Iterator[list[Trade]]:
    with led_to(behind_pooler, django_db_blocker):
        yield [Trade.opened(behind_pooler.port) for _each in range(2)]


def test_many_firms_at_once_each_get_and_see_their_own_alone(
    behind_pooler: Portal, trades: list[Trade]
) -> None:
    def deal(turn: int) -> None:
        """Buy, sell, and look at the other pair's, as its firms do at the same moment."""
        mine, others = trades[turn % 2], trades[1 - turn % 2]
        code = mine.code()
        sold = mine.sell(code, 1000, complete=True)
        assert sold.status == 201, sold
        sale = f"/sales/{sold.body['id']}"
        for api in (mine.buyer_api, mine.vendor_api):
            assert api.get(sale).status == 200
        for api in (others.buyer_api, others.vendor_api):
            assert api.get(sale).status == 404

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(deal, range(TOGETHER * ROUNDS)))
    assert "pooler_found" in behind_pooler.log("web").read_text()


def test_the_worker_behind_it_sees_all_and_flags(
    behind_pooler: Portal, trades: list[Trade]
) -> None:
    before = behind_pooler.ask(FLAGGED)
    for trade in trades:
        assert trade.sell(trade.code(), 1080).status == 201
    behind_pooler.until(lambda: behind_pooler.ask(FLAGGED) >= before + 2, within_s=60)
    assert behind_pooler.ready().body["workers"] >= 1
