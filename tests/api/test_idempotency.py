"""One effect for one key, whatever happens between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from api import idempotency
from api.idempotency import canonical
from api.parsing import document
from authorizations.models import Authorization, Sale
from database.statements import Statement
from registry.models import IdempotencyKey
from registry.tasks import forget_idempotency_keys
from tests.api.programs import Program, problem
from tests.registry.numbers import ruc
from tests.roles import as_owner


def firm(name: str = "Nueva S.A.") -> dict[str, Any]:
    return {"tax_id": ruc(7), "name": name}


def test_the_same_key_and_body_get_the_same_answer_again(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    first = buyer_api.post("/authorizations", request_body, key="one")
    again = buyer_api.post("/authorizations", request_body, key="one")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert Authorization.objects.count() == 1


def test_a_new_key_is_a_new_act(buyer_api: Program, request_body: dict[str, Any]) -> None:
    codes = {
        buyer_api.post("/authorizations", request_body, key=key).json()["code"]
        for key in ("one", "two")
    }
    assert len(codes) == 2


def test_another_body_under_the_same_key_is_refused(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    buyer_api.post("/authorizations", request_body, key="one")
    request_body["purpose"] = "Lacquer"
    response = buyer_api.post("/authorizations", request_body, key="one")
    problem(response, 422, "idempotency_key_reused")
    assert Authorization.objects.count() == 1


def test_the_body_is_compared_by_what_it_says(authority_api: Program) -> None:
    site = '{"organization": "%s", "name": "A", "address": "B", "latitude": %s, "longitude": %s}'
    authority_api.post("/organizations", firm())
    first = authority_api.send("/sites", site % (ruc(7), "-12.0", "-77"), key="one")
    assert first.status_code == 201, first.content
    swapped = site.replace('"name": "A", "address": "B"', '"address":"B","name":"\\u0041"')
    again = authority_api.send("/sites", swapped % (ruc(7), "-12.00", "-7.7e1"), key="one")
    assert again.headers["Idempotent-Replay"] == "true"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"a": 1, "b": 2}', '{"b":2.0,"a":10e-1}', True),
        ('{"a": 0}', '{"a": -0.0}', True),
        ('{"a": "1"}', '{"a": 1}', False),
        ('{"a": true}', '{"a": 1}', False),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
        ('{"a": null}', "{}", False),
        ('{"a": "\\u00f1"}', '{"a": "ñ"}', True),
        ('{"a": 10}', '{"a": 100}', False),
        ('{"a": 1e999999}', '{"a": 1e999998}', False),
    ],
)
def test_canonical_form(one: str, other: str, same: bool) -> None:
    assert (canonical(document(one.encode())) == canonical(document(other.encode()))) is same


@pytest.mark.parametrize(
    "path",
    [
        "/authorizations",
        "/sales",
        "/authorizations/{code}/sales",
        "/sales/{sale}/correction",
        "/sales/{sale}/void",
        "/sales/{sale}/receipt",
    ],
)
def test_a_key_is_required_where_an_act_has_weight(
    buyer_api: Program, vendor_api: Program, code: str, sale: dict[str, Any], path: str
) -> None:
    program = buyer_api if path.endswith(("/authorizations", "receipt")) else vendor_api
    response = program.post(path.format(code=code, sale=sale["id"]), {}, key=None)
    problem(response, 400, "idempotency_key_missing")


def test_elsewhere_a_key_is_welcome_and_not_required(authority_api: Program) -> None:
    assert authority_api.post("/organizations", firm(), key=None).status_code == 201
    problem(authority_api.post("/organizations", firm(), key="k"), 409, "organization_exists")


def test_a_refusal_of_the_domain_is_kept(
    buyer_api: Program, request_body: dict[str, Any], settings: Any
) -> None:
    """A late duplicate must not succeed where the first was refused."""
    settings.OPEN_CODES_MAX = 0
    response = buyer_api.post("/authorizations", request_body, key="one")
    first = problem(response, 409, "not_eligible")
    settings.OPEN_CODES_MAX = 20
    again = buyer_api.post("/authorizations", request_body, key="one")
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"
    second = problem(again, 409, "not_eligible")  # with the number of this request
    assert second.pop("request_id") != first.pop("request_id")
    assert second == first
    assert not Authorization.objects.exists()


@pytest.mark.parametrize("key", ["one,two", "one, two", ",", "é", "x" * 256, "tab\t"])
def test_a_key_that_is_none_or_two_is_refused(
    buyer_api: Program, request_body: dict[str, Any], key: str
) -> None:
    """A server joins two headers of a name with a comma."""
    answer = buyer_api.post("/authorizations", request_body, key=key)
    problem(answer, 400, "idempotency_key_malformed")
    assert not Authorization.objects.exists()


def test_invalid_values_are_not_kept(buyer_api: Program, request_body: dict[str, Any]) -> None:
    wrong = {**request_body, "product": "unobtainium"}
    assert buyer_api.post("/authorizations", wrong, key="one").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert buyer_api.post("/authorizations", request_body, key="one").status_code == 201


def test_what_is_not_found_is_not_kept(rival_api: Program, sale: dict[str, Any]) -> None:
    rival_api.post(f"/sales/{sale['id']}/void", {"reason": "Mine"}, key="one")
    assert not IdempotencyKey.objects.filter(key="one").exists()


def test_a_defect_keeps_neither_effect_nor_key(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    with patch("authorizations.operations.requests.write_new", side_effect=RuntimeError):
        response = buyer_api.post("/authorizations", request_body, key="one")
    problem(response, 500, "internal")
    assert not IdempotencyKey.objects.exists()
    assert not Authorization.objects.exists()


def test_keys_of_two_firms_and_of_two_operations_do_not_meet(
    buyer_api: Program,
    vendor_api: Program,
    sale: dict[str, Any],
    code: str,
    request_body: dict[str, Any],
) -> None:
    assert vendor_api.get(f"/authorizations/{code}").status_code == 200
    void = vendor_api.post(f"/sales/{sale['id']}/void", {"reason": "x"}, key="one")
    assert void.status_code == 201
    assert buyer_api.post("/authorizations", request_body, key="one").status_code == 201


def test_a_code_written_otherwise_is_the_same_operation(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    typed = code.lower().replace("-", "")
    vendor_api.post(f"/authorizations/{code}/sales", sale_body, key="one")
    again = vendor_api.post(f"/authorizations/{typed}/sales", sale_body, key="one")
    assert again.headers["Idempotent-Replay"] == "true"
    assert Sale.objects.count() == 1


def test_keys_of_sales_stay_and_others_are_forgotten_after_30_days(
    vendor_api: Program, authority_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    vendor_api.post(f"/authorizations/{code}/sales", sale_body, key="of a sale")
    authority_api.post("/organizations", firm(), key="of a firm")
    days_left = IdempotencyKey.objects.get(key="of a firm").kept_until - timezone.now()  # type: ignore[operator]
    assert timedelta(days=29, hours=23) < days_left <= timedelta(days=30)
    over = timezone.now() - timedelta(seconds=1)
    with as_owner():  # the application changes no kept answer
        IdempotencyKey.objects.filter(kept_until__isnull=False).update(kept_until=over)
    forget_idempotency_keys()
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["of a sale"]


# Real threads --------------------------------------------------------------------------------


def in_threads(count: int, act: Callable[[int], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_simultaneous_sales_with_one_key_are_one_sale(
    committing: None, vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    path = f"/authorizations/{code}/sales"
    answers = in_threads(50, lambda _number: vendor_api.post(path, sale_body, key="one"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1
    assert Sale.objects.count() == 1


def test_without_the_unique_key_they_would_be_many(
    committing: None, vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    """The twin of the test above: the guard is what makes it one."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_idempotencykey DROP CONSTRAINT one_effect_of_a_key")
    path = f"/authorizations/{code}/sales"
    in_threads(10, lambda _number: vendor_api.post(path, sale_body, key="one"))
    assert Sale.objects.count() > 1


def test_a_duplicate_of_a_running_request_waits_and_then_says_so(
    committing: None,
    vendor_api: Program,
    code: str,
    sale_body: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = f"/authorizations/{code}/sales"
    vendor_api.post(path, sale_body, key="one")
    kept = IdempotencyKey.objects.values().get(key="one")
    del kept["id"]
    soon = Statement(idempotency.CLAIM.sql.replace("'5s'", "'300ms'"))
    assert soon.sql != idempotency.CLAIM.sql
    monkeypatch.setattr(idempotency, "CLAIM", soon)
    with transaction.atomic():  # another process is in the middle of it
        IdempotencyKey.objects.create(**{**kept, "key": "two"})
        answer = in_threads(1, lambda _number: vendor_api.post(path, sale_body, key="two"))[0]
    problem(answer, 409, "idempotency_in_progress")
    assert Sale.objects.count() == 1


def test_a_lock_elsewhere_is_no_running_duplicate(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    gone = OperationalError("canceling statement due to lock timeout")
    with patch("authorizations.operations.requests.write_new", side_effect=gone):
        problem(buyer_api.post("/authorizations", request_body, key="one"), 503, "unavailable")
