"""Lists are read while others write: nothing committed is missed, whatever commits first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.db.models import Q

from api import lists
from database import settling
from registry.actors import Actor
from registry.models import Jurisdiction
from tests.api.conftest import AUTHORITY_SCOPES, program
from tests.api.programs import Program
from tests.factories import OrganizationFactory
from tests.roles import as_owner

pytestmark = pytest.mark.usefixtures("committing", "without_collected_files")
WRITERS, EACH = 6, 25
Enter = Callable[[], str]


@pytest.fixture
def without_collected_files(settings: pytest.FixtureRequest) -> None:
    """Nothing here is a page."""


@pytest.fixture
def api(jurisdiction: Jurisdiction) -> Program:
    return program(jurisdiction, None, AUTHORITY_SCOPES)


@pytest.fixture
def enter(regulator: Actor) -> Enter:
    return lambda: str(OrganizationFactory(by=regulator).tax_id)


@contextmanager
def held_back(enter: Enter) -> Iterator[tuple[list[str], Event]]:
    """Another connection has entered a firm and commits only when it is told to."""
    entered: list[str] = []
    begun, commit = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            entered.append(enter())
            begun.set()
            commit.wait(30)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    try:
        assert begun.wait(10)
        yield entered, commit
    finally:
        commit.set()
        holder.join()


def listed(api: Program) -> list[str]:
    return [row["tax_id"] for row in api.get("/organizations", limit=200).json()["data"]]


def read_news(api: Program, known: list[str]) -> None:
    """As a program that polls: from the newest down to the last one that it knows."""
    cursor: dict[str, str] = {}
    news: list[str] = []
    while True:
        page = api.get("/organizations", limit=3, **cursor).json()
        for row in page["data"]:
            if known and row["tax_id"] == known[-1]:
                known += reversed(news)
                return
            news.append(row["tax_id"])
        if not page["has_more"]:
            known += reversed(news)
            return
        cursor = {"cursor": page["next_cursor"]}


def test_a_list_waits_for_who_entered_before_and_commits_after(api: Program, enter: Enter) -> None:
    with held_back(enter) as (first, commit), ThreadPoolExecutor(1) as reader:
        second = enter()
        answer = reader.submit(listed, api)
        commit.wait(0.1)
        commit.set()
        assert answer.result() == [second, *first]


def test_behind_who_takes_long_what_is_newer_is_left_out_until_it_ends(
    api: Program, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "WAIT_S", 0.05)
    known: list[str] = []
    with held_back(enter) as (first, _commit):
        second = enter()
        with as_owner():  # to whom the tests' sessions belong
            read_news(api, known)
        assert known == []
    read_news(api, known)
    assert known == [*first, second]


def test_who_takes_long_hides_nothing_older(
    api: Program, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "WAIT_S", 0.05)
    monkeypatch.setattr(settling, "MARGIN", settling.timedelta(0))
    old = enter()
    with held_back(enter) as (first, commit):
        with as_owner():
            assert listed(api) == [old]
        commit.set()
    assert listed(api) == [*first, old]


def poll_while_others_enter(api: Program, enter: Enter) -> tuple[list[str], set[str]]:
    """What a poller has seen in the end, and all that was entered meanwhile."""

    def work(_number: int) -> list[str]:
        try:
            return [enter() for _turn in range(EACH)]
        finally:
            connection.close()

    known: list[str] = []
    with ThreadPoolExecutor(WRITERS) as threads:
        work_done = [threads.submit(work, number) for number in range(WRITERS)]
        for _round in count():
            read_news(api, known)
            if all(each.done() for each in work_done):
                break
    read_news(api, known)
    return known, {number for each in work_done for number in each.result()}


def test_who_polls_down_to_the_last_one_known_misses_none(api: Program, enter: Enter) -> None:
    known, entered = poll_while_others_enter(api, enter)
    assert set(known) == entered
    assert len(known) == len(entered)


def test_without_waiting_a_poller_misses_the_late_one(
    api: Program, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(lists, "settled", lambda _model: Q())
    known: list[str] = []
    with held_back(enter) as (first, _commit):
        second = enter()
        read_news(api, known)
    read_news(api, known)
    assert known == [second] and first
