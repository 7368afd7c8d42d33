"""One portal of real processes for all of these tests; each leaves it as it found it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.faults.portal import Portal, running
from tests.faults.trade import Trade


@pytest.fixture(scope="package")
def processes() -> Iterator[Portal]:
    with (
        tempfile.TemporaryDirectory(prefix="portal-test-") as directory,
        running(Path(directory)) as started,
    ):
        yield started


@pytest.fixture
def portal(processes: Portal, django_db_blocker: Any) -> Iterator[Portal]:
    """The portal, with this test's own verbs and questions led to its database.

    Whatever was done to it, the invariants hold at the end.
    """
    elsewhere = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(_address(processes.environment["DATABASE_URL"]))
        try:
            yield processes
            assert processes.broken() == {}
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


@pytest.fixture
def trade(portal: Portal) -> Trade:
    return Trade.opened(portal.port)
