"""The worker's tasks, the bell, and two workers at once."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction

from authorizations import bell
from authorizations.bell import Bell
from authorizations.models import Authorization, Duty, Sale
from oversight import tasks
from oversight.models import Evaluation, Flag, FlagStep
from registry import clock
from registry import tasks as registry_tasks
from registry.models import IdempotencyKey, Jurisdiction
from tests.cast import Firm
from tests.factories import SaleFactory

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]
PATIENCE_S = 10
WITHOUT_WORKER = "/11"  # one of the sixteen databases of a broker


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda: heard.append("ring"))
    return heard


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait for another thread; fails after ten seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        threading.Event().wait(0.005)


def test_the_task_evaluates_what_is_due(ask: Ask, sell: Sell, rings: list[str]) -> None:
    sell(ask("1000"), "1080")
    tasks.work()
    assert Flag.objects.get().rule == "quantity_exceeded"
    assert rings == []


def test_a_task_delivered_twice_has_one_effect(ask: Ask, sell: Sell, rings: list[str]) -> None:
    sell(ask("1000"), "1080")
    for _delivery in range(3):
        tasks.work()
    assert Evaluation.objects.count() == Flag.objects.count() == FlagStep.objects.count() == 1


def test_a_run_that_leaves_work_rings_again(
    ask: Ask, sell: Sell, rings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BATCHES_MAX", 1)
    sell(ask("1000"), "1080")
    tasks.work()
    assert rings == ["ring"]


def test_its_name_is_the_one_the_clock_and_the_bell_use(settings: Any) -> None:
    assert tasks.work.name == bell.WORK == settings.CELERY_BEAT_SCHEDULE["sweep"]["task"]


def test_answers_kept_no_longer_are_forgotten(
    jurisdiction: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_tasks, "SLICE", 2)
    now = clock.now()
    over, kept = now - timedelta(seconds=1), now + timedelta(days=1)
    for number, until in enumerate([over, over, over, kept, None]):
        IdempotencyKey.objects.create(
            jurisdiction=jurisdiction,
            operation="POST /sales",
            key=str(number),
            body_hash="",
            created_at=now,
            kept_until=until,
        )
    registry_tasks.forget_idempotency_keys()
    assert sorted(IdempotencyKey.objects.values_list("key", flat=True)) == ["3", "4"]


def test_rings_that_nobody_hears_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = urlunsplit(urlsplit(settings.CELERY_BROKER_URL)._replace(path=WITHOUT_WORKER))
    monkeypatch.setattr(bell.current_app.conf, "broker_write_url", silent)
    for _ring in range(bell.RINGS_MAX + 5):
        bell.tell_worker()
    with bell.current_app.connection_for_write() as broker:
        waiting = broker.default_channel.client.llen("celery")
        broker.default_channel.client.delete("celery")
    assert waiting == bell.RINGS_MAX


def test_a_ring_waits_for_nothing() -> None:
    answering, told = threading.Event(), []

    def slow() -> None:
        told.append("told")
        answering.wait(PATIENCE_S)

    door = Bell(slow)
    started = time.monotonic()
    for _ring in range(1000):
        door.ring()
    assert time.monotonic() - started < 1
    answering.set()
    wait_for(lambda: bool(told))


def test_what_rings_meanwhile_is_told_once_afterwards() -> None:
    answering, told = threading.Event(), []

    def slow() -> None:
        told.append("told")
        answering.wait(PATIENCE_S)

    door = Bell(slow)
    door.ring()
    wait_for(lambda: len(told) == 1)
    for _ring in range(100):
        door.ring()
    answering.set()
    wait_for(lambda: len(told) == 2)
    assert not door._rung.is_set()


def test_a_broker_that_fails_is_nobodys_business() -> None:
    told: list[str] = []

    def failing() -> None:
        told.append("told")
        raise ConnectionError("no broker")

    door = Bell(failing)
    door.ring()
    wait_for(lambda: len(told) == 1)
    door.ring()
    wait_for(lambda: len(told) == 2)


def test_a_process_that_cannot_start_a_thread_still_sells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(bell, "bell", Bell(lambda: None))
    bell.ring()


def test_a_forked_process_has_a_bell_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = Bell(lambda: None)
    monkeypatch.setattr(bell, "bell", parents)
    child = os.fork()
    if child == 0:
        os._exit(0 if bell.bell is not parents else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_sale_rings_once_it_is_committed(
    ask: Ask, sell: Sell, rings: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    authorization = ask("1000")
    with django_capture_on_commit_callbacks(execute=True):
        sell(authorization)
        assert rings == []
    assert rings


@pytest.fixture
def in_threads(committing: None) -> Iterator[Callable[[int, Callable[[], None]], None]]:
    """Run something in so many threads at once, each on a connection of its own."""
    failures: list[BaseException] = []

    def run(count: int, act: Callable[[], None]) -> None:
        barrier = threading.Barrier(count)

        def body() -> None:
            try:
                barrier.wait(PATIENCE_S)
                act()
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=body) for _thread in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    yield run


def test_four_workers_at_once_do_everything_once(
    in_threads: Any, buyer: Firm, vendor: Firm, rings: list[str]
) -> None:
    count = 30
    SaleFactory.create_batch(count, buyer=buyer, vendor=vendor, amount="108")
    in_threads(4, tasks.work)
    wait_for(lambda: _flagged_after_work() == count)
    assert Flag.objects.count() == FlagStep.objects.count() == count
    assert Evaluation.objects.count() == count


def _flagged_after_work() -> int:
    tasks.work()
    return Flag.objects.count()


def test_sales_that_come_during_an_evaluation_are_judged_too(
    in_threads: Any, ask: Ask, sell: Sell, rings: list[str]
) -> None:
    authorization = ask("100")

    def sell_and_work() -> None:
        sell(authorization, "60")
        tasks.work()

    in_threads(4, sell_and_work)
    wait_for(lambda: _flagged_after_work() > 0 and not _due())
    last = Evaluation.objects.latest("version")
    authorization.refresh_from_db()
    assert last.version == authorization.version
    assert Flag.objects.get(rule="quantity_exceeded").evidence["sold_kg"] == "240.000"


def _due() -> bool:
    return Duty.objects.filter(due_at__lte=clock.now()).exists()


def test_a_sale_rolled_back_leaves_no_duty(ask: Ask, sell: Sell) -> None:
    authorization = ask("1000")
    before = Duty.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        sell(authorization)
        raise ZeroDivisionError
    assert Duty.objects.count() == before
