"""The role that owns the tables. The portal itself uses another, which owns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

LOGIN = ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")  # the options may name its certificate


@contextmanager
def as_migrator() -> Iterator[None]:
    """Work as the role of MIGRATION_DATABASE_URL, in the same database; outside a transaction.

    Where that is not set, one role does everything and the block runs unchanged.
    """
    owner = settings.MIGRATION_DATABASE
    if owner is None or owner["USER"] == current_role():
        yield
        return
    mine = {name: connection.settings_dict[name] for name in LOGIN}
    _connect_as({name: owner[name] for name in LOGIN})
    try:
        yield
    finally:
        _connect_as(mine)


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role: str = cursor.fetchone()[0]
    return role


def _connect_as(login: dict[str, str]) -> None:
    connection.close()
    connection.settings_dict.update(login)
