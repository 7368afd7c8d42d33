"""Whatever is sent is answered: with a problem that says what is wrong, and never with a 500."""

import gzip
import time
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError

from api.problems import LISTED_MAX
from registry.models import Organization
from tests.api.programs import Program, problem, wrong
from tests.registry.numbers import ruc

BROKEN = [
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"12",
    b'{"tax_id": NaN}',
    b'{"tax_id": Infinity}',
    b'{"tax_id": -Infinity}',
    b'{"tax_id": 1e99999999999999999999}',
    b'{"tax_id": "a\\u0000b"}',
    b'{"a\\u0000b": 1}',
    b'{"tax_id": "\\ud800"}',
    b'{"tax_id": "\xff\xfe"}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"name": "a", "name": "b"}',
    b'{"a":' * 30 + b"1" + b"}" * 30,
    b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b"{'name': 'a'}",
    b'{"name": "a"} trailing',
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_malformed(authority_api: Program, body: bytes) -> None:
    problem(authority_api.send("/organizations", body), 400, "malformed")


def test_no_body_at_all_lacks_its_values(authority_api: Program) -> None:
    wrong(authority_api.send("/organizations", b""), "/tax_id", "required")


@pytest.mark.parametrize("number", ["9" * 25, "9" * 5000, "-1", "1e400", "0.1", "true", "null"])
def test_a_number_where_text_belongs_is_invalid(authority_api: Program, number: str) -> None:
    body = f'{{"tax_id": {number}, "name": "X"}}'
    assert authority_api.send("/organizations", body).status_code == 422


def test_a_large_body_is_refused_before_it_is_read(authority_api: Program) -> None:
    body = b'{"name": "' + b"x" * 300_000 + b'"}'
    problem(authority_api.send("/organizations", body), 413, "too_large")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_only_json_is_read(authority_api: Program, content_type: str) -> None:
    answer = authority_api.send("/organizations", b"name=a", **{"Content-Type": content_type})
    problem(answer, 415, "unsupported_media_type")


def test_only_utf8_is_read(authority_api: Program) -> None:
    latin = {"Content-Type": "application/json; charset=latin-1"}
    problem(authority_api.send("/organizations", b"{}", **latin), 415, "unsupported_media_type")


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "GZIP", "x-unheard-of"])
@pytest.mark.parametrize("body", [b"{}", gzip.compress(b"{}", mtime=0)])
def test_a_body_that_calls_itself_compressed_is_not_read(
    buyer_api: Program, code: str, coding: str, body: bytes
) -> None:
    """Not even where it may be left out: it would cancel a code."""
    answer = buyer_api.send(f"/authorizations/{code}/cancel", body, **{"Content-Encoding": coding})
    problem(answer, 415, "unsupported_media_type")
    assert buyer_api.get(f"/authorizations/{code}").json()["status"] == "issued"


def test_identity_is_no_encoding(authority_api: Program) -> None:
    answer = authority_api.send("/organizations", b"{}", **{"Content-Encoding": "identity"})
    wrong(answer, "/tax_id", "required")


def test_a_body_that_is_not_in_the_charset_it_names_is_no_media_of_ours(
    authority_api: Program,
) -> None:
    body = '{"tax_id": "1", "name": "Químicos"}'.encode("latin-1")
    named = {"Content-Type": 'application/json; charset="UTF-8"'}
    problem(authority_api.send("/organizations", body, **named), 415, "unsupported_media_type")
    problem(authority_api.send("/organizations", body), 400, "malformed")


def test_any_accept_is_answered_in_json(authority_api: Program) -> None:
    authority_api.headers["Accept"] = "text/html"
    assert authority_api.get("/organizations").headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "credential",
    ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer pk_live_00000000_" + "x" * 43, "Bearer é"],
)
def test_without_a_valid_key_nothing_is_answered(db: None, credential: str) -> None:
    response = Program(**{"Authorization": credential}).get("/organizations")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert problem(response, 401, response.json()["code"])["code"].startswith("key_")


def test_an_unknown_address_is_not_found(authority_api: Program) -> None:
    problem(authority_api.get("/nothing"), 404, "not_found")
    problem(authority_api.get("/sales/17"), 404, "not_found")


def test_another_method_is_not_allowed(authority_api: Program) -> None:
    for method in ("put", "patch", "delete", "options"):
        send = getattr(authority_api.client, method)
        response = send("/api/v1/organizations", headers=authority_api.headers)
        problem(response, 405, "method_not_allowed")
        assert response.headers["Allow"] == "GET, POST, HEAD"


