"""Whoever guesses at codes: over each address that takes one, with a key of its own."""

import statistics
import time
from typing import Any

import pytest

from authorizations import codes
from authorizations.models import Authorization, LookUp, MissedCodes
from registry.models import Event
from tests.api.programs import Program, problem

ADDRESSES = (("get", ""), ("post", "/sales"), ("post", "/not-sold"))


def ask(program: Program, method: str, code: str, rest: str, body: Any = None) -> Any:
    path = f"/authorizations/{code}{rest}"
    return program.get(path) if method == "get" else program.post(path, body)


@pytest.mark.parametrize(("method", "rest"), ADDRESSES)
def test_guesses_are_slowed_wherever_a_code_is_taken(
    rival_api: Program, method: str, rest: str, sale_body: dict[str, Any]
) -> None:
    """Hundreds went by at the sales, without a lock and with a row of each."""
    body = sale_body if rest == "/sales" else {}
    answers = [
        ask(rival_api, method, codes.draw_code(), rest, body).status_code for _each in range(30)
    ]
    borne = 20 if rest else 5  # reports come in series
    assert answers == [404] * borne + [429] * (30 - borne)
    assert MissedCodes.objects.get().unknown == 30
    assert LookUp.objects.count() == 20


def test_the_counter_goes_on_while_its_key_guesses(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    for _each in range(21):
        vendor_api.post(f"/authorizations/{codes.draw_code()}/sales", sale_body)
    refused = vendor_api.post(f"/authorizations/{codes.draw_code()}/sales", sale_body)
    problem(refused, 429, "lookups_locked")
    assert int(refused.headers["Retry-After"]) > 0
    assert vendor_api.get(f"/authorizations/{code}").status_code == 200
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201


def test_guesses_find_nothing_and_raise_the_alarm(
    rival_api: Program, code: str, sale_body: dict[str, Any], settings: Any
) -> None:
    settings.LOOKUP_ALARM_MISSES = 10
    foreign = code
    answers = set()
    for guess in [codes.draw_code() for _each in range(40)] + [foreign]:
        answer = rival_api.post(f"/authorizations/{guess}/sales", sale_body)
        if answer.status_code == 429:
            answers.add((answer.status_code, answer.json()["code"]))
    assert answers == {(429, "lookups_locked")}
    assert Event.objects.filter(kind="organization.codes_guessed").count() == 1
    assert Authorization.objects.get().looked_up_at is None


def test_a_foreign_code_takes_as_long_as_an_unknown_one(
    rival_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    spent: dict[str, list[float]] = {"foreign": [], "unknown": []}
    for _round in range(40):
        for kind, guess in (("foreign", code), ("unknown", codes.draw_code())):
            began = time.perf_counter()
            rival_api.post(f"/authorizations/{guess}/sales", sale_body)
            spent[kind].append(time.perf_counter() - began)
    foreign, unknown = (statistics.median(spent[kind]) for kind in ("foreign", "unknown"))
    assert 0.7 < foreign / unknown < 1.4
