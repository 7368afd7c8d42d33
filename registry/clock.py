"""The one clock: the database's time, moved ahead only in demo mode."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from registry.models import ClockOffset, Jurisdiction

# The moment at which a row is given, for a statement that reads other things too.
NOW = """clock_timestamp() + coalesce(
    (SELECT ahead FROM registry_clockoffset WHERE %(is_demo)s::boolean), interval '0')"""


def now() -> datetime:
    """The database's time (aware, UTC). In demo mode the days advanced are added."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NOW}", parameters())
        moment: datetime = cursor.fetchone()[0]
    return moment


def parameters() -> dict[str, bool]:
    """What NOW takes: outside demo mode an offset is passed over."""
    return {"is_demo": settings.DEMO_MODE}


def today(jurisdiction: Jurisdiction) -> date:
    """The calendar day in the jurisdiction's time zone."""
    return now().astimezone(jurisdiction.zone).date()


def advance(by: timedelta) -> None:
    """Move the demo's clock ahead. Never backwards: what was recorded stays in the past."""
    if by < timedelta(0):
        raise ValueError("The clock only moves ahead.")
    clock, _ = ClockOffset.objects.get_or_create(id=1, defaults={"ahead": timedelta(0)})
    clock.ahead += by
    clock.save(update_fields=["ahead"])
