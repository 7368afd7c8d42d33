"""The queue: which flags wait, for whom, and since when."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from authorizations.models import Authorization, Duty
from oversight import operations as oversight
from oversight.models import Evaluation, Flag
from pages.officer import queue
from registry import clock
from registry.actors import Actor
from tests import cast
from tests.cast import Firm
from tests.pages.conftest import Flagged, Visit
from tests.roles import as_owner


@pytest.fixture
def officer(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(officer: Client, **query: str) -> list[Flag]:
    return [row.flag for row in officer.get("/queue/", query).context["rows"]]


def test_a_flag_is_shown_with_rule_deviation_parties_place_age_and_state(
    officer: Client, flagged: Flagged
) -> None:
    flagged()
    page = text(officer.get("/queue/?tab=unassigned"))
    for part in (
        "More sold than authorized",
        "+80\u00a0kg",
        "+8 %",
        "Pinturas Inventadas",
        "Solventes Ficticios",
        "Solventes Ficticios plant",
        "left",
        "High",
        "Open",
    ):
        assert part in page


def test_the_queue_opens_at_what_is_mine(officer: Client, flagged: Flagged) -> None:
    flagged()
    page = text(officer.get("/queue/"))
    assert "Nothing waits for you" in page
    assert "More sold than authorized" not in page.split("<table")[-1].split("app-empty")[-1]


def test_an_officer_takes_a_flag_from_the_list(
    officer: Client, flagged: Flagged, regulator: Actor
) -> None:
    flag = flagged()
    body = {"flag": flag.uuid, "steps_seen": flag.steps_count}
    answer = officer.post("/queue/?tab=unassigned&sort=oldest", body)
    assert answer.url == "/queue/?tab=unassigned&sort=oldest"
    flag.refresh_from_db()
    assert flag.assigned_to == regulator.user
    assert (shown(officer, tab="mine"), shown(officer, tab="unassigned")) == ([flag], [])


def test_a_flag_that_somebody_took_first_is_not_taken_from_them(
    officer: Client, flagged: Flagged, second_officer: Actor
) -> None:
    flag = flagged()
    body = {"flag": flag.uuid, "steps_seen": flag.steps_count}
    oversight.assign(flag, to=second_officer.user, by=second_officer)
    page = text(officer.post("/queue/?tab=all", body, follow=True))
    assert "Something happened to this flag meanwhile" in page
    flag.refresh_from_db()
    assert flag.assigned_to == second_officer.user


@pytest.mark.parametrize("body", [{}, {"flag": "x", "steps_seen": "1"}, {"flag": "\0"}])
def test_a_list_that_was_tampered_with_changes_nothing(
    officer: Client, flagged: Flagged, body: dict[str, str]
) -> None:
    flag = flagged()
    assert officer.post("/queue/", body).status_code == 302
    flag.refresh_from_db()
    assert flag.assigned_to is None


def test_the_flags_of_one_sale_are_one_row(officer: Client, flagged: Flagged) -> None:
    several = flagged(plate="ZZZ-999", gross_kg=Decimal("900"), tare_kg=Decimal("100"))
    other = flagged()
    [first, second] = officer.get("/queue/?tab=unassigned").context["rows"]
    assert [first.flag.authorization, second.flag.authorization] == [
        several.authorization,
        other.authorization,
    ]
    rules = {"quantity_exceeded", "vehicle_not_registered", "weight_arithmetic"}
    assert {found.flag.rule for found in first.found} == rules
    assert [found.flag for found in second.found] == [other]


def test_an_officer_takes_all_flags_of_a_row_or_none(
    officer: Client, flagged: Flagged, regulator: Actor, second_officer: Actor
) -> None:
    flagged(plate="ZZZ-999")
    [row] = officer.get("/queue/?tab=unassigned").context["rows"]
    assert len(row.to_take) == 2
    body = {
        "flag": [flag.uuid for flag in row.to_take],
        "steps_seen": [flag.steps_count for flag in row.to_take],
    }
    taken = Flag.objects.filter(assigned_to__isnull=False)
    oversight.assign(row.to_take[1], to=second_officer.user, by=second_officer)
    assert "meanwhile" in text(officer.post("/queue/?tab=all", body, follow=True))
    assert [flag.assigned_to for flag in taken.all()] == [second_officer.user]
    oversight.assign(row.to_take[1], to=None, by=second_officer)
    body["steps_seen"][1] += 2
    assert "The flags are on your desk" in text(officer.post("/queue/?tab=all", body, follow=True))
    assert [flag.assigned_to for flag in taken.all()] == [regulator.user] * 2


def test_a_purchase_stands_on_one_page_though_its_flags_are_due_on_many_days(
    officer: Client, flagged: Flagged, monkeypatch: Any
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    monkeypatch.setattr(queue, "READ", 2)
    spread, between = flagged(plate="ZZZ-999"), flagged()
    Flag.objects.filter(authorization=spread.authorization, rule="vehicle_not_registered").update(
        due_at=clock.now() + timedelta(days=90)
    )
    seen, address = [], "/queue/?tab=all"
    while address:
        context = officer.get(address).context
        seen += [[found.flag.rule for found in row.found] for row in context["rows"]]
        address = context["next_url"]
    assert seen == [["quantity_exceeded", "vehicle_not_registered"], ["quantity_exceeded"]]
    assert between.authorization != spread.authorization


@pytest.mark.parametrize("tab", ["unassigned", "team", "due", "all"])
def test_each_tab_is_read_in_the_order_of_an_index(
    officer: Client, flagged: Flagged, tab: str
) -> None:
    flagged()
    plan = plan_of_list(officer, f"/queue/?tab={tab}")
    assert "Sort" not in plan
    assert {
        "unassigned": "flag_on_no_desk",
        "team": "flag_on_some_desk",
        "due": "flag_by_deadline",
        "all": "flag_by_deadline",
    }[tab] in plan


def test_what_has_ended_stands_the_newest_first(
    officer: Client, flagged: Flagged, regulator: Actor
) -> None:
    flags = [flagged(rule="vehicle_not_registered", plate="ZZZ-999") for _twice in range(2)]
    Flag.objects.filter(pk=flags[1].pk).update(due_at=clock.now() - timedelta(days=9))
    for flag in flags:
        oversight.review(flag, outcome="confirmed", note="So it was", by=regulator)
    assert shown(officer, tab="all", state="ended") == flags[::-1]


def test_an_observation_is_in_no_tab_unless_asked_for(officer: Client, flagged: Flagged) -> None:
    flag = flagged("900", rule="quantity_short", complete=True)
    assert flag.severity == "low"
    for tab in queue.TABS:
        assert shown(officer, tab=tab) == []
    assert shown(officer, tab="all", severity="low") == [flag]
    page = text(officer.get("/queue/?tab=all&severity=low"))
    assert "left" not in page
    assert "Assign to me" not in page


def test_ended_flags_are_found_by_their_state(
    officer: Client, flagged: Flagged, regulator: Actor, third_officer: Actor
) -> None:
    flag = flagged()
    oversight.review(flag, outcome="dismissed", note="No", by=regulator)
    flag = oversight.review(flag, outcome="dismissed", note="No", by=cast.drawn(flag))
    assert shown(officer, tab="all") == []
    assert shown(officer, tab="all", state="dismissed") == [flag]
    assert shown(officer, tab="all", state="ended") == [flag]
    assert shown(officer, tab="all", state="confirmed") == []


def test_filters_stay_in_the_address_and_can_be_removed_one_by_one(
    officer: Client, flagged: Flagged
) -> None:
    flag = flagged()
    query = {"tab": "all", "rule": "quantity_exceeded", "firm": "PINTURAS", "severity": "high"}
    assert shown(officer, **query) == [flag]
    removals = dict(officer.get("/queue/", query).context["removals"])
    without = removals["Firm or tax number (RUC): PINTURAS"]
    assert without == "/queue/?tab=all&rule=quantity_exceeded&severity=high"
    assert shown(officer, **(query | {"firm": "nobody"})) == []
    assert shown(officer, **(query | {"severity": "medium"})) == []
    assert shown(officer, **(query | {"rule": "site_mismatch"})) == []


def test_a_firm_is_found_as_vendor_and_by_its_tax_number(
    officer: Client, flagged: Flagged, vendor: Firm
) -> None:
    flag = flagged()
    assert shown(officer, tab="all", firm="ficticios") == [flag]
    assert shown(officer, tab="all", firm=vendor.organization.tax_id) == [flag]


@pytest.mark.parametrize(
    "query",
    ["severity=odd", "state=x&sort=y", "rule=none", "tab=nowhere", "after=zzz", "firm=%25"],
)
def test_what_cannot_be_read_in_an_address_breaks_nothing(officer: Client, query: str) -> None:
    assert officer.get(f"/queue/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("sort", "order"), [("", [1, 0, 2]), ("oldest", [0, 1, 2]), ("newest", [2, 1, 0])]
)
def test_pages_follow_one_another_in_each_order(
    officer: Client, flagged: Flagged, monkeypatch: Any, sort: str, order: list[int]
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    flags = [flagged(), flagged(), flagged()]
    Flag.objects.filter(pk=flags[1].pk).update(due_at=clock.now())
    seen, address = [], f"/queue/?tab=all&sort={sort}"
    while address:
        context = officer.get(address).context
        seen += [row.flag for row in context["rows"]]
        address = context["next_url"]
    assert seen == [flags[index] for index in order]


@pytest.mark.parametrize("sort", ["newest", "oldest", ""])
def test_each_order_is_read_by_an_index(officer: Client, flagged: Flagged, sort: str) -> None:
    """Where nothing else is left to it, the planner would sort."""
    flagged()
    plan = plan_of_list(officer, f"/queue/?tab=all&sort={sort}")
    assert "Sort" not in plan
    assert "Index Cond: (jurisdiction_id" in plan


def plan_of_list(officer: Client, address: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        officer.get(address)
    [listed] = [q["sql"] for q in queries if q["sql"].endswith(f"LIMIT {queue.READ}")]
    with connection.cursor() as cursor:
        for way in ("sort", "seqscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {listed}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_the_queue_asks_the_database_as_often_for_one_flag_as_for_many(
    officer: Client, flagged: Flagged
) -> None:
    flagged(plate="ZZZ-999")
    officer.get("/queue/?tab=all")
    with CaptureQueriesContext(connection) as one:
        officer.get("/queue/?tab=all")
    for _more in range(3):
        flagged()
    with CaptureQueriesContext(connection) as many:
        officer.get("/queue/?tab=all")
    assert len(many) == len(one) <= 10
    assert not any("COUNT(" in query["sql"] for query in many)


def test_an_empty_queue_tells_when_something_was_last_evaluated(
    officer: Client, ask: Callable[..., Authorization]
) -> None:
    assert "Nothing has been evaluated yet" in text(officer.get("/queue/"))
    authorization = ask()
    Evaluation.objects.create(
        authorization=authorization,
        version=1,
        ruleset=authorization.ruleset,
        evaluated_at=clock.now(),
        findings=[],
    )
    assert "Last evaluation" in text(officer.get("/queue/?tab=all"))


def test_the_queue_says_when_the_evaluation_is_late(
    officer: Client, ask: Callable[..., Authorization], sell: Callable[..., Any]
) -> None:
    sell(ask())
    duties = Duty.objects.filter(reason="recorded")
    with as_owner():
        duties.update(due_at=clock.now() - timedelta(seconds=50))
    assert "The evaluation is late" not in text(officer.get("/queue/"))
    with as_owner():
        duties.update(due_at=clock.now() - timedelta(seconds=61))
    assert "The evaluation is late" in text(officer.get("/queue/"))


def test_the_queue_says_when_a_duty_was_put_aside(
    officer: Client, ask: Callable[..., Authorization]
) -> None:
    ask()
    Duty.objects.update(parked_at=clock.now())
    assert "The evaluation is late" in text(officer.get("/queue/"))


def test_a_firm_and_an_inspector_do_not_see_the_queue(
    visit: Visit, flagged: Flagged, buyer: Firm, inspector: Actor
) -> None:
    flag = flagged()
    body = {"flag": flag.uuid, "steps_seen": flag.steps_count}
    for by in (buyer.actor, inspector):
        assert visit(by).get("/queue/").status_code == 403
        assert visit(by).post("/queue/", body).status_code == 403
    flag.refresh_from_db()
    assert flag.assigned_to is None


def test_a_stranger_is_asked_to_sign_in(client: Client, jurisdiction: Any) -> None:
    assert client.get("/queue/").url == "/accounts/login/?next=/queue/"
