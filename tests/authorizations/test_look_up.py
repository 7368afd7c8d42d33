"""look_up: a vendor types a code."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from authorizations import access, codes, operations
from authorizations.acts.misses import ROWS_A_DAY
from authorizations.models import Authorization, LookUp, MissedCodes
from precursors.errors import Refused
from registry.actors import Actor
from registry.models import Event
from tests.cast import Firm

Ask = Callable[..., Authorization]


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def wrong(code: str) -> str:
    return ("0" if code[0] != "0" else "1") + code[1:]


@given(st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_every_mistyped_character_is_found(place: int, typed: str) -> None:
    code = codes.draw_code()
    slip = code[:place] + typed + code[place + 1 :]
    if slip == code:
        assert codes.normalize(slip) == code
    else:
        assert code_of(lambda: codes.normalize(slip)) == "code_mistyped"


def test_a_code_is_read_whatever_its_dress() -> None:
    code = next(code for code in iter(codes.draw_code, "") if {"0", "1"} <= set(code))
    dressed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "o").replace("1", "l")
    assert codes.normalize(dressed) == code


@pytest.mark.parametrize("typed", ["", "7K2M", "7K2M-9QXD-4T8", "ÑÑÑÑ-ÑÑÑÑ-ÑÑÑÑ", "0" * 500])
def test_what_is_no_code_is_a_slip(typed: str) -> None:
    assert code_of(lambda: codes.normalize(typed)) == "code_mistyped"


def test_the_vendor_finds_the_code_its_buyer_brings(ask: Ask, vendor: Firm) -> None:
    authorization = ask()
    assert not access.authorizations_for(vendor.actor).exists()
    found = operations.look_up(authorization.code_in_fours.lower(), by=vendor.actor)
    assert found.looked_up_at is not None
    assert access.authorizations_for(vendor.actor).get() == authorization


def test_a_second_look_records_nothing_more(ask: Ask, vendor: Firm) -> None:
    code = ask().code
    operations.look_up(code, by=vendor.actor)
    operations.look_up(code, by=vendor.actor)
    assert LookUp.objects.count() == 1


def test_another_vendors_code_is_answered_as_unknown_and_recorded(ask: Ask, rival: Firm) -> None:
    code = ask().code
    messages = []
    for typed in (code, codes.draw_code()):
        with pytest.raises(Refused) as caught:
            operations.look_up(typed, by=rival.actor)
        messages.append((caught.value.code, str(caught.value)))
    assert messages[0] == messages[1]
    assert [look.result for look in LookUp.objects.order_by("pk")] == ["foreign", "unknown"]


def guess(vendor: Firm) -> str:
    return code_of(lambda: operations.look_up(codes.draw_code(), by=vendor.actor))


def test_five_misses_slow_the_guesser_for_a_while(
    vendor: Firm, later: Callable[[timedelta], None], settings: Any
) -> None:
    for _miss in range(settings.LOOKUP_MISSES_MAX):
        assert guess(vendor) == "code_unknown"
    assert guess(vendor) == "lookups_locked"
    later(timedelta(minutes=settings.LOOKUP_LOCK_MINUTES, seconds=1))
    assert guess(vendor) == "code_unknown"


def test_a_vendor_is_never_locked_out_of_its_own_codes(ask: Ask, vendor: Firm) -> None:
    """Five slips, or a colleague's program that guesses, closed its counter."""
    authorization = ask()
    for _miss in range(10):
        guess(vendor)
    assert operations.look_up(authorization.code or "", by=vendor.actor) == authorization
    assert guess(vendor) == "lookups_locked"


def test_the_same_wrong_code_again_is_no_further_guess(vendor: Firm) -> None:
    """A program that tries one failed sale over and over is slowed, and alarms nobody."""
    code = codes.draw_code()
    for _again in range(60):
        code_of(lambda: operations.look_up(code, by=vendor.actor))
    assert MissedCodes.objects.get().unknown == 1
    assert LookUp.objects.count() == 1
    assert not Event.objects.filter(kind="organization.codes_guessed").exists()


def test_a_guesser_leaves_one_tally_a_day_and_few_rows(
    ask: Ask, rival: Firm, later: Callable[[timedelta], None]
) -> None:
    foreign = [ask().code or "" for _each in range(2)]
    for each in range(60):
        code = foreign[each % 2] if each < 4 else codes.draw_code()
        code_of(lambda code=code: operations.look_up(code, by=rival.actor))  # type: ignore[misc]
    tally = MissedCodes.objects.get()
    assert (tally.unknown, tally.foreign) == (56, 4)
    assert LookUp.objects.count() == ROWS_A_DAY
    later(timedelta(days=1))
    guess(rival)
    assert sorted(tally.total for tally in MissedCodes.objects.all()) == [1, 60]


def test_the_alarm_is_raised_once_and_at_each_tenfold(
    rival: Firm, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOOKUP_ALARM_MISSES = 3
    told = []
    for _each in range(32):
        guess(rival)
        told.append(Event.objects.filter(kind="organization.codes_guessed").count())
    assert told == [0] * 2 + [1] * 27 + [2] * 3
    event = Event.objects.filter(kind="organization.codes_guessed").latest("pk")
    assert event.data["unknown"] == 30 and event.subject_id == rival.organization.pk
    assert event.organizations == []  # the firm is not told
    assert caplog.text.count("codes_guessed") == 2


def test_unknown_and_foreign_codes_take_the_same_statements(ask: Ask, rival: Firm) -> None:
    """An answer's time must not tell whether a code exists."""
    foreign, unknown = ask().code, codes.draw_code()
    code_of(lambda: operations.look_up(codes.draw_code(), by=rival.actor))
    sent = []
    for code in (foreign, unknown):
        with CaptureQueriesContext(connection) as asked:
            code_of(lambda code=code: operations.look_up(code, by=rival.actor))  # type: ignore[misc]
        sent.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked])
    assert sent[0] == sent[1]


def test_slips_do_not_lock(ask: Ask, vendor: Firm) -> None:
    code = ask().code
    for _slip in range(20):
        code_of(lambda: operations.look_up(wrong(code), by=vendor.actor))
    assert operations.look_up(code, by=vendor.actor)


def test_while_locked_the_vendors_own_codes_still_take_sales(
    ask: Ask, vendor: Firm, sell: Callable[..., Any]
) -> None:
    authorization = ask()
    for _miss in range(5):
        code_of(lambda: operations.look_up(codes.draw_code(), by=vendor.actor))
    assert sell(authorization, "10").pk


def test_the_authority_looks_up_nothing_at_the_counter(ask: Ask, regulator: Actor) -> None:
    code = ask().code
    assert code_of(lambda: operations.look_up(code, by=regulator)) == "code_unknown"
