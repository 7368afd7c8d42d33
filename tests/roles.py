"""The roles of the tests' database: the portal's own work is done as the application's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import Error, connection

WHO = ("USER", "PASSWORD")
LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
PLAIN = settings.DATABASES["default"]["OPTIONS"]["options"]


def work_as_application() -> None:
    """Sign in as the owner, but with the application's rights: so `as_owner` is one statement."""
    if settings.MIGRATION_DATABASE:
        connection.close()
        connection.settings_dict.update({name: settings.MIGRATION_DATABASE[name] for name in WHO})
        connection.settings_dict["OPTIONS"]["options"] = (
            f"{PLAIN} -c role={settings.APPLICATION_ROLE}"
        )


def work_as_owner() -> None:
    connection.close()
    connection.settings_dict["OPTIONS"]["options"] = PLAIN


@contextmanager
def as_owner() -> Iterator[None]:
    """For what a test does behind the portal's back. A transaction may be under way."""
    set_role("NONE")
    try:
        yield
    finally:
        with suppress(Error):  # a broken transaction takes the role back with all else
            set_role(settings.APPLICATION_ROLE)


def set_role(role: str) -> None:
    if settings.MIGRATION_DATABASE:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")


def copy(original: str, name: str) -> None:
    drop(name)
    _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')


def drop(name: str) -> None:
    """Remove a database, whoever is connected to it.

    Not WITH (FORCE): that fails where the server itself is just tidying the database up.
    """
    _maintain(f"{LEAVE} WHERE datname = '{name}' AND usename IS NOT NULL")
    _maintain(f'DROP DATABASE IF EXISTS "{name}"')


def _maintain(sql: str) -> None:
    """Run a statement on whole databases, as their owner."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(sql)
