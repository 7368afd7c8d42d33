"""How many statements the two busiest acts send, from the key to the commit."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.programs import Program

pytestmark = pytest.mark.usefixtures("committing")
MOST = 8


def sent(program: Program, path: str, body: dict[str, Any]) -> list[str]:
    """Every statement of one POST, BEGIN and COMMIT among them."""
    with CaptureQueriesContext(connection) as asked:
        assert program.post(path, body).status_code == 201
    return [query["sql"] for query in asked.captured_queries]


def test_a_request_takes_eight_statements(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    buyer_api.post("/authorizations", request_body)  # the first of a period opens allowances
    statements = sent(buyer_api, "/authorizations", request_body)
    assert statements[1] == "BEGIN" and statements[-1] == "COMMIT"
    assert len(statements) <= MOST, statements


def test_a_sale_takes_seven_statements(
    vendor_api: Program,
    buyer_api: Program,
    request_body: dict[str, Any],
    sale_body: dict[str, Any],
) -> None:
    codes = [buyer_api.post("/authorizations", request_body).json()["code"] for _ in range(2)]
    first, second = (f"/authorizations/{code}/sales" for code in codes)
    vendor_api.post(first, sale_body)
    statements = sent(vendor_api, second, sale_body)
    assert statements[1] == "BEGIN" and statements[-1] == "COMMIT"
    assert len(statements) < MOST, statements
