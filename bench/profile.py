"""`run.py bench --profile issue|redeem`: where the portal's time goes, and its SQL in order."""

import urllib.request

from bench.cluster import StatementLog, rows
from bench.contenders import PATHS, Contender, Portal
from bench.rounds import refuse_failures
from bench.statements import counts, shortened
from bench.world import acts
from launcher.progress import Report

WARM_UP = 100
PROFILED = 300
SCANS = """
SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables
WHERE seq_tup_read > 0 ORDER BY seq_tup_read DESC LIMIT 15
"""


class Profiled(Portal):
    wsgi = "bench.profiled"
    gunicorn = ("--workers", "1", "--threads", "1")


def profile(contender: Profiled, path: str, log: StatementLog, report: Report) -> str:
    """Warm the portal up, count one path's statements, then profile it alone."""
    with report.step("Warming up"):
        _both(contender, 0, WARM_UP)
    with report.step("Listing its statements"), log.listening():
        count = counts(contender, log, WARM_UP)[path]
    with report.step("Profiling"):
        found = _profiled(contender, path, first=2 * WARM_UP)
    listed = "\n".join(f"{n:3} {shortened(text)}" for n, text in enumerate(count.listed, start=1))
    scans = (
        f"{name}: {times} scans, {read} rows" for name, times, read in rows(contender.url, SCANS)
    )
    scanned = "\n".join(scans)
    return (
        f"{found}\n{count.statements} statements of one {path}, in {count.messages} round trips:"
        f"\n{listed}\n\nTables read from end to end so far:\n{scanned}\n"
    )


def _both(contender: Contender, first: int, count: int) -> None:
    issued: list[object] = []
    for path in PATHS:
        issued = _run(contender, path, first, count, issued)


def _profiled(contender: Profiled, path: str, first: int) -> str:
    issued: list[object] = []
    for each in PATHS[: PATHS.index(path) + 1]:
        _taken(contender)
        issued = _run(contender, each, first, PROFILED, issued)
    return _taken(contender)


def _run(
    contender: Contender, path: str, first: int, count: int, issued: list[object]
) -> list[object]:
    asked = acts(contender.size, first, count)
    run = contender.drive(contender.requests(path, asked, issued), 1)
    refuse_failures(contender, path, run)
    return run.answers


def _taken(contender: Profiled) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{contender.port}/profile") as answer:
        text: str = answer.read().decode()
    return text
