"""Calendar periods and working days, in a jurisdiction's own time zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = {"month": 1, "quarter": 3, "year": 12}
# A day may be any of the years 1 to 9999, such as the last day of a license without end. What is
# computed from it stays a day within them, so that it can be written in every time zone.
BEGINNING, END = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def period_of(day: date, period: str) -> tuple[date, date]:
    """Return the first and last day of the month, quarter or year that contains a day."""
    months = MONTHS[period]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    last = start.month - 1 + months
    return start, date(start.year, last, monthrange(start.year, last)[1])


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day begins."""
    return _within(datetime.combine(day, time(), zone))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day is over, the first of the next."""
    if day == date.max:
        return END.astimezone(zone)
    return _within(datetime.combine(day + timedelta(days=1), time(), zone))


def _within(moment: datetime) -> datetime:
    return min(max(moment, BEGINNING), END).astimezone(moment.tzinfo)


def working_days_after(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end of the n-th working day after a moment. Skips weekends, not holidays."""
    day = moment.astimezone(zone).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return end_of_day(day, zone)


def last_day(deadline: datetime, zone: ZoneInfo) -> date:
    """Return the last day before a deadline: a deadline at the end of a day is due on that day."""
    return (deadline - timedelta(microseconds=1)).astimezone(zone).date()
