"""`run.py bench --grow N`: what a request costs beside 10,000 authorizations, and beside N."""

import json
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from bench import cpu
from bench.cluster import StatementLog, copy, vacuum
from bench.contenders import Portal
from bench.ground import Ground
from bench.load import Run, get
from bench.rounds import percentiles
from bench.statements import shortened
from bench.table import as_table
from bench.world import Act, acts
from launcher.errors import CannotStart

SMALL = 10_000
DAYS = 360  # over which the trade is spread
ROUNDS, EACH = 4, 25  # rounds of so many requests, one at a time
WARM = 10
READS_MAX = 300  # pages of 8 KB; a list that reads more is shown with its plan
BIG = re.compile(r"Seq Scan on (authorizations_\w+|registry_event)")
PAGES = re.compile(r"Buffers: shared (?:hit=(\d+))?\s*(?:read=(\d+))?")
MEASURES = ("p50 ms", "p95 ms", "PostgreSQL CPU ms")
WANTED = {"GET": (200, 302), "POST": (201,)}


@dataclass
class Grown(Portal):
    """The portal with the trade of a year, so many authorizations, in a database of its own."""

    total: int = 0

    def prepare(self, url: str) -> None:
        super().prepare(copy(url, f"grown_{self.total}"))
        self.run("-m", "bench.growth.load", "past", str(self.total), str(DAYS), DEMO_MODE="on")
        vacuum(self.url)


@dataclass
class Visits:
    """Everything that one of them is asked, and what it took."""

    contender: Grown
    signed_in: dict[str, str]
    begun: int = 0
    latencies_s: dict[str, list[float]] = field(default_factory=dict)
    postgres_ms: dict[str, list[float]] = field(default_factory=dict)

    def lists(self) -> dict[str, str]:
        """The lists and pages, each by its name."""
        officer = {"Cookie": f"sessionid={self.signed_in['officer']}"}
        buyer = {"Cookie": f"sessionid={self.signed_in['buyer']}"}
        authority = {"Authorization": f"Bearer {self.signed_in['key']}"}
        world = self.contender.world
        own = {"Authorization": f"Bearer {world['buyers'][0]['key']}"}
        vendor = {"Authorization": f"Bearer {world['vendors'][0]['key']}"}
        seller = world["vendors"][1]["tax_id"]
        return {
            "queue (page)": get("/queue/?tab=all", officer),
            "queue, by deadline (page)": get("/queue/?tab=all&sort=deadline", officer),
            "queue of a firm (page)": get("/queue/?tab=all&firm=bench%205", officer),
            "open flags (API)": get("/api/v1/flags?state=open", authority),
            "buyer's history (page)": get("/purchases/", buyer),
            "buyer's history (API)": get("/api/v1/authorizations", own),
            "vendor's codes (API)": get("/api/v1/authorizations", vendor),
            "vendor's sales (API)": get("/api/v1/sales", vendor),
            "search a vendor (page)": get("/purchases/?vendor=bench%205", buyer),
            "search by vendor (API)": get(f"/api/v1/authorizations?seller={seller}", own),
            "search by status (API)": get("/api/v1/authorizations?status=expired", authority),
            "search a firm (page)": get("/firms/?q=bench%2012", officer),
            "latest codes (page)": get("/oversight/", officer),
        }

    def acts(self, count: int) -> list[Act]:
        found = acts(self.contender.size, self.begun, count)
        self.begun += count
        return found

    def round(self, count: int, postgres: int) -> Iterator[None]:
        """A code's way from the request to the sale, and every list, so many times each.

        It pauses after each, so that the other size is asked the same.
        """
        asked = self.acts(count)
        issued = self._take("issue", self.contender.requests("issue", asked, []), postgres)
        yield
        looks = [self._look_up(act, answer) for act, answer in zip(asked, issued, strict=True)]
        self._take("code look-up", looks, postgres)
        yield
        self._take("record", self.contender.requests("redeem", asked, issued), postgres)
        yield
        for name, request in self.lists().items():
            self._take(name, [request] * count, postgres)
            yield

    def _look_up(self, act: Act, issued: Any) -> str:
        vendor = self.contender.world["vendors"][act.vendor]
        path = f"/api/v1/authorizations/{issued['code']}"
        return get(path, {"Authorization": f"Bearer {vendor['key']}"})

    def _take(self, name: str, requests: list[Any], postgres: int) -> list[Any]:
        before = cpu.tree_s(postgres)
        run = self.contender.drive(requests, 1)
        spent = cpu.tree_s(postgres) - before
        _refuse_failures(name, requests, run)
        self.latencies_s.setdefault(name, []).extend(run.latencies_s)
        self.postgres_ms.setdefault(name, []).append(1000 * spent / len(requests))
        return run.answers


