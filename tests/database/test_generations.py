"""A database of an earlier version, whose migrations are no longer there."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from database import generations
from registry.models import Jurisdiction
from tests import roles

KEPT = "SELECT datname FROM pg_database WHERE datname LIKE '%%\\_earlier\\_%%'"


@pytest.fixture(autouse=True)
def owner(committing: None) -> Iterator[None]:
    """Work as the owner of a copy of the test database, as `migrate` does."""
    roles.work_as_owner()
    yield
    roles.work_as_application()


def make_earlier() -> None:
    """Leave the trace of a migration that no file tells of."""
    MigrationRecorder(connection).record_applied("registry", "0001_register")


def rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_current_database_is_not_an_earlier_one() -> None:
    assert not generations.is_earlier()


def test_a_library_may_drop_its_old_migrations() -> None:
    MigrationRecorder(connection).record_applied("account", "0001_squashed")
    assert not generations.is_earlier()


def test_the_demo_is_set_aside_whole_and_begins_anew(settings: Any) -> None:
    settings.DEMO_MODE = True
    before = Jurisdiction.objects.count()
    make_earlier()
    call_command("migrate", verbosity=0, interactive=False)
    ((kept,),) = rows(KEPT)
    assert Jurisdiction.objects.count() == 0
    assert not generations.is_earlier()
    tables = {name for (name,) in rows("SELECT tablename FROM pg_tables")}
    assert tables >= {model._meta.db_table for model in apps.get_models()}
    assert _count_in(kept) == before
    roles.drop(kept)


def _count_in(database: str) -> int:
    session = psycopg2.connect(**{**connection.get_connection_params(), "dbname": database})
    with closing(session), session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_jurisdiction")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("demo", "options"), [(False, {}), (True, {"plan": True}), (True, {"check_unapplied": True})]
)
def test_outside_the_demo_and_by_a_look_nothing_is_touched(
    settings: Any, demo: bool, options: dict[str, bool]
) -> None:
    settings.DEMO_MODE = demo
    before = Jurisdiction.objects.count()
    make_earlier()
    with pytest.raises(CommandError, match="earlier version"):
        call_command("migrate", verbosity=0, interactive=False, **options)
    assert Jurisdiction.objects.count() == before
    assert not rows(KEPT)
