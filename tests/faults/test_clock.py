"""Machines whose clocks are a day off: the database's clock decides, and the work goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from authorizations.models import Authorization, Sale
from oversight.models import Evaluation
from registry import clock
from tests.faults.portal import Portal
from tests.faults.questions import codes_of, flags_of
from tests.faults.trade import Trade

FLAGGED_WITHIN_S = 60
A_MINUTE = timedelta(minutes=1)
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not FAKETIME, reason="CLOCKS ARE NOT SHIFTED: apt-get install faketime, as root"
    ),
]


@contextmanager
def shifted(portal: Portal, **days: str) -> Iterator[None]:
    """Run web, worker and beat on machines with clocks of their own: `worker="-1d"`."""
    true = {process.name: dict(process.environment) for process in portal.processes}
    with portal.without(*portal.processes):
        for process in portal.processes:
            process.environment |= {
                "LD_PRELOAD": str(FAKETIME[0]),
                "FAKETIME": days[process.name],
                "DONT_FAKE_MONOTONIC": "1",
                "PYTHONPATH": str(Path(__file__).with_name("shifted")),
            }
    portal.until_it_answers()
    try:
        yield
    finally:
        with portal.without(*portal.processes):
            for process in portal.processes:
                process.environment = true[process.name]
        portal.until_it_answers()


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({"web": "+1d", "worker": "-1d", "beat": "+1d"}, id="web ahead"),
        pytest.param({"web": "-1d", "worker": "+1d", "beat": "-1d"}, id="web behind"),
    ],
)
def test_times_are_the_databases_and_flags_come_as_ever(
    portal: Portal, trade: Trade, days: dict[str, str]
) -> None:
    with shifted(portal, **days):
        code = trade.code()
        sale = trade.sell(code)
        assert sale.status == 201
        ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        early = trade.sell(code, sold_at=ahead)
        assert (early.status, early.body["errors"][0]["code"]) == (422, "sold_ahead_of_time")
        sales = [sale.body["id"]]
        portal.until(lambda: flags_of(sales), within_s=FLAGGED_WITHIN_S)
        now = clock.now()
        row = Authorization.objects.get(pk=codes_of(sales)[0])
        assert row.issued_at and now - row.issued_at < A_MINUTE
        assert now - Sale.objects.get(uuid=sales[0]).recorded_at < A_MINUTE
        assert now - Evaluation.objects.get(authorization=row).evaluated_at < A_MINUTE
        assert portal.ready().body["oldest_unevaluated_s"] < A_MINUTE.total_seconds()
    set_right = trade.sell(trade.code()).body["id"]
    portal.until(lambda: flags_of([set_right]), within_s=FLAGGED_WITHIN_S)
