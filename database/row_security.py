"""Closes other firms' rows a second time, in the database, should a page or an endpoint forget.

A session that works for a firm says so (`work_for`), and row-level security then shows it that
firm's purchases and sales, and nothing that is the authority's alone. The worker, commands and
the authority work for no firm and see all. What decides a request for both parties, licenses,
permits and quotas, is not closed: a firm's verb reads the other party's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations import RunSQL
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast, Coalesce

FIRM = "portal.firm"
PARTIES = "portal_firm() IN (buyer_id, seller_id)"
NOBODY = "false"  # of a firm: the authority's alone

FUNCTION = RunSQL(
    "CREATE FUNCTION portal_firm() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
    f" AS $$ SELECT nullif(current_setting('{FIRM}', true), '')::bigint $$;",
    "DROP FUNCTION portal_firm();",
)


def set_firm(organization_id: int | None) -> None:
    """Let this session see a firm's rows alone; all, for None. It lasts until the next call.

    Where a pooler gives each transaction another connection nothing can last: there this second
    lock is open, and `access.py` alone decides.
    """
    with connection.cursor() as cursor:
        firm = "" if organization_id is None else str(organization_id)
        cursor.execute("SELECT set_config(%s, %s, %s)", [FIRM, firm, ends_with_statement()])


def setting_firm(organization_id: Any) -> Func:
    """As `work_for`, as a column of a query that has a row at least."""
    firm = Coalesce(Cast(organization_id, TextField()), Value(""))
    return Func(
        Value(FIRM),
        firm,
        Value(ends_with_statement()),
        function="set_config",
        output_field=TextField(),
    )


@contextmanager
def see_all_rows() -> Iterator[None]:
    """See all for once, in a transaction: to keep what a firm is not told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [FIRM])
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config(%s, '', true)", [FIRM])
        yield
        cursor.execute("SELECT set_config(%s, %s, true)", [FIRM, before or ""])


def ends_with_statement() -> bool:
    """Whether a setting must end with its statement."""
    return not settings.PREPARED_STATEMENTS


def show_to_firm(table: str, firm: str) -> RunSQL:
    """Show and let a firm's session write the rows for which the condition `firm` holds."""
    return RunSQL(
        f"{_on(table)} CREATE POLICY firms ON {table} USING ({_seen(firm)});",
        f"DROP POLICY firms ON {table}; {_off(table)}",
    )


def insertable_by_all(table: str, firm: str) -> RunSQL:
    """As `shown_to`, but rows may be added that the session does not see."""
    return RunSQL(
        f"{_on(table)} CREATE POLICY firms ON {table} FOR SELECT USING ({_seen(firm)});"
        f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);",
        f"DROP POLICY firms ON {table}; DROP POLICY added ON {table}; {_off(table)}",
    )


def _seen(firm: str) -> str:
    """The condition in a form of which the planner expects that nearly all rows meet it.

    Of the plain one it expects one row in a hundred, and sorts millions for a page of fifty.
    """
    return f"(CASE WHEN portal_firm() IS NULL OR {firm} THEN true END) IS NOT NULL"


def _on(table: str) -> str:
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"


def _off(table: str) -> str:
    return f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
