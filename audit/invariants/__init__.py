"""What must always be true, as questions to the database: each names the rows that break it.

Written against the tables and not through the verbs, whose errors it is there to find. Only
the last part of the sixth runs the rules themselves: see `reproduction`.
"""

from collections.abc import Iterator

from audit.invariants import (
    balances,
    custody,
    guards,
    history,
    judgments,
    people,
    reproduction,
    two_people,
)
from audit.invariants.question import Changed, Question
from audit.invariants.reproduction import Reproduction

__all__ = ["HALTING", "QUESTIONS", "Changed", "Question", "violations"]

QUESTIONS: tuple[Question | Reproduction, ...] = (
    *balances.OWN,
    *judgments.OWN,
    reproduction.OWN,
    *history.OWN,
    *custody.OWN,
    *guards.OWN,
    *people.OWN,
    *two_people.OWN,
)
# While one of these is broken no code is issued: halting beats continuing wrong.
HALTING = frozenset({1, 2, 3, 8, 10})


def violations() -> Iterator[tuple[str, int]]:
    """Each invariant with the number of rows that break it."""
    for question in QUESTIONS:
        yield question.name, question.count()
