"""A worker that dies in the middle of its work: what it had in hand is done by another."""

import signal
from collections.abc import Callable

import pytest
from django.core.management import call_command

from authorizations.models import Duty
from registry import clock
from tests.faults import holding, poison
from tests.faults.load import Load
from tests.faults.portal import Portal, family, signal_to
from tests.faults.questions import codes_of, flags_of, unevaluated
from tests.faults.trade import Trade

FLAGGED_WITHIN_S = 60
SEEN_WITHIN_S = 120
PARKED_WITHIN_S = 2 * 5 * 25  # five leases, and the sweeps that find them over
KILLS = 200
EVALUATION = "oversight_evaluation"


def kill_all(portal: Portal) -> None:
    portal.worker.kill()


def kill_parent(portal: Portal) -> None:
    signal_to(portal.worker.pid, signal.SIGKILL)


def kill_children(portal: Portal) -> None:
    for child in family(portal.worker.pid)[1:]:
        signal_to(child, signal.SIGKILL)


@pytest.mark.parametrize(
    "kill",
    [
        kill_all,
        pytest.param(kill_parent, marks=pytest.mark.long),
        pytest.param(kill_children, marks=pytest.mark.long),
    ],
)
def test_what_a_killed_worker_had_in_hand_is_flagged_within_a_minute(
    portal: Portal, trade: Trade, kill: Callable[[Portal], None]
) -> None:
    codes = [trade.code() for _ in range(2)]
    with holding.writes(portal, EVALUATION):
        sales = [trade.sell(code).body["id"] for code in codes]
        holding.until_held(portal, EVALUATION)
        kill(portal)
    portal.until(lambda: len(flags_of(sales)) == 2, within_s=FLAGGED_WITHIN_S)
    portal.until(lambda: not unevaluated(sales), within_s=FLAGGED_WITHIN_S)


def test_a_worker_and_a_beat_that_ended_by_themselves_are_started_again(
    portal: Portal, trade: Trade
) -> None:
    """Without a fault, as a worker does that lost its broker in the middle of a message."""
    ended = {process: process.pid for process in (portal.worker, portal.beat)}
    for pid in ended.values():
        signal_to(pid, signal.SIGTERM)
    portal.until(
        lambda: all(one.alive and one.pid != pid for one, pid in ended.items()),
        within_s=FLAGGED_WITHIN_S,
    )
    sale = trade.sell(trade.code()).body["id"]
    portal.until(lambda: flags_of([sale]), within_s=FLAGGED_WITHIN_S)


@pytest.mark.long
def test_two_hundred_kills_under_load_lose_nothing(portal: Portal, trade: Trade) -> None:
    """Of the children in turn, which the parent replaces, and of parent and all now and then."""
    load = Load(trade, counters=2)
    with load.running():
        for kill in range(KILLS):
            portal.until(in_hand, within_s=FLAGGED_WITHIN_S)
            if kill % 20 == 0:
                kill_all(portal)
                portal.worker.start()  # at once: the supervisor would take ever longer
            else:
                kill_children(portal)
    assert set(load.told) == {201}
    sales = load.sales
    portal.until(lambda: not unevaluated(sales), within_s=2 * FLAGGED_WITHIN_S)
    assert len(flags_of(sales)) == len(sales)
    load.held()


@pytest.mark.long
def test_a_worker_that_lives_and_does_nothing_is_told_by_the_probe(
    portal: Portal, trade: Trade
) -> None:
    portal.until(lambda: portal.ready().body["workers"] == 1, within_s=FLAGGED_WITHIN_S)
    with portal.frozen(portal.worker):
        sale = trade.sell(trade.code())
        assert sale.status == 201
        portal.until(lambda: portal.ready().body["workers"] == 0, within_s=SEEN_WITHIN_S)
        ready = portal.ready()
        assert (ready.status, ready.body["broker"]) == (200, "ok")
        assert ready.body["oldest_unevaluated_s"] > 0
    portal.until(lambda: flags_of([sale.body["id"]]), within_s=FLAGGED_WITHIN_S)
    portal.until(lambda: portal.ready().body["workers"] == 1, within_s=FLAGGED_WITHIN_S)


@pytest.mark.long
def test_a_poison_sale_is_set_aside_and_reported_and_the_others_are_flagged(
    portal: Portal, trade: Trade
) -> None:
    code, *others = [trade.code() for _ in range(4)]
    with holding.writes(portal, EVALUATION):  # until all lie in one batch
        bad = trade.sell(code).body["id"]
        good = [trade.sell(other).body["id"] for other in others]
    portal.until(lambda: not unevaluated([bad, *good]), within_s=FLAGGED_WITHIN_S)
    with poison.in_evaluation(portal, *codes_of([bad])):
        again = trade.sell(code, 5).body["id"]
        more = [trade.sell(other, 5).body["id"] for other in others]
        portal.until(lambda: not unevaluated(more), within_s=FLAGGED_WITHIN_S)
        portal.until(lambda: parked(again), within_s=PARKED_WITHIN_S)
        assert "duty_parked" in portal.log("worker").read_text()
        assert "5 no duty is parked" in portal.broken()
    call_command("retry_parked")
    portal.until(lambda: not unevaluated([again]), within_s=FLAGGED_WITHIN_S)


def in_hand() -> bool:
    """Whether a worker is at work on anything."""
    return Duty.objects.filter(leased_until__gt=clock.now()).exists()


def parked(sale: str) -> bool:
    tried = Duty.objects.filter(authorization__in=codes_of([sale]), parked_at__isnull=False)
    return [duty.attempts for duty in tried] == [5]
