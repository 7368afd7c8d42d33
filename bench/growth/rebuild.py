"""Takes indexes and foreign keys off tables that are about to be filled, and puts them back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from authorizations.migrations._guards import FILL_EVERY_PERIOD

CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('f', 'u')
ORDER BY contype DESC, conname
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY(%s) AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""


@contextmanager
def without_indexes(tables: list[str]) -> Iterator[None]:
    """What is filled in between must satisfy every constraint: they are checked when put back.

    Unique and primary keys that rows of other tables name stay.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for table, name, _definition in sorted(constraints, key=lambda each: each[2]):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def fill_periods_after() -> Iterator[None]:
    """Book on the allowances of quarters and years at the end, all at once."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE authorizations_ledgerentry DISABLE TRIGGER every_period")
    yield
    with connection.cursor() as cursor:
        cursor.execute(FILL_EVERY_PERIOD)
        cursor.execute("ALTER TABLE authorizations_ledgerentry ENABLE ALWAYS TRIGGER every_period")
