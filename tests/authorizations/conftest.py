"""What the tests of the verbs look at."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from authorizations.models import Authorization

# How many days after a Monday, a Tuesday and so on its fifth working day is.
TO_THE_FIFTH = (7, 7, 7, 7, 7, 6, 5)


def balances(authorization: Authorization) -> tuple[str, str, str, str]:
    """R, H, C and O, after a fresh look; and each allowance must agree with its entries."""
    authorization.refresh_from_db()
    return (
        f"{authorization.reserved_kg:f}",
        f"{authorization.held_kg:f}",
        f"{authorization.consumed_kg:f}",
        f"{authorization.overage_kg:f}",
    )


def fifth_working_day_ends(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight at which the fifth working day after a moment is over."""
    day = moment.astimezone(zone).date()
    return datetime.combine(day + timedelta(days=TO_THE_FIFTH[day.weekday()] + 1), time(), zone)
