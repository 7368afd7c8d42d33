"""50,000 sales that wait for a worker: drained oldest first, and no counter's matter."""

from typing import Any

import pytest
from django.db.models import Exists, Max, OuterRef, QuerySet

from authorizations.models import Duty, Sale
from launcher.portal import python
from launcher.process import Program, run
from oversight.models import Evaluation
from registry import clock
from tests.faults.portal import Portal
from tests.faults.questions import flags_of
from tests.faults.trade import Trade

BACKLOG = 50_000
BUYERS, VENDORS, REGISTERED_DAYS = 40, 10, 30
OVER_DAYS = "0.02"
HELD_AT_ONCE = 1_000  # what all workers may have in hand, or have handed back
DRAINED_WITHIN_S = 900


@pytest.mark.long
def test_a_backlog_is_drained_oldest_first_and_delays_no_counter(
    portal: Portal, trade: Trade
) -> None:
    with portal.without(portal.worker, portal.beat):
        load(portal, "bench.full.populate", BUYERS, VENDORS, REGISTERED_DAYS)
        load(portal, "bench.growth.load", "backlog", BACKLOG, OVER_DAYS)
        assert due().count() >= BACKLOG
        assert portal.ready().body["oldest_unevaluated_s"] > 0
        sale = trade.sell(trade.code())
        assert sale.status == 201
    portal.until(lambda: due().count() < BACKLOG // 2, within_s=DRAINED_WITHIN_S)
    assert trade.sell(trade.code()).status == 201
    assert passed_over() < HELD_AT_ONCE
    portal.until(lambda: not due().exists(), within_s=DRAINED_WITHIN_S)
    assert flags_of([sale.body["id"]])
    assert portal.broken() == {}


def load(portal: Portal, module: str, *arguments: Any) -> None:
    """Enter firms, or multiply what they did: both act in the past, as only a demo may."""
    program = Program(module, python("-m", module, *map(str, arguments)))
    run(portal.supervisor.report, program, {**portal.environment, "DEMO_MODE": "on"})


def due() -> QuerySet[Duty]:
    return Duty.objects.filter(due_at__lte=clock.now(), parked_at=None)


def passed_over() -> int:
    """How many sales wait although a later one has been evaluated."""
    done = Evaluation.objects.filter(
        authorization=OuterRef("authorization"), version__gte=OuterRef("version")
    )
    sales = Sale.objects.annotate(is_evaluated=Exists(done))
    newest = sales.filter(is_evaluated=True).aggregate(at=Max("recorded_at"))["at"]
    return sales.filter(is_evaluated=False, recorded_at__lt=newest).count()
