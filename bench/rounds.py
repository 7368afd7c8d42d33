"""Interleaved rounds: what is measured in one, and what many of them show."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from bench import cpu
from bench.cluster import vacuum
from bench.contenders import PATHS, Contender
from bench.load import Run
from bench.world import acts
from launcher.errors import CannotStart
from launcher.progress import Report

IN_FLIGHT = 8
WARM_UP = 200  # requests of each path, before anything counts
ROUND_MIN, ROUND_MAX = 200, 6000  # requests


@dataclass(frozen=True)
class Sample:
    """One contender on one path in one round. Times in milliseconds a request."""

    contender: str
    path: str
    per_s: float
    p50: float
    p95: float
    p99: float
    server: float  # processor time of the web server
    postgres: float
    client: float

    @property
    def processor(self) -> float:
        """All that serving a request takes, the client left out."""
        return self.server + self.postgres


class Bench:
    """Drives contenders that run, on the PostgreSQL of this process number."""

    def __init__(self, contenders: list[Contender], postgres_pid: int, report: Report) -> None:
        self.contenders, self.postgres_pid, self.report = contenders, postgres_pid, report
        self.sizes: dict[str, int] = {}
        self.begun = dict.fromkeys((each.name for each in contenders), 0)

    def warm_up(self, seconds: float) -> None:
        """Warm every contender up; from its speed then comes the size of its rounds."""
        for contender in self.contenders:
            with self.report.step(f"Warming {contender.name} up"):
                list(self._turn(contender, WARM_UP))
                slower = min(sample.per_s for sample in self._turn(contender, WARM_UP))
                wanted = int(slower * seconds)
                self.sizes[contender.name] = min(max(wanted, ROUND_MIN), ROUND_MAX)
                vacuum(contender.url)

    def rounds(self, count: int) -> Iterator[list[Sample]]:
        """All contenders on both paths, in an order that moves on with every round."""
        for number in range(count):
            with self.report.step(f"Round {number + 1} of {count}"):
                first = number % len(self.contenders)
                order = self.contenders[first:] + self.contenders[:first]
                yield [
                    sample
                    for contender in order
                    for sample in self._turn(contender, self.sizes[contender.name])
                ]

    def _turn(self, contender: Contender, count: int) -> Iterator[Sample]:
        """Issue so many codes, then sell on each of them."""
        planned = acts(contender.size, self.begun[contender.name], count)
        self.begun[contender.name] += count
        issued: list[object] = []
        for path in PATHS:
            requests = contender.requests(path, planned, issued)
            run, sample = self._measure(contender, path, requests)
            issued = run.answers
            yield sample

    def _measure(
        self, contender: Contender, path: str, requests: list[object]
    ) -> tuple[Run, Sample]:
        server, postgres = contender.server_s, cpu.tree_s(self.postgres_pid)
        run = contender.drive(requests, IN_FLIGHT)
        server, postgres = contender.server_s - server, cpu.tree_s(self.postgres_pid) - postgres
        refuse_failures(contender, path, run)
        each = 1000 / len(requests)
        p50, p95, p99 = percentiles(run.latencies_s)
        sample = Sample(
            contender=contender.name,
            path=path,
            per_s=len(requests) / run.seconds,
            p50=p50,
            p95=p95,
            p99=p99,
            server=server * each,
            postgres=postgres * each,
            client=run.client_cpu_s * each,
        )
        return run, sample


def refuse_failures(contender: Contender, path: str, run: Run) -> None:
    """A fast refusal is no result. Raises CannotStart."""
    for status, answer in zip(run.statuses, run.answers, strict=True):
        if status != 201:
            raise CannotStart(f"{contender.name} answered {status} to {path}: {answer}")


def percentiles(latencies_s: list[float]) -> tuple[float, float, float]:
    """p50, p95 and p99, in milliseconds."""
    cuts = statistics.quantiles(latencies_s, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000
