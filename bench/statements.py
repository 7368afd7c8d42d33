"""How many SQL statements a request takes, counted by the server that runs them."""

import re
import statistics
import time
from dataclasses import dataclass

import sqlparse

from bench.cluster import StatementLog
from bench.contenders import PATHS, Contender
from bench.rounds import refuse_failures
from bench.world import acts

COUNTED = 30  # requests of each path, one after the other
COLUMNS = re.compile(r'SELECT ("[^()]{200,}?") FROM')
SETTLE_S = 0.02  # what a server still logs after its answer


@dataclass(frozen=True)
class Count:
    """The median request: its statements, and in how many messages they came."""

    statements: int
    messages: int
    listed: list[str]


def counts(contender: Contender, log: StatementLog, first: int) -> dict[str, Count]:
    """Count both paths, on connections that are open already, one request at a time."""
    planned = acts(contender.size, first, COUNTED)
    issued: list[object] = []
    found = {}
    for path in PATHS:
        requests = contender.requests(path, planned, issued)
        issued, lists = [], []
        for request in requests:
            began = log.position
            run = contender.drive([request], 1)
            refuse_failures(contender, path, run)
            issued += run.answers
            time.sleep(SETTLE_S)
            lists.append(log.statements(log.since(began), contender.database))
        found[path] = _median(lists)
    return found


def _median(lists: list[list[str]]) -> Count:
    middle = statistics.median_low(len(split(each)) for each in lists)
    listed = next(each for each in lists if len(split(each)) == middle)
    return Count(middle, len(listed), listed)


def shortened(statement: str) -> str:
    """Without the names of the many columns that Django selects."""
    return COLUMNS.sub(lambda found: f"SELECT <{found[1].count(',') + 1} columns> FROM", statement)


def split(messages: list[str]) -> list[str]:
    """The statements of messages that may hold several."""
    return [each for message in messages for each in sqlparse.split(message)]
