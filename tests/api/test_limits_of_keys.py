"""Keys end by themselves, are bound to addresses, and send so many requests a minute."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.limits import shares
from registry import clock, operations
from registry.models import ApiKey, Jurisdiction, KeyWindow
from registry.operations import KeyTerms
from registry.operations.keys import hashed, new_key
from tests.api.programs import Program, problem
from tests.cast import Firm

Later = Callable[[timedelta], None]


def made(jurisdiction: Jurisdiction, firm: Firm, **terms: Any) -> tuple[ApiKey, Program]:
    key, secret = operations.issue_api_key(
        jurisdiction=jurisdiction,
        organization=firm.organization,
        name="ERP",
        scopes=["buy"],
        terms=KeyTerms(**terms),
    )
    return key, Program(secret)


def of_another_process() -> None:
    """Forget what this process has been granted."""
    shares.of.clear()


@pytest.fixture
def early(db: None) -> None:
    """Begin in a minute that will not end during the test."""
    while (second := clock.now().second) > 55:
        time.sleep(60 - second)


# Time ----------------------------------------------------------------------------------------


def test_a_key_ends_by_itself(jurisdiction: Jurisdiction, buyer: Firm, later: Later) -> None:
    _key, program = made(jurisdiction, buyer, days=10)
    later(timedelta(days=9, hours=23))
    assert program.get("/me").status_code == 200
    later(timedelta(hours=2))
    problem(program.get("/me"), 401, "key_expired")


def test_a_key_lives_a_year_unless_told_otherwise(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    key, _program = made(jurisdiction, buyer)
    assert key.expires_at == key.created_at + timedelta(days=365)


def test_every_answer_tells_in_time_that_the_key_will_end(
    jurisdiction: Jurisdiction, buyer: Firm, later: Later
) -> None:
    key, program = made(jurisdiction, buyer, days=60)
    assert "Key-Expires" not in program.get("/me").headers
    later(timedelta(days=31))
    assert key.expires_at
    for path in ("/me", "/sites", "/flags"):  # the last is not for it
        told = program.get(path).headers["Key-Expires"]
        assert told == key.expires_at.isoformat(timespec="seconds")
    assert program.get("/me").json()["expires_at"]


def test_a_key_made_before_keys_expired_goes_on(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    prefix, secret = new_key(is_test=False)
    ApiKey.objects.create(
        jurisdiction=jurisdiction,
        organization=buyer.organization,
        name="Old",
        prefix=prefix,
        secret_hash=hashed(secret),
        scopes=["buy"],
        created_at=clock.now(),
    )
    assert Program(secret).get("/me").json()["expires_at"] is None


# Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("10.1.2.3", True),
        ("2001:db8::9", True),
        ("192.0.2.8", False),
        ("2001:db9::9", False),
        ("", False),
    ],
)
def test_a_key_is_used_only_from_its_addresses(
    jurisdiction: Jurisdiction, buyer: Firm, address: str, may: bool
) -> None:
    listed = ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32"]
    _key, program = made(jurisdiction, buyer, addresses=listed)
    answer = program.client.get("/api/v1/me", headers=program.headers, REMOTE_ADDR=address)
    if may:
        assert answer.json()["addresses"] == ["192.0.2.7/32", "10.0.0.0/8", "2001:db8::/32"]
    else:
        problem(answer, 403, "key_address")


def test_a_thief_elsewhere_uses_up_nothing(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    key, program = made(jurisdiction, buyer, addresses=["192.0.2.7"], requests_a_minute=1)
    for _each in range(3):
        problem(program.get("/me"), 403, "key_address")
    assert not KeyWindow.objects.exists()
    key.refresh_from_db()
    assert key.last_used_at is None


# Last use ------------------------------------------------------------------------------------


def test_the_last_use_is_kept_with_its_address(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    key, program = made(jurisdiction, buyer)
    program.client.get("/api/v1/me", headers=program.headers, REMOTE_ADDR="192.0.2.7")
    key.refresh_from_db()
    assert key.last_used_from == "192.0.2.7"
    assert key.last_used_at and key.last_used_at <= clock.now()


def test_no_use_is_noted_for_a_wrong_secret(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    key, _program = made(jurisdiction, buyer)
    forged = Program(f"{key.prefix}_{'x' * 43}")
    problem(forged.get("/me"), 401, "key_unknown")
    key.refresh_from_db()
    assert key.last_used_at is None and not KeyWindow.objects.exists()


# How many requests ---------------------------------------------------------------------------


@pytest.mark.usefixtures("early")
def test_more_requests_than_allowed_are_answered_429(
    jurisdiction: Jurisdiction, buyer: Firm
) -> None:
    _key, program = made(jurisdiction, buyer, requests_a_minute=3)
    left = [program.get("/me").headers["RateLimit"].split(";")[1] for _each in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    refused = program.get("/me")
    problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["RateLimit-Policy"] == '"key";q=3;w=60'
    _another, other = made(jurisdiction, buyer)
    assert other.get("/me").status_code == 200


@pytest.mark.usefixtures("early")
def test_all_processes_count_together(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    _key, program = made(jurisdiction, buyer, requests_a_minute=3)
    answers = []
    for _process in range(5):
        of_another_process()
        answers.append(program.get("/me").status_code)
    assert answers == [200, 200, 200, 429, 429]


def test_the_next_minute_begins_anew(jurisdiction: Jurisdiction, buyer: Firm) -> None:
    _key, program = made(jurisdiction, buyer, requests_a_minute=1)
    assert program.get("/me").status_code == 200
    problem(program.get("/me"), 429, "too_many_requests")
    KeyWindow.objects.update(began_at=clock.now() - timedelta(minutes=1))
    of_another_process()
    assert program.get("/me").status_code == 200


def test_whoever_knows_only_the_public_part_uses_up_nothing(
    jurisdiction: Jurisdiction, buyer: Firm
) -> None:
    key, program = made(jurisdiction, buyer, requests_a_minute=1)
    forged = Program(f"{key.prefix}_{'x' * 43}")
    for _each in range(3):
        problem(forged.get("/me"), 401, "key_unknown")
    assert program.get("/me").status_code == 200


def test_a_request_is_counted_in_the_statement_that_finds_the_key(
    jurisdiction: Jurisdiction, buyer: Firm
) -> None:
    _key, program = made(jurisdiction, buyer, requests_a_minute=100)
    program.get("/me")
    for forgets in (False, True):
        if forgets:
            of_another_process()
        with CaptureQueriesContext(connection) as asked:
            program.get("/me")
        assert len(asked) == 1


@pytest.mark.usefixtures("committing")
def test_a_database_that_takes_no_writes_still_answers_who_reads(
    jurisdiction: Jurisdiction, buyer: Firm
) -> None:
    """Within the limit for each process."""
    key, program = made(jurisdiction, buyer, requests_a_minute=2)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            answers = [program.get("/me").status_code for _each in range(3)]
        finally:
            cursor.execute("SET default_transaction_read_only = off")
    assert answers == [200, 200, 429]
    key.refresh_from_db()
    assert key.last_used_at is None
