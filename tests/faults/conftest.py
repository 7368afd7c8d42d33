"""One portal of real processes for all of these tests; each leaves it as it found it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.database import led_to
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
    with led_to(processes, django_db_blocker):
        yield processes


@pytest.fixture
def trade(portal: Portal) -> Trade:
    return Trade.opened(portal.port)
