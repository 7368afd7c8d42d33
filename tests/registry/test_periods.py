"""Periods and days, of every day that a form or a body takes, where days begin first and last."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.periods import MONTHS, end_of_day, last_day, period_of, start_of_day

ZONES = [ZoneInfo(name) for name in ("Pacific/Kiritimati", "Etc/GMT+12", "America/Lima")]
days = st.dates()
zones = st.sampled_from(ZONES)


@given(day=days, zone=zones)
@example(day=date.min, zone=ZONES[0])
@example(day=date.max, zone=ZONES[1])
def test_every_day_begins_and_ends_at_a_moment_of_the_calendar(day: date, zone: ZoneInfo) -> None:
    start, end = start_of_day(day, zone), end_of_day(day, zone)
    assert start.astimezone(UTC) <= end.astimezone(UTC)
    for other in ZONES:
        assert start.astimezone(other) == start
        assert end.astimezone(other) == end


@given(day=st.dates(max_value=date.max - timedelta(days=1)), zone=zones)
@example(day=date.max - timedelta(days=1), zone=ZONES[1])
def test_a_later_day_never_ends_earlier(day: date, zone: ZoneInfo) -> None:
    assert end_of_day(day, zone) <= end_of_day(day + timedelta(days=1), zone)


@given(day=st.dates(date(1, 2, 1), date(9999, 11, 30)), zone=zones)
def test_a_day_ends_where_the_next_one_begins(day: date, zone: ZoneInfo) -> None:
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert last_day(end_of_day(day, zone), zone) == day


@pytest.mark.parametrize("period", MONTHS)
@given(day=days)
@example(day=date.min)
@example(day=date.max)
def test_every_day_stands_in_its_period(period: str, day: date) -> None:
    first, last = period_of(day, period)
    assert first <= day <= last
    assert (last.year, last.month) == (first.year, first.month + MONTHS[period] - 1)
    assert first.day == 1
    assert last == date.max or (last + timedelta(days=1)).day == 1
