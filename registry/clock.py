"""The portal's clock: the database's time, moved ahead only in demo mode."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from registry.models import ClockOffset, Jurisdiction

# SQL for the current time, for a statement that reads other things too.
NOW = """clock_timestamp() + coalesce(
    (SELECT ahead FROM registry_clockoffset WHERE %(is_demo)s::boolean), interval '0')"""


def now() -> datetime:
    """Return the database's time (aware, UTC). In demo mode the time advanced is added."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NOW}", parameters())
        moment: datetime = cursor.fetchone()[0]
    return moment


def parameters() -> dict[str, bool]:
    """Return the parameters of NOW. Outside demo mode an offset is ignored."""
    return {"is_demo": settings.DEMO_MODE}


def today(jurisdiction: Jurisdiction) -> date:
    """Return the calendar day in the jurisdiction's time zone."""
    return now().astimezone(jurisdiction.zone).date()


def advance(by: timedelta) -> None:
    """Move the demo's clock ahead. Raises ValueError for a step backwards: records stay past."""
    if by < timedelta(0):
        raise ValueError("The clock only moves ahead.")
    clock, _ = ClockOffset.objects.get_or_create(id=1, defaults={"ahead": timedelta(0)})
    clock.ahead += by
    clock.save(update_fields=["ahead"])
