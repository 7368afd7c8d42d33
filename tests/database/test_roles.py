"""What the application's role and the reader's may do in the database, tried as they would."""

import os
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2.errors import InsufficientPrivilege

from database import privileges
from database.privileges import ADDED_ONLY, CHANGEABLE, KEPT, OUTLIVED, RIGHTS, SETTLED
from database.reader import READABLE
from tests.roles import as_owner

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.skipif(
        settings.MIGRATION_DATABASE is None,
        reason="ONE ROLE DOES ALL in the database that was given: set MIGRATION_DATABASE_URL too",
    ),
]
Try = Callable[[str], Any]
WITHOUT_TRIGGERS = {"django_admin_log"}  # the framework's own diary; rights alone keep it
GRANTED = """
SELECT relname, privilege_type FROM pg_class, aclexplode(relacl) rights
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)
"""
GRANTED_COLUMNS = """
SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid,
    aclexplode(attacl) rights
WHERE relnamespace = 'public'::regnamespace AND privilege_type = %s
    AND grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)
"""


@pytest.fixture(scope="module")
def application(django_db_setup: None) -> Iterator[Try]:
    """A session that signed in as the portal's processes do; it waits for no lock."""
    session = psycopg2.connect(
        os.environ["DATABASE_URL"],
        dbname=connection.settings_dict["NAME"],
        options="-c lock_timeout=5s",
    )
    session.autocommit = True

    def run(statement: str) -> Any:
        with session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None

    yield run
    session.close()