def _refuse_failures(name: str, requests: list[str], run: Run) -> None:
    for request, status, answer in zip(requests, run.statuses, run.answers, strict=True):
        if status not in WANTED[request.split(" ", 1)[0]]:
            raise CannotStart(f"“{name}” was answered {status}: {answer}")


def grow(both: Sequence[Grown], on: Ground) -> str:
    """Measure a small portal and a large; the two beside each other, and the plans that scan."""
    visits = [Visits(each, _signed_in(each)) for each in both]
    with on.report.step("Measuring"):
        _measure(visits, on.stores.postgres.pid)
    with on.report.step("Reading plans"):
        plans = "\n".join(_plans(visits[-1], StatementLog(on.stores)))
    return f"{_table(visits)}\n\n{plans or 'No list scans.'}"


def _signed_in(contender: Grown) -> dict[str, str]:
    first = contender.world["buyers"][0]["tax_id"]
    signed_in: dict[str, str] = json.loads(contender.run("-m", "bench.full.sign_in", first))
    return signed_in


def _measure(visits: list[Visits], postgres: int) -> None:
    """In turn, request by request: the machine's speed changes within minutes."""
    _together(visits, WARM, postgres)
    for each in visits:
        each.latencies_s, each.postgres_ms = {}, {}
    for _round in range(ROUNDS):
        _together(visits, EACH, postgres)


def _together(visits: list[Visits], count: int, postgres: int) -> None:
    for _each in zip(*(each.round(count, postgres) for each in visits), strict=True):
        pass


def _table(visits: list[Visits]) -> str:
    small, large = visits
    sizes = [each.contender.total for each in visits]
    heads = [f"{measure} at {size:,}" for measure in MEASURES for size in sizes]
    lines = [
        [name, *_both(small, large, name), *_ratios(small, large, name)]
        for name in small.latencies_s
    ]
    return as_table(["request", *heads, "× p50", "× CPU"], lines)


def _both(small: Visits, large: Visits, name: str) -> Iterator[str]:
    for place in (0, 1):
        for visits in (small, large):
            yield f"{percentiles(visits.latencies_s[name])[place]:.1f}"
    for visits in (small, large):
        yield f"{statistics.median(visits.postgres_ms[name]):.2f}"


def _ratios(small: Visits, large: Visits, name: str) -> Iterator[str]:
    before, after = (percentiles(each.latencies_s[name])[0] for each in (small, large))
    yield f"{after / before:.2f}"
    before, after = (statistics.median(each.postgres_ms[name]) for each in (small, large))
    yield f"{after / before:.2f}" if before else "–"


def _plans(visits: Visits, log: StatementLog) -> Iterator[str]:
    """The plan of every statement of a list that reads a big table through, or many pages."""
    as_portal = visits.contender.environment["DATABASE_URL"]  # as row-level security plans it
    with log.listening():
        for name, request in visits.lists().items():
            began = log.position
            visits.contender.drive([request], 1)
            for statement in log.statements(log.since(began), visits.contender.database):
                if statement.startswith(("SELECT", "WITH")):
                    yield from _plan(as_portal, name, statement)


def _plan(url: str, name: str, statement: str) -> Iterator[str]:
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + statement.replace("%", "%%"))
        plan = [line for (line,) in cursor.fetchall()]
    connection.rollback()
    connection.close()
    text = "\n".join(plan)
    pages = _pages(text)
    if pages > READS_MAX or BIG.search(text):
        yield f"**{name}**, {pages} pages: `{shortened(statement)}`\n\n```\n{text}\n```\n"


def _pages(plan: str) -> int:
    """How many pages the whole statement touched: its topmost node counts those below."""
    found = PAGES.search(plan)
    return sum(int(number or 0) for number in found.groups()) if found else 0
