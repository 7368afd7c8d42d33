"""A small demo world, made once for the tests that only look at it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from demo import world
from registry import clock
from tests.roles import as_owner

SMALL = world.Size(months=2, firms=12, purchases_a_month=60)


def silent(what: str, share: float) -> None:
    """Nobody watches."""


@pytest.fixture
def demo_mode(settings: Any) -> None:
    settings.DEMO_MODE = True


@pytest.fixture(scope="module")
def small_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """Made before the module's tests, and rolled back after the last of them. For which moment."""
    from django.conf import settings

    was = settings.DEMO_MODE
    settings.DEMO_MODE = True
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        with as_owner():
            world.make(SMALL, now=(now := clock.now()), tell=silent)
        yield now
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        connection.close()
    settings.DEMO_MODE = was
