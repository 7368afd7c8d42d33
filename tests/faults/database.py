"""Leads a test's own verbs and questions to the database of a running portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from tests.faults.portal import Portal


@contextmanager
def led_to(portal: Portal, django_db_blocker: Any) -> Iterator[None]:
    """Use the portal's database. Whatever is done to it, the invariants hold at the end."""
    elsewhere = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(_address(portal.environment["DATABASE_URL"]))
        try:
            yield
            assert portal.broken() == {}
        finally:
            connection.close()
            connection.settings_dict.update(elsewhere)


def _address(url: str) -> dict[str, Any]:
    found = urlsplit(url)
    return {
        "NAME": found.path.strip("/"),
        "HOST": found.hostname,
        "PORT": found.port,
        "USER": found.username,
        "PASSWORD": found.password,
    }
