"""What was recorded stays: SQL is refused too, with ordinary triggers off."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from registry.models import License, Organization
from tests.roles import as_owner

APPENDED = ["registry_event", "registry_licensestep"]
KEPT = [
    "registry_invitation",
    "registry_license",
    "registry_membership",
    "registry_permit",
    "registry_productproposal",
]


def run(statement: str) -> None:
    """Run it as the tables' owner: what rights are refused already is told in test_roles.py."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        # Checks that wait for the commit would stop a TRUNCATE before its guard is asked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.mark.parametrize("table", APPENDED)
def test_nothing_that_happened_is_edited_or_deleted(license: License, table: str) -> None:
    for statement in (f"UPDATE {table} SET sequence = 9", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="never changed or removed"):
            run(statement)


@pytest.mark.parametrize("table", APPENDED)
def test_turning_ordinary_triggers_off_opens_nothing(license: License, table: str) -> None:
    """Whoever may turn them off meets the guard still; the application's role may not even try."""
    try:
        run("SET LOCAL session_replication_role = replica")
    except ProgrammingError as error:
        assert "permission denied" in str(error)
        return
    connection.cursor().execute("SET LOCAL session_replication_role = replica")
    for statement in (f"UPDATE {table} SET sequence = 9", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="never changed or removed"):
            run(statement)


@pytest.mark.parametrize("table", [*APPENDED, *KEPT])
def test_no_table_of_the_register_is_emptied(license: License, table: str) -> None:
    with pytest.raises(IntegrityError, match=r"TRUNCATE of .* is refused"):
        run(f"TRUNCATE {table} CASCADE")


def test_every_guard_is_present_and_always_on(buyer: Organization) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'registry_%'"
        )
        triggers = cursor.fetchall()
    assert {enabled for _table, _name, enabled in triggers} == {"A"}
    names = {(table, name) for table, name, _enabled in triggers}
    assert {(table, "table_is_kept") for table in [*APPENDED, *KEPT]} <= names
    assert {(table, "rows_are_kept") for table in [*APPENDED, *KEPT]} <= names
    assert ("registry_permit", "takes_two") in names


def test_without_its_guard_an_event_can_be_rewritten(buyer: Organization) -> None:
    run("ALTER TABLE registry_event DISABLE TRIGGER rows_are_kept")
    run("UPDATE registry_event SET kind = 'forged'")
