"""Calendar periods and working days, in a jurisdiction's own time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_of(day: date, period: str) -> tuple[date, date]:
    """Return the first and last day of the month, quarter or year that contains a day."""
    months = MONTHS[period]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = start.month - 1 + months
    return start, date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day begins."""
    return datetime.combine(day, time(), zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day is over, the first of the next."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


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
