"""A web process that dies at the worst of moments: all of an act, or nothing of it."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

import pytest

from authorizations.models import Sale
from launcher import ports
from tests.faults import holding
from tests.faults.api import Answer, NoAnswer
from tests.faults.load import Load
from tests.faults.portal import Portal, family, signal_to
from tests.faults.trade import Trade

BACK_WITHIN_S = 60
PORT_FREE_WITHIN_S = 3  # whoever comes next tries for five seconds
KILLS = 20
SALE = "authorizations_sale"
NOTHING, ALL = 0, 1
Death = Callable[[Portal], AbstractContextManager[None]]


@contextmanager
def before_writing(portal: Portal, table: str) -> Iterator[None]:
    """Killed in the middle of the transaction, as it comes to write to this table."""
    with holding.writes(portal, table):
        yield
        holding.until_held(portal, table)
        portal.web.kill()


@contextmanager
def in_commit(portal: Portal, then: Callable[[], None]) -> Iterator[None]:
    """Do it when the commit is on disk, and the database has not said so."""
    with ExitStack() as until_done:
        with holding.writes(portal, SALE):  # past what the request commits by itself before
            yield
            holding.until_held(portal, SALE)
            until_done.enter_context(holding.commits(portal))
        holding.until_committing(portal, SALE)
        then()


def during_commit(portal: Portal) -> AbstractContextManager[None]:
    return in_commit(portal, portal.web.kill)


@contextmanager
def before_the_answer(portal: Portal) -> Iterator[None]:
    """Stopped while it commits; killed when the database has said so, and it has not."""
    with ExitStack() as stopped:
        with in_commit(portal, lambda: stopped.enter_context(portal.frozen(portal.web))):
            yield
        portal.until(lambda: not holding.committing(portal, SALE), within_s=BACK_WITHIN_S)
        portal.web.kill()


@pytest.mark.long
@pytest.mark.parametrize(
    ("death", "effect"),
    [
        pytest.param(partial(before_writing, table=SALE), NOTHING, id="sale"),
        pytest.param(
            partial(before_writing, table="authorizations_ledgerentry"),
            NOTHING,
            id="ledger",
            marks=pytest.mark.long,
        ),
        pytest.param(
            partial(before_writing, table="registry_event"),
            NOTHING,
            id="event",
            marks=pytest.mark.long,
        ),
        pytest.param(
            partial(before_writing, table="authorizations_duty"),
            NOTHING,
            id="duty",
            marks=pytest.mark.long,
        ),
        pytest.param(during_commit, ALL, id="commit"),
        pytest.param(before_the_answer, ALL, id="answer", marks=pytest.mark.long),
    ],
)
def test_a_killed_web_process_leaves_all_or_nothing_and_the_same_key_the_same_answer(
    portal: Portal, trade: Trade, death: Death, effect: int
) -> None:
    code, sale = trade.code(), trade.sale()
    with ThreadPoolExecutor(1) as client:
        with death(portal):
            cut: Future[Answer] = client.submit(trade.report, code, sale, key="the same")
        with pytest.raises(NoAnswer):
            cut.result()
    sold = Sale.objects.filter(authorization__code=code.replace("-", ""))
    portal.until(lambda: not holding.writing(portal, SALE), within_s=BACK_WITHIN_S)
    assert sold.count() == effect
    portal.until(lambda: portal.web.alive and is_back(portal), within_s=BACK_WITHIN_S)
    again, once_more = (trade.report(code, sale, key="the same") for _ in range(2))
    assert (again.status, again.headers["Idempotent-Replay"]) == (201, "true" if effect else None)
    assert (once_more.body, once_more.headers["Idempotent-Replay"]) == (again.body, "true")
    assert str(sold.get().uuid) == again.body["id"]


def is_back(portal: Portal) -> bool:
    try:
        return portal.ready().status == 200
    except NoAnswer:
        return False


def test_a_killed_master_leaves_no_orphan_on_the_port_and_the_next_one_takes_it(
    portal: Portal,
) -> None:
    """Nobody kills its group here: a supervisor may know of none."""
    with socket.create_connection(("127.0.0.1", portal.port)) as busy:
        busy.sendall(b"POST /api/v1/sales HTTP/1.1\r\nContent-Length: 9\r\n")
        signal_to(portal.web.pid, signal.SIGKILL)
        until = time.monotonic() + PORT_FREE_WITHIN_S
        while not ports.is_free(portal.port):
            assert time.monotonic() < until, "An orphan keeps the port."
            time.sleep(0.1)
    portal.until(lambda: portal.web.alive and is_back(portal), within_s=BACK_WITHIN_S)


@pytest.mark.long
def test_random_kills_under_load_leave_what_the_journal_says(portal: Portal, trade: Trade) -> None:
    load = Load(trade)
    with load.running():
        for _kill in range(KILLS):
            load.goes_on(portal, within_s=BACK_WITHIN_S)
            for child in family(portal.web.pid)[1:]:
                signal_to(child, signal.SIGKILL)
    portal.until(lambda: is_back(portal), within_s=BACK_WITHIN_S)
    assert set(load.told) == {201, None}
    load.held()
