"""Hides other firms' rows in the database too, in case a page or an endpoint fails to.

A session that works for a firm sets it (`set_firm`), and row-level security then shows it that
firm's rows, and nothing that is the authority's alone. The worker, commands and the authority say
so, too, and see all. Whoever says nothing sees nothing.

The verb of one party reads the other party's license, permit and quota, and books on it: such a
statement stands in a block of `see_all_rows`. Sites and vehicles are shown to every firm, since
papers name those of the other one. Not hidden is what tells who asks: keys, people, memberships.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations import RunSQL

from database.postgresql import base
from database.postgresql.base import ALL, FIRM, DatabaseWrapper

PARTIES = "portal_firm() IN (buyer_id, seller_id)"
OWN = "portal_firm() = organization_id"
ANY_FIRM = "portal_firm() IS NOT NULL"
NOBODY = "false"  # no firm: the authority alone

# A session that has said nothing works for no firm, and does not see all either.
FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION portal_firm() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE"
    f" AS $$ SELECT nullif(nullif(current_setting('{FIRM}', true), ''), '{ALL}')::bigint $$;"
    "CREATE OR REPLACE FUNCTION portal_sees_all() RETURNS boolean LANGUAGE sql STABLE"
    f" PARALLEL SAFE AS $$ SELECT coalesce(current_setting('{FIRM}', true) = '{ALL}', false) $$;"
)
FUNCTION = RunSQL(FUNCTIONS, "DROP FUNCTION portal_sees_all(); DROP FUNCTION portal_firm();")
# For a database in which FUNCTION was still another.
REPLACED_FUNCTION = RunSQL(FUNCTIONS, RunSQL.noop)


def set_firm(organization_id: int | None) -> None:
    """Let this thread see only a firm's rows or, for None, all of them: the authority's.

    From its next statement on, which tells the server.
    """
    _session().seen = ALL if organization_id is None else str(organization_id)


def set_nobody() -> None:
    """Let this thread see no firm's rows: it is not known yet for whom it works."""
    _session().seen = ""


def see_all_from_the_start() -> None:
    """Let every thread of this process see all rows: a worker's, or that of a command."""
    base.at_start = ALL


@contextmanager
def see_all_rows() -> Iterator[None]:
    """See all rows within a block: to read or store what the firm may not see."""
    session = _session()
    before, session.seen = session.seen, ALL
    try:
        yield
    finally:
        session.seen = before


def _session() -> DatabaseWrapper:
    """This thread's, which need not be connected yet."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])


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


def close(table: str, firm: str) -> RunSQL:
    """Show no rows any more where nothing was said. Of a table that was open in that case."""
    return RunSQL(
        f"ALTER POLICY firms ON {table} USING ({_seen(firm)});",
        f"ALTER POLICY firms ON {table} USING ({_seen(firm, 'portal_firm() IS NULL')});",
    )


def add_to_all(table: str) -> RunSQL:
    """Let every session add rows, beside what `show_to_firm` shows it."""
    return RunSQL(
        f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);",
        f"DROP POLICY added ON {table};",
    )


def _seen(firm: str, everything: str = "portal_sees_all()") -> str:
    """The condition in a form that the planner estimates to hold for nearly all rows.

    For the plain one it estimates one row in a hundred, and sorts millions for a page of fifty.
    """
    return f"(CASE WHEN {everything} OR {firm} THEN true END) IS NOT NULL"


def _on(table: str) -> str:
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"


def _off(table: str) -> str:
    return f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
