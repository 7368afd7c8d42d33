"""Puts the book into the database, and takes everything out of it again."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from authorizations.models import (
    Allowance,
    Authorization,
    Duty,
    LedgerEntry,
    LookUp,
    Receipt,
    Sale,
)
from demo.book import Book
from registry.models import Event

IN_ORDER = (Allowance, Authorization, Sale, Receipt, LedgerEntry, LookUp, Event, Duty)
ROWS_AT_ONCE = 1000
KEPT = ("registry_jurisdiction",)
TABLES = """
SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = current_schema() AND tablename ~
    '^(registry_|authorizations_|django_session|django_admin_log|account_|mfa_|cache$)'
    AND tablename <> ALL(%s)
"""
GUARDED = """
SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'table_is_kept' AND NOT tgisinternal
"""


def load(book: Book, *, now: datetime, tell: Callable[[str, float], None]) -> None:
    """Insert every row; of the duties, those that are still to come: the others are done."""
    book.rows[Duty] = [duty for duty in book.rows[Duty] if duty.due_at > now]
    total = sum(len(book.rows[model]) for model in IN_ORDER)
    done = 0
    for model in IN_ORDER:
        rows = book.rows[model]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            model._default_manager.bulk_create(rows[start : start + ROWS_AT_ONCE])
            done += len(rows[start : start + ROWS_AT_ONCE])
            tell("loading", 0.35 + 0.35 * done / total)


def empty() -> None:
    """Empty every table but the catalogue's and the jurisdictions'. The guards stand again after.

    In one transaction of the tables' owner: nobody ever sees the guards down.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [list(KEPT)])
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(GUARDED)
        guarded = [name for (name,) in cursor.fetchall() if name in tables]
        for name in guarded:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER table_is_kept")
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        for name in guarded:
            cursor.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER table_is_kept")
