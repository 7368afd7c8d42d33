"""Warns an operator whose database is not used as recommended."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error, connection

from database.postgresql.base import portal_connection

# A superuser has every role.
OWNS = """
SELECT EXISTS (
    SELECT FROM pg_database
    WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'USAGE')
) OR EXISTS (
    SELECT FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND pg_has_role(current_user, relowner, 'USAGE')
)
"""
ONE_ROLE = (
    "The portal works in the database as the owner of its tables: whoever takes over a web or "
    "worker process can turn the guards off and rewrite what happened."
)
TWO_ROLES = (
    "Name the owner with MIGRATION_DATABASE_URL where `migrate` runs, and a role that owns "
    "nothing with DATABASE_URL everywhere; `migrate` grants it its rights. See README.md."
)

POOLED = "A pooler stands between the portal and the database."
NO_SESSIONS = (
    "It is found out and reckoned with: nothing is prepared, and each transaction is told its "
    "limits and for which firm it works, which costs time. Let `migrate` go to the server itself."
)


UNBOUND = "Row-level security does not bind the portal's role on: {tables}."
BIND = (
    "Let the portal sign in as a role without SUPERUSER or BYPASSRLS that owns nothing, and run "
    "`migrate`, which turns row-level security on."
)
UNBOUND_TABLES = """
SELECT relname FROM pg_class
WHERE oid IN (SELECT polrelid FROM pg_policy) AND NOT row_security_active(oid) ORDER BY 1
"""


@register(Tags.database)
def database_is_guarded(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Run by `migrate`, and by `check --database default`."""
    return _messages() if given["databases"] else []


@register(Tags.security, deploy=True)
def deployed_database_is_guarded(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """The same for `check --deploy`, which asks no database by itself."""
    return [] if given["databases"] else _messages()


def _messages() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        if _owns():
            found.append(Warning(ONE_ROLE, hint=TWO_ROLES, id="portal.W001"))
        elif tables := _unbound():
            text = UNBOUND.format(tables=", ".join(tables))
            found.append(Warning(text, hint=BIND, id="portal.W002"))
        if portal_connection().has_pooler:
            found.append(Warning(POOLED, hint=NO_SESSIONS, id="portal.W003"))
    except Error:
        pass  # a server that does not answer is reported by whatever needs it
    return found


def _owns() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(OWNS)
        return bool(cursor.fetchone()[0])


def _unbound() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(UNBOUND_TABLES)
        return [name for (name,) in cursor.fetchall()]
