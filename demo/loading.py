"""Puts the book into the database, and takes everything out of it again."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import NOT_PROVIDED, Field, JSONField, Model

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
ROWS_AT_ONCE = 4000
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
KEPT = ("registry_jurisdiction",)
TABLES = """
SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = current_schema()
    AND tablename !~ '^(precursors_|auth_|django_migrations|django_content_type)'
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
            copy(model, rows[start : start + ROWS_AT_ONCE])
            done += len(rows[start : start + ROWS_AT_ONCE])
            tell("loading", 0.35 + 0.35 * done / total)


def copy(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert rows of one table by COPY: a third of the time that INSERT takes."""
    own_id = rows[0].pk is not None
    fields = [
        field
        for field in model._meta.concrete_fields
        if (field.has_default() or field.db_default is NOT_PROVIDED)
        and (own_id or not field.primary_key)
    ]
    columns = ", ".join(str(field.column) for field in fields)
    values = ([_text(field, getattr(row, field.attname)) for field in fields] for row in rows)
    lines = "\n".join("\t".join(each) for each in values)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {model._meta.db_table} ({columns}) FROM STDIN", StringIO(lines))


def _text(field: "Field[Any, Any]", value: Any) -> str:
    """A value of a column, in the text format of COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(field, JSONField):
        value = json.dumps(value)
    elif isinstance(field, ArrayField):
        value = "{" + ",".join(json.dumps(each, ensure_ascii=False) for each in value) + "}"
    return str(value).translate(ESCAPED)


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
