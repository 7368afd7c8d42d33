"""A program that guesses at codes with a vendor's key: it finds nothing, and is noticed.

GUESSES says how many; the threat model speaks of 100,000.
"""

import os
import statistics
import time
from typing import Any

import pytest

from authorizations import codes, operations
from authorizations.acts.misses import ROWS_A_DAY
from authorizations.models import Authorization, LookUp, MissedCodes
from precursors.errors import Refused
from registry.models import Event
from tests.cast import Firm

GUESSES = int(os.environ.get("GUESSES", "400"))
FOREIGN_EVERY = 10


@pytest.fixture
def live(ask: Any) -> list[str]:
    """Codes that name another vendor than the guesser."""
    return [ask("10").code for _each in range(3)]


def answer_to(code: str, guesser: Firm) -> tuple[str, float]:
    began = time.perf_counter()
    with pytest.raises(Refused) as refused:
        operations.look_up(code, by=guesser.actor)
    return refused.value.code, time.perf_counter() - began


def test_guesses_hit_nothing_raise_the_alarm_and_are_answered_alike(
    live: list[str], rival: Firm
) -> None:
    answers: dict[bool, set[str]] = {True: set(), False: set()}
    spent: dict[bool, list[float]] = {True: [], False: []}
    for each in range(GUESSES):
        is_foreign = each % FOREIGN_EVERY == FOREIGN_EVERY - 1
        code = live[each // FOREIGN_EVERY % len(live)] if is_foreign else codes.draw_code()
        answer, seconds = answer_to(code, rival)
        if each >= FOREIGN_EVERY:
            answers[is_foreign].add(answer)
            spent[is_foreign].append(seconds)
    assert answers[True] == answers[False] == {"lookups_locked"}
    foreign, unknown = statistics.median(spent[True]), statistics.median(spent[False])
    assert 0.7 < foreign / unknown < 1.4
    assert not Authorization.objects.filter(looked_up_at__isnull=False).exists()
    assert MissedCodes.objects.get().total == GUESSES
    assert LookUp.objects.count() == ROWS_A_DAY
    alarms = Event.objects.filter(kind="organization.codes_guessed").count()
    assert alarms == len(str(GUESSES * 2 // 100))  # at 50, 500, 5,000 …