def test_no_method_is_offered_that_is_not_answered(buyer_api: Program, code: str) -> None:
    """On a path for acts alone, and for a key that may not do them."""
    for path in (f"/authorizations/{code}/cancel", f"/authorizations/{code}/issue"):
        response = buyer_api.client.options(f"/api/v1{path}", headers=buyer_api.headers)
        problem(response, 405, "method_not_allowed")
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e1", "٣", "9" * 5000, ""])
def test_a_limit_is_a_whole_number_up_to_200(authority_api: Program, limit: str) -> None:
    wrong(authority_api.get("/organizations", limit=limit), "?limit", "invalid_limit")


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "MTIz", "=" * 100, "a" * 5000])
def test_a_cursor_is_one_that_was_given_out(authority_api: Program, cursor: str) -> None:
    wrong(authority_api.get("/organizations", cursor=cursor), "?cursor", "invalid_cursor")


@pytest.mark.parametrize(
    "address",
    [
        "/organizations?q=%00",
        "/authorizations/%00",
        "/licenses/%00/suspend",
        "/organizations?%00=1",
    ],
)
def test_a_nul_in_the_address_is_malformed(authority_api: Program, address: str) -> None:
    response = authority_api.client.get("/api/v1" + address, headers=authority_api.headers)
    problem(response, 400, "malformed")


def test_broken_text_in_the_address_is_read_as_it_comes(authority_api: Program) -> None:
    for address in ("/organizations?q=%ff%fe", "/authorizations/%ff%fe", "/products?q=%ed%a0%80"):
        response = authority_api.client.get("/api/v1" + address, headers=authority_api.headers)
        assert response.status_code in (200, 404)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ñ"])
def test_a_strange_idempotency_key_is_refused(authority_api: Program, key: str) -> None:
    authority_api.headers["Idempotency-Key"] = key
    response = authority_api.post("/organizations", {}, key=None)
    problem(response, 400, "idempotency_key_malformed")


def test_the_language_of_the_sentence_is_the_one_asked_for(authority_api: Program) -> None:
    spanish = authority_api.get("/sales/17").headers
    assert spanish["Content-Language"] == "en"
    authority_api.headers["Accept-Language"] = "es-PE,es;q=0.9"
    assert authority_api.get("/sales/17").headers["Content-Language"] == "es"


def test_a_lost_database_asks_to_come_back(authority_api: Program) -> None:
    with patch("api.authentication.WITH_PREFIX") as statement:
        statement.rows.side_effect = OperationalError("gone")
        response = authority_api.get("/organizations")
    problem(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_a_defect_of_ours_is_told_as_a_problem_too(authority_api: Program) -> None:
    with patch("api.v1.firms.access.organizations_for", side_effect=ZeroDivisionError):
        problem(authority_api.get("/organizations"), 500, "internal")


def test_every_field_of_the_model_may_be_sent_and_changes_nothing(
    authority_api: Program,
) -> None:
    """A body is refused whole when it names what is not its to say."""
    names = [field.name for field in Organization._meta.get_fields() if field.concrete]
    body: dict[str, Any] = dict.fromkeys(names, 1)
    body |= {"tax_id": ruc(7), "name": "X", "country": "PE"}
    response = authority_api.post("/organizations", body)
    for name in set(names) - {"tax_id", "name", "country"}:
        wrong(response, f"/{name}", "unknown_field")
    assert not Organization.objects.exists()


def test_a_long_list_of_mistakes_is_cut_and_says_so(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    """A body of a quarter of a megabyte was answered by several."""
    unknown = {f"field{number}": 1 for number in range(9000)}
    answer = buyer_api.post("/authorizations", {**request_body, **unknown})
    told = problem(answer, 422, "invalid")
    assert len(told["errors"]) == LISTED_MAX
    assert told["errors_omitted"] == 9000 - LISTED_MAX
    assert len(answer.content) < 20_000


def test_what_was_sent_is_not_sent_back_whole(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    long = "x" * 100_000
    for body in ({**request_body, long: 1}, {**request_body, "product": long}):
        answer = buyer_api.post("/authorizations", body)
        problem(answer, 422, "invalid")
        assert len(answer.content) < 5_000


@pytest.mark.parametrize("text", ["9" * 200_000, "a " * 100_000, "-" * 200_000, "ñ" * 100_000])
def test_no_long_text_keeps_the_portal_busy(
    buyer_api: Program, vendor_api: Program, code: str, sale_body: dict[str, Any], text: str
) -> None:
    """In whichever field it is sent."""
    request = {"seller": text, "product": text, "destination_site": text, "purpose": text}
    quantity = {"quantity": {"value": text, "unit": text}}
    sale = {**sale_body, "invoice": text, "vehicle": text}
    for program, path, body in (
        (buyer_api, "/authorizations", request),
        (buyer_api, "/authorizations", quantity),
        (vendor_api, f"/authorizations/{code}/sales", sale),
        (vendor_api, f"/authorizations/{code}/sales", {**sale_body, "sold_at": text}),
        (vendor_api, f"/authorizations/{code}/sales", {**sale_body, "seals": [text]}),
    ):
        began = time.perf_counter()
        assert program.post(path, body).status_code in (413, 422), path
        assert time.perf_counter() - began < 2, path
