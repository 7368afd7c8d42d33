"""The tabs of the queue: whom each flag waits for, and how many purchases wait."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from oversight import operations as oversight
from oversight.models import Flag
from pages.officer import desks
from registry import clock
from registry.actors import Actor
from registry.periods import end_of_day
from tests import cast
from tests.cast import person
from tests.pages.conftest import Flagged, Visit


@pytest.fixture
def officer(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(officer: Client, **query: str) -> list[Flag]:
    return [row.flag for row in officer.get("/queue/", query).context["rows"]]


def test_what_i_proposed_stands_apart_from_what_waits_for_me(
    visit: Visit, flagged: Flagged, regulator: Actor, third_officer: Actor
) -> None:
    flag = flagged()
    oversight.review(flag, outcome="explained", note="Scale", by=regulator)
    first, second = visit(regulator), visit(cast.drawn(flag))
    assert shown(second, tab="mine") == [flag] == shown(first, tab="proposed")
    assert shown(first, tab="mine") == [] == shown(second, tab="proposed")
    for tab in ("team", "unassigned"):
        assert shown(first, tab=tab) == [] == shown(second, tab=tab)


def test_what_i_took_and_proposed_waits_for_the_second_and_not_for_me(
    visit: Visit, flagged: Flagged, regulator: Actor, third_officer: Actor
) -> None:
    flag = flagged()
    oversight.assign(flag, to=regulator.user, by=regulator)
    oversight.review(flag, outcome="explained", note="Scale", by=regulator)
    assert shown(visit(regulator), tab="mine") == []
    assert shown(visit(regulator), tab="proposed") == [flag]
    assert shown(visit(cast.drawn(flag)), tab="mine") == [flag]


def test_what_two_colleagues_have_between_them_is_the_teams(
    visit: Visit, flagged: Flagged, regulator: Actor, jurisdiction: Any
) -> None:
    flag = flagged()
    officers = [person(jurisdiction, f"{n}@authority.example", "officer") for n in "abc"]
    oversight.review(flag, outcome="explained", note="Scale", by=officers[0])
    flag.refresh_from_db()
    third = next(by for by in officers[1:] if by.user != flag.second)
    assert shown(visit(third), tab="team") == [flag]
    for tab in ("mine", "proposed", "unassigned"):
        assert shown(visit(third), tab=tab) == []


def test_what_a_colleague_took_is_the_teams(
    officer: Client, flagged: Flagged, second_officer: Actor
) -> None:
    flag = flagged()
    oversight.assign(flag, to=second_officer.user, by=second_officer)
    assert shown(officer, tab="team") == [flag] == shown(officer, tab="all")
    assert shown(officer, tab="mine") == [] == shown(officer, tab="unassigned")


def test_due_today_holds_what_is_overdue_and_not_what_is_due_later(
    officer: Client, flagged: Flagged
) -> None:
    late, today, tomorrow = flagged(), flagged(), flagged()
    zone, now = late.jurisdiction.zone, clock.now()
    midnight = end_of_day(now.astimezone(zone).date(), zone)  # where a working day ends
    Flag.objects.filter(pk=late.pk).update(due_at=now - timedelta(days=2))
    Flag.objects.filter(pk=today.pk).update(due_at=midnight)
    Flag.objects.filter(pk=tomorrow.pk).update(due_at=midnight + timedelta(minutes=1))
    assert shown(officer, tab="due") == [late, today]
    assert "2\u00a0days overdue" in text(officer.get("/queue/?tab=due"))


def test_tabs_tell_how_many_purchases_wait_in_them(
    officer: Client, flagged: Flagged, regulator: Actor, monkeypatch: Any
) -> None:
    flags = [flagged(plate="ZZZ-999"), flagged(), flagged()]
    oversight.assign(flags[0], to=regulator.user, by=regulator)
    oversight.review(flags[1], outcome="explained", note="Scale", by=regulator)
    counts = {tab: count for tab, _label, count in officer.get("/queue/").context["tabs"]}
    assert counts == {
        "mine": "1",
        "proposed": "1",
        "unassigned": "2",
        "team": "0",
        "due": "0",
        "all": "3",
    }
    assert '<span class="app-count">3</span>' in text(officer.get("/queue/"))
    monkeypatch.setattr(desks, "SHOWN_MAX", 2)
    assert dict(t[::2] for t in officer.get("/queue/").context["tabs"])["all"] == "2+"
    monkeypatch.setattr(desks, "READ_MAX", 2)
    assert dict(t[::2] for t in officer.get("/queue/").context["tabs"])["all"].endswith("+")


def test_a_count_that_would_not_fit_the_filter_is_not_shown(
    officer: Client, flagged: Flagged
) -> None:
    flagged()
    for query in ("severity=medium", "rule=wrong_product", "state=ended", "firm=pinturas"):
        assert "app-count" not in text(officer.get(f"/queue/?tab=all&{query}"))
    assert "app-count" in text(officer.get("/queue/?tab=all&sort=newest"))
