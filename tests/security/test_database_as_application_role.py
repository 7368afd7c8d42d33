"""Whoever holds the application's password tries what no verb does, by SQL and alone."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from database.privileges import CHANGEABLE, KEPT, RIGHTS
from tests.roles import as_owner

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.skipif(
        settings.MIGRATION_DATABASE is None,
        reason="ONE ROLE DOES ALL in the database that was given: set MIGRATION_DATABASE_URL too",
    ),
]
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s
"""
MAY_CHANGE = {table: set(columns.split()) for table, columns in (KEPT | CHANGEABLE).items()}


def columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        return {name for (name,) in cursor.fetchall()}


def run(*statements: str) -> Any:
    """Run them as one act; what waits for the commit is asked at its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def is_refused(statement: str) -> bool:
    try:
        run(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


# Every column --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_only_columns_that_verbs_change_can_be_changed(table: str) -> None:
    columns = columns_of(table)
    open_ones = {
        column
        for column in columns
        if not is_refused(f'UPDATE {table} SET "{column}" = "{column}" WHERE false')
    }
    assert open_ones == MAY_CHANGE.get(table, set())


def test_a_column_that_was_just_added_is_closed() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_apikey ADD COLUMN powers text")
    assert is_refused("UPDATE registry_apikey SET powers = 'all' WHERE false")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_apikey SET organization_id = NULL",
        "UPDATE registry_apikey SET scopes = '{registry:write}'",
        "UPDATE registry_apikey SET secret_hash = 'mine'",
        "UPDATE registry_apikey SET jurisdiction_id = jurisdiction_id + 1",
        "UPDATE registry_user SET is_superuser = true",
        "UPDATE registry_user SET email = 'mine@evil.example'",
        "UPDATE registry_membership SET organization_id = NULL, role = 'officer'",
        "UPDATE registry_invitation SET invited_by_id = NULL, invited_key_id = NULL",
        "UPDATE registry_permit SET limit_kg = limit_kg * 2",
        "UPDATE registry_permit SET period = 'year'",
        "UPDATE registry_permit SET raises_limit = false",
        "UPDATE registry_organization SET tax_id = '20123456789'",
        "UPDATE registry_driver SET document = '12345678'",
        "UPDATE registry_vehicle SET plate = 'ABC123'",
        "UPDATE registry_site SET organization_id = organization_id + 1",
        "UPDATE oversight_flag SET rule = 'quantity_short'",
        "UPDATE authorizations_duty SET due_at = now() + interval '1 year'",
        "UPDATE authorizations_duty SET lane = 'none'",
        "UPDATE audit_violation SET number = 5",
        "UPDATE precursors_product SET concentration_percent = 1",
        "UPDATE registry_idempotencykey SET key = 'another'",
        "UPDATE registry_jurisdiction SET code = 'XX'",
    ],
)
def test_what_no_verb_changes_is_refused(statement: str) -> None:
    assert is_refused(statement)
