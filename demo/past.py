"""Lets the register's own verbs act in the past, while the demo is being made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from registry.models import ClockOffset

TURN_BACK = """
INSERT INTO registry_clockoffset (id, ahead) VALUES (1, %(at)s - clock_timestamp())
ON CONFLICT (id) DO UPDATE SET ahead = excluded.ahead
"""


def go_to(at: datetime) -> None:
    """Set the portal's clock to a moment; it runs on from there."""
    with connection.cursor() as cursor:
        cursor.execute(TURN_BACK, {"at": at})


@contextmanager
def visited() -> Iterator[None]:
    """Go anywhere in time, and come back to the present."""
    try:
        yield
    finally:
        ClockOffset.objects.all().delete()
