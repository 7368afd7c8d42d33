"""`run.py bench --flags`: whether evaluation keeps up, from intake to backlog."""

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import cpu
from bench.cluster import rows, vacuum
from bench.contenders import Contender
from bench.ground import Ground
from bench.rounds import IN_FLIGHT, refuse_failures
from bench.world import acts
from launcher import portal
from launcher.process import Process
from launcher.progress import Report

INTAKE = 1000  # sales at full speed
LAG_PER_S, LAG_S = 10, 60  # codes and sales a second, each; for so long
DRAINS_WITHIN_S = 600
DUE = """
SELECT count(*) FROM authorizations_duty WHERE due_at <= clock_timestamp() AND parked_at IS NULL
"""
FOUND = "SELECT count(*) FROM oversight_flag"
LAST_SALE = "SELECT coalesce(max(id), 0) FROM authorizations_sale"
LAGS = """
SELECT extract(epoch FROM min(done.evaluated_at) - sale.recorded_at)::float
FROM authorizations_sale sale JOIN oversight_evaluation done
    ON done.authorization_id = sale.authorization_id AND done.version >= sale.version
WHERE sale.id > {last} GROUP BY sale.id, sale.recorded_at
"""


def flags(contender: Contender, on: Ground, backlog: int) -> str:
    """Intake, backlog and lag, one after the other, as lines of a list."""
    intake = _intake(contender, on.report)
    with on.report.step(f"Loading {backlog} sales that wait for the worker"):
        contender.run("-m", "bench.growth.load", "backlog", str(backlog), "0.02", DEMO_MODE="on")
        vacuum(contender.url)
    with _worker(contender, Path(contender.environment["PORTAL_DATA_DIR"])) as worker:
        drained = _drained(contender, on, worker, backlog)
        lag = _lag(contender, on.report)
    return "\n".join(f"- {line}" for line in (f"intake: {intake:.0f} sales/s", *drained, lag))


@contextmanager
def _worker(contender: Contender, home: Path) -> Iterator[Process]:
    """The worker and the beat, as `run.py` starts them."""
    programs = (portal.worker(), portal.beat())
    with ExitStack() as stack:
        started = []
        for program in programs:
            log = home / f"{program.name}.log"
            process = Process(program, portal.without_owner(contender.environment), log)
            process.start()
            stack.callback(process.stop)
            started.append(process)
        yield started[0]


def _intake(contender: Contender, report: Report) -> float:
    """Sales a second with the worker off: the most that the web takes."""
    with report.step("Measuring the intake"):
        _sold(contender, 0, INTAKE // 5)
        return _sold(contender, INTAKE // 5, INTAKE)


def _sold(contender: Contender, first: int, count: int) -> float:
    asked = acts(contender.size, first, count)
    issued = contender.drive(contender.requests("issue", asked, []), IN_FLIGHT)
    refuse_failures(contender, "issue", issued)
    sold = contender.drive(contender.requests("redeem", asked, issued.answers), IN_FLIGHT)
    refuse_failures(contender, "redeem", sold)
    return count / sold.seconds


def _drained(contender: Contender, on: Ground, worker: Process, backlog: int) -> list[str]:
    """How long all that is due takes, and at what cost."""
    due, found = _number(contender, DUE), _number(contender, FOUND)
    postgres = on.stores.postgres.pid
    before = cpu.tree_s(worker.pid), cpu.tree_s(postgres)
    began = time.monotonic()
    with on.report.step("Draining the backlog"):
        while _number(contender, DUE) and time.monotonic() < began + DRAINS_WITHIN_S:
            time.sleep(0.5)
    seconds, left = time.monotonic() - began, _number(contender, DUE)
    done = due - left
    mine = (cpu.tree_s(worker.pid) - before[0]) * 1000 / done
    its = (cpu.tree_s(postgres) - before[1]) * 1000 / done
    alone = 1000 * (os.cpu_count() or 1) / (mine + its)
    raised = _number(contender, FOUND) - found
    return [
        f"backlog: {done} of {due} evaluated in {seconds:.0f} s, {done / seconds:.0f}/s, "
        f"{raised} flags raised",
        f"CPU: {mine:.2f} ms worker + {its:.2f} ms PostgreSQL each: at most {alone:.0f}/s on this "
        f"machine if nothing else runs, so {backlog} in {backlog / alone:.0f} s",
    ]


def _lag(contender: Contender, report: Report) -> str:
    """From the sale's recording to its evaluation, at a steady pace, the worker beside."""
    count = LAG_PER_S * LAG_S
    first = 2 * INTAKE
    asked = acts(contender.size, first, 2 * count)
    ahead, beside = asked[:count], asked[count:]
    with report.step(f"Measuring the lag at {LAG_PER_S} codes and sales a second"):
        issued = contender.drive(contender.requests("issue", ahead, []), IN_FLIGHT)
        last = _number(contender, LAST_SALE)
        with ThreadPoolExecutor() as both:
            issuing = both.submit(
                contender.drive, contender.requests("issue", beside, []), IN_FLIGHT, LAG_PER_S
            )
            sales = contender.requests("redeem", ahead, issued.answers)
            sold = contender.drive(sales, IN_FLIGHT, LAG_PER_S)
            refuse_failures(contender, "redeem", sold)
            refuse_failures(contender, "issue", issuing.result())
        time.sleep(10)  # for the last of them: two sweeps
        lags = sorted(each for (each,) in rows(contender.url, LAGS.format(last=last)))
    cuts = statistics.quantiles(lags, n=100, method="inclusive")
    return (
        f"lag at {LAG_PER_S} codes and sales a second ({count / sold.seconds:.1f} were reached): "
        f"p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, max {lags[-1]:.2f} s, "
        f"{len(lags)} of {count} evaluated"
    )


def _number(contender: Contender, sql: str) -> Any:
    return rows(contender.url, sql)[0][0]
