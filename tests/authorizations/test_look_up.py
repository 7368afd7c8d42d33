"""look_up: a vendor types a code."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizations import access, codes, operations
from authorizations.models import Authorization, LookUp
from precursors.errors import Refused
from registry.actors import Actor
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


def test_five_misses_lock_look_ups_for_a_while(
    ask: Ask, vendor: Firm, later: Callable[[timedelta], None], settings: Any
) -> None:
    code = ask().code
    for _miss in range(settings.LOOKUP_MISSES_MAX):
        assert code_of(lambda: operations.look_up(codes.draw_code(), by=vendor.actor)) == (
            "code_unknown"
        )
    assert code_of(lambda: operations.look_up(code, by=vendor.actor)) == "lookups_locked"
    later(timedelta(minutes=settings.LOOKUP_LOCK_MINUTES, seconds=1))
    assert operations.look_up(code, by=vendor.actor)


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
