"""Hides other firms' rows in the database too, in case a page or an endpoint fails to.

A session that works for a firm sets it (`set_firm`), and row-level security then shows it that
firm's purchases and sales, and nothing that is the authority's alone. The worker, commands and
the authority set no firm and see all. Licenses, permits and quotas are not hidden: the verb of
one party reads the other party's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations import RunSQL
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast, Coalesce

from database.postgresql import base
from database.postgresql.base import portal_connection

FIRM = base.FIRM
PARTIES = "portal_firm() IN (buyer_id, seller_id)"
NOBODY = "false"  # no firm: the authority alone

FUNCTION = RunSQL(
    "CREATE FUNCTION portal_firm() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
    f" AS $$ SELECT nullif(current_setting('{FIRM}', true), '')::bigint $$;",
    "DROP FUNCTION portal_firm();",
)


def set_firm(organization_id: int | None) -> None:
    """Let this session see only a firm's rows, or all for None, until the next call.

    Behind a pooler no session lasts; there each transaction is told anew.
    """
    keep_firm(organization_id)
    if not ends_with_statement():
        firm = "" if organization_id is None else str(organization_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [FIRM, firm])


def setting_firm(organization_id: Any) -> Func:
    """Return a column that does what `set_firm` does, for a query with at least one row.

    Whoever reads the rows calls `keep_firm`.
    """
    firm = Coalesce(Cast(organization_id, TextField()), Value(""))
    return Func(
        Value(FIRM),
        firm,
        Value(ends_with_statement()),
        function="set_config",
        output_field=TextField(),
    )


def keep_firm(organization_id: int | None) -> None:
    """Keep in mind for which firm this thread works: transactions behind a pooler are told it."""
    portal_connection().firm = organization_id


@contextmanager
def see_all_rows() -> Iterator[None]:
    """See all rows within a block of a transaction: to store what the firm may not see."""
    session = portal_connection()
    before, session.firm = session.firm, None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s, true)", [FIRM])
            (said,) = cursor.fetchone()
            cursor.execute("SELECT set_config(%s, '', true)", [FIRM])
            yield
            cursor.execute("SELECT set_config(%s, %s, true)", [FIRM, said or ""])
    finally:
        session.firm = before


def ends_with_statement() -> bool:
    """Return whether a setting ends with its transaction: behind a pooler nothing lasts longer."""
    return portal_connection().is_pooled


def show_to_firm(table: str, firm: str) -> RunSQL:
    """Let a firm's session read and write the rows for which the SQL condition `firm` holds."""
    return RunSQL(
        f"{_on(table)} CREATE POLICY firms ON {table} USING ({_seen(firm)});",
        f"DROP POLICY firms ON {table}; {_off(table)}",
    )


def insertable_by_all(table: str, firm: str) -> RunSQL:
    """As `show_to_firm`, but the session may add rows that it does not see."""
    return RunSQL(
        f"{_on(table)} CREATE POLICY firms ON {table} FOR SELECT USING ({_seen(firm)});"
        f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);",
        f"DROP POLICY firms ON {table}; DROP POLICY added ON {table}; {_off(table)}",
    )


def _seen(firm: str) -> str:
    """The condition in a form that the planner estimates to hold for nearly all rows.

    For the plain one it estimates one row in a hundred, and sorts millions for a page of fifty.
    """
    return f"(CASE WHEN portal_firm() IS NULL OR {firm} THEN true END) IS NOT NULL"


def _on(table: str) -> str:
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"


def _off(table: str) -> str:
    return f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
