"""A few short seeds, and the proof that they would tell: twins without a guard fail them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection

from authorizations.acts import locks, quotas, statement, turns
from database.statements import Statement
from launcher import portal, ports
from launcher.process import Process
from launcher.stores import throwaway_ports
from tests.launcher.patience import eventually
from tests.roles import as_owner
from tests.torture.journal import FAILED, OK
from tests.torture.seed import Plan, run

ROOMY = {"OPEN_CODES_MAX": 3650, "RECEIPT_DUE_DAYS": 3650}  # what would stop most requests
pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture(autouse=True)
def as_in_the_long_run(settings: Any) -> None:
    settings.DEMO_MODE = True  # the clock moves
    for name, value in ROOMY.items():
        setattr(settings, name, value)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[int]:
    """A web process on this test's database; gives its port."""
    port = ports.first_free(throwaway_ports())
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{_database()}")
    values = {name: str(value) for name, value in ROOMY.items()}
    values |= {"DATABASE_URL": urlunsplit(url), "DEMO_MODE": "on", "STATIC_ROOT": str(tmp_path)}
    log = tmp_path / "web.log"
    process = Process(portal.web(port), portal.environment({**os.environ, **values}, port), log)
    process.start()
    try:
        assert eventually(lambda: portal.answers(port), within_s=60), log.read_text()
        yield port
    finally:
        process.kill()


def _database() -> str:
    return str(django_settings.DATABASES["default"]["NAME"])


def test_a_seed_through_the_verbs_leaves_nothing_wrong() -> None:
    """And it is no idle one: what is never done proves nothing."""
    outcome = run(Plan(1, acts=640, rush_every=10))
    assert outcome.problems == []
    done = {story.verb for story in outcome.stories if story.of(OK)}
    assert done >= {"request", "sale", "correction", "receipt", "issue", "cancel", "look_up"}
    assert {story.verb for story in outcome.stories if story.of(FAILED)} >= {"request", "issue"}
    assert sum(1 for story in outcome.stories if story.of(OK)) > len(outcome.stories) / 3


def test_a_seed_over_http_leaves_nothing_wrong(web: int) -> None:
    assert run(Plan(2, acts=160, rush_every=10, port=web)).problems == []


# Twins -----------------------------------------------------------------------------------------


def found(text: str, rush: str, acts: int = 192) -> bool:
    """Whether a seed of little but such rushes finds it."""
    plan = Plan(3, acts=acts, rush_every=2, rushes=(rush,))
    return text in " ".join(run(plan).problems)


@pytest.mark.long
def test_without_the_condition_on_the_row_the_overdraft_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Look at the sum, then book: as if the turn and the condition were not there."""
    unguarded = statement.TAKEN.replace("<= share.limit_kg", "<> -1")
    assert unguarded != statement.TAKEN
    monkeypatch.setattr(quotas, "TAKEN", unguarded)
    free = turns.NAMED.sql.replace("FOR NO KEY UPDATE OF buyer", "")
    assert free != turns.NAMED.sql
    monkeypatch.setattr(turns, "NAMED", Statement(free))
    statement.statement.cache_clear()
    try:
        # Two must come between a reading and a booking, a millisecond apart: many rushes.
        assert found("1 no admission passed its limit", rush="quota", acts=960)
    finally:
        statement.statement.cache_clear()


def test_without_the_lock_of_the_row_lost_changes_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And without the unique keys that refuse a second row of one version."""
    for name in ("BY_ID", "BY_CODE"):
        free = getattr(locks, name).sql.replace("FOR NO KEY UPDATE OF own", "")
        monkeypatch.setattr(locks, name, Statement(free))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'u'"
            " AND conrelid::regclass::text IN ('authorizations_ledgerentry',"
            " 'authorizations_sale', 'authorizations_receipt', 'registry_event')"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    assert found("2 entries sum to the authorization", rush="code")


def test_without_the_unique_key_repeated_effects_are_found() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_idempotencykey DROP CONSTRAINT one_effect_of_a_key")
    assert found("had several effects", rush="key")