def rights_of(role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(GRANTED, [role])
        for table, right in cursor.fetchall():
            found.setdefault(table, set()).add(right)
    return found


def columns_of(role: str, right: str = "UPDATE") -> dict[str, set[str]]:
    """The columns on which a role has a right, for each table."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(GRANTED_COLUMNS, [right, role])
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


# The list ------------------------------------------------------------------------------------


def test_every_table_is_listed_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(privileges.TABLES)
        tables = {name for (name,) in cursor.fetchall()}
    assert tables == set(RIGHTS)
    assert sum(map(len, (ADDED_ONLY, KEPT, CHANGEABLE, OUTLIVED, SETTLED))) == len(RIGHTS)
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert models <= set(RIGHTS)
    assert set(RIGHTS) >= set(READABLE)


def test_what_is_only_added_to_has_its_triggers_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'rows_are_kept'"
            " AND tgtype & 24 = 24 AND tgenabled = 'A'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
    assert guarded == ADDED_ONLY - WITHOUT_TRIGGERS | OUTLIVED


def test_each_role_has_the_rights_of_the_list_and_no_others() -> None:
    assert rights_of(settings.APPLICATION_ROLE) == {
        table: set(rights.partition(", UPDATE (")[0].split(", "))
        for table, rights in RIGHTS.items()
    }
    assert columns_of(settings.APPLICATION_ROLE) == {
        table: set(columns.split()) for table, columns in (KEPT | CHANGEABLE).items()
    }
    assert columns_of(settings.READER_ROLE) == {}
    assert rights_of(settings.READER_ROLE) == {}
    assert columns_of(settings.READER_ROLE, "SELECT") == {
        table: set(columns.split()) for table, columns in READABLE.items()
    }


def test_a_right_that_was_given_by_hand_is_taken_back() -> None:
    role = settings.APPLICATION_ROLE
    before = rights_of(role), columns_of(role)
    with as_owner():
        connection.cursor().execute(f"GRANT DELETE ON registry_event TO {role}")
        connection.cursor().execute(f"GRANT UPDATE (scopes) ON registry_apikey TO {role}")
        assert rights_of(role) != before[0] and columns_of(role) != before[1]
        call_command("grant_privileges", verbosity=0)
    assert (rights_of(role), columns_of(role)) == before


def test_a_table_of_nobodys_is_told_and_given_to_nobody() -> None:
    told = StringIO()
    with as_owner():
        connection.cursor().execute("CREATE TABLE of_nobody (word text)")
        call_command("grant_privileges", verbosity=0, stderr=told)
    assert "of_nobody" in told.getvalue()
    assert "of_nobody" not in rights_of(settings.APPLICATION_ROLE)


# As the application --------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(ADDED_ONLY))
def test_what_is_only_added_to_cannot_be_changed(application: Try, table: str) -> None:
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(InsufficientPrivilege):
            application(statement)


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_no_table_can_be_altered_emptied_or_dropped(application: Try, table: str) -> None:
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        f"ALTER TABLE {table} ADD COLUMN more text",
        f"ALTER TABLE {table} OWNER TO CURRENT_USER",
        f"CREATE TRIGGER one BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION"
        " suppress_redundant_updates_trigger()",
        f"CREATE RULE none AS ON INSERT TO {table} DO INSTEAD NOTHING",
        f"TRUNCATE {table} CASCADE",
        f"DROP TABLE {table} CASCADE",
    ):
        with pytest.raises(InsufficientPrivilege):
            application(statement)


@pytest.mark.parametrize("table", sorted(KEPT))
def test_what_is_kept_cannot_be_deleted(application: Try, table: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        application(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", sorted(SETTLED))
def test_what_the_owner_settled_is_only_looked_at(application: Try, table: str) -> None:
    application(f"SELECT FROM {table} LIMIT 1")
    for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}"):
        with pytest.raises(InsufficientPrivilege):
            application(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SET ROLE {owner}",
        "GRANT {owner} TO {application}",
        "ALTER ROLE {owner} PASSWORD 'mine'",
        "ALTER ROLE {application} CREATEROLE",
        "CREATE ROLE another LOGIN",
        "CREATE DATABASE another",
        "CREATE SCHEMA another",
        "CREATE TABLE public.another (n int)",
        "CREATE TEMPORARY TABLE registry_permit (n int)",
        "CREATE VIEW public.another AS SELECT 1",
        "CREATE FUNCTION public.portal_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NEW; END'",
        "CREATE OR REPLACE FUNCTION public.portal_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION public.portal_refuses() CASCADE",
        "CREATE EXTENSION hstore",
        "DROP SCHEMA public CASCADE",
        "COPY registry_event FROM PROGRAM 'true'",
        "COPY registry_event TO '/tmp/anywhere'",
        "ALTER SYSTEM SET fsync = off",
    ],
)
def test_nothing_can_be_made_taken_or_turned_off(application: Try, statement: str) -> None:
    owner = settings.MIGRATION_DATABASE["USER"]
    with pytest.raises(InsufficientPrivilege):
        application(statement.format(owner=owner, application=settings.APPLICATION_ROLE))


def test_the_application_owns_nothing_and_the_owner_everything(application: Try) -> None:
    assert (
        application(
            "SELECT relname FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')"
        )
        == []
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [(settings.MIGRATION_DATABASE["USER"],)]


# With one role, and at the seams --------------------------------------------------------------


def test_an_operator_who_works_as_the_owner_is_told_what_is_lost() -> None:
    assert _warnings() == []
    with as_owner():
        assert _warnings() == ["portal.W001"]


def _warnings() -> list[str | None]:
    return [message.id for message in run_checks(tags=[Tags.database], databases=["default"])]


def test_with_one_role_there_is_nothing_to_grant(settings: Any) -> None:
    settings.MIGRATION_DATABASE = None
    said = StringIO()
    call_command("grant_privileges", stdout=said)
    assert "one role owns and does all" in said.getvalue()


def test_a_role_that_is_not_there_is_named(settings: Any) -> None:
    settings.READER_ROLE = "portal_raeder"
    with as_owner(), pytest.raises(CommandError, match="no role named portal_raeder"):
        call_command("grant_privileges")


def test_migrate_works_as_the_owner_and_grants() -> None:
    role = settings.APPLICATION_ROLE
    with as_owner():
        connection.cursor().execute(f"REVOKE SELECT ON registry_event FROM {role}")
        call_command("migrate", verbosity=0)
    assert rights_of(role)["registry_event"] == {"SELECT", "INSERT"}
