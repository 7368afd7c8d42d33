"""A hundred guesses at the same moment are no more than one after the other."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from registry import sign_in_guard
from tests.cast import Firm
from tests.security.sign_in import THIEF


def test_guesses_at_once_are_not_all_admitted(committing: None, buyer: Firm) -> None:
    assert buyer.actor.user
    counters = sign_in_guard.counters_of("password", str(buyer.actor.user.pk), THIEF)

    def guess(_number: int) -> int:
        try:
            return sign_in_guard.charge(counters).wait_s
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(guess, range(100)))
    assert waits.count(0) == sign_in_guard.FREE + 1
