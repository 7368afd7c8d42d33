"""A worker that dies in the middle of its work: what it had in hand is done by another."""

import signal
from collections.abc import Callable

import pytest

from tests.faults import holding
from tests.faults.portal import Portal, family, signal_to
from tests.faults.questions import flags_of, unevaluated
from tests.faults.trade import Trade

FLAGGED_WITHIN_S = 60
EVALUATION = "authorizations_evaluation"


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
