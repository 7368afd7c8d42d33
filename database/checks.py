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


@register(Tags.database)
def application_owns_nothing(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Run by `migrate`, and by `check --deploy --database default`."""
    if not given["databases"] or not _owns():
        return []
    return [Warning(ONE_ROLE, hint=TWO_ROLES, id="portal.W001")]


@register(Tags.database)
def no_pooler(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Tell of a pooler that was found."""
    if not given["databases"] or not _has_pooler():
        return []
    return [Warning(POOLED, hint=NO_SESSIONS, id="portal.W003")]


def _has_pooler() -> bool:
    try:
        return portal_connection().has_pooler
    except Error:
        return False


def _owns() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNS)
            return bool(cursor.fetchone()[0])
    except Error:
        return False  # a server that does not answer is reported by whatever needs it
