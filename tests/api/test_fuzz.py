"""Whatever JSON a program invents, no endpoint answers 500."""

import json
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.programs import Program
from tests.api.test_access import MATRIX, ROLES, endpoints, filled, programs, rows  # noqa: F401
from tests.cast import Firm
from tests.registry.numbers import ruc

ODD_TEXTS = [
    "",
    " ",
    "NaN",
    "-0",
    "1e3",
    "9" * 25,
    "1,250",
    "٣",
    "0.0001",
    "null",
    "2026-02-30",
    "2026-11-23T09:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-23T09:00:00Z",
    "CO:",
    ":",
    "=1+1",
    "%s",
    "\\",
    "'; DROP TABLE registry_event; --",
    "\u202e",
    "🛢" * 40,
    "x" * 5000,
    "00000000-0000-7000-8000-000000000000",
    "kg",
    "L",
    "acetone",
]
texts = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=40))
numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 10**25, 10**400, 2**63, True, False, None]),
    st.floats(allow_nan=False, allow_infinity=False),
)
anything = st.recursive(
    st.one_of(texts, numbers),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)
quantities = st.fixed_dictionaries(
    {"value": anything}, optional={"unit": anything, "unit_code": anything}
)


@pytest.fixture
def valid(request_body: dict[str, Any], sale_body: dict[str, Any], buyer: Firm) -> dict[str, Any]:
    """A body with which each POST would do something."""
    reason = {"reason": "Because"}
    sale = {**sale_body, "seals": ["A"], "gross_kg": "2", "tare_kg": "1", "complete": False}
    kg = {"value": "1", "unit": "kg"}
    license = {"number": "L-1", "valid_from": "2020-01-01", "valid_to": "2020-12-31"}
    permit = {"license": buyer.license.number, "precursor": "toluene", "activity": "buy"}
    place = {"organization": buyer.organization.tax_id, "name": "A", "address": "B"}
    site = {"ubigeo": "150101", "latitude": "1", "longitude": 1, "storage_limit": kg}
    receipt = {"received_at": sale["sold_at"], "quantity": kg, "outcome": "satisfactory"}
    product = {"code": "x", "precursor": "acetone", "name": "X", "density_kg_per_l": "1"}
    return {
        "products": {**product, "concentration_percent": 50, "counts_whole": False},
        "product_versions": {
            "name": "X",
            "concentration_percent": 40,
            "effective_from": "2040-01-01T00:00:00Z",
        },
        "organizations": {"tax_id": ruc(50), "name": "A", "country": "PE"},
        "licenses": {**license, "organization": buyer.organization.tax_id},
        "permits": {**permit, "limit": kg, "period": "month", "automatic_limit": kg},
        "sites": {**place, **site},
        "amend_site": {"name": "A", "address": "B", **site},
        "amend_vehicle": {"kind": "van", "capacity": kg},
        "vehicles": {
            "organization": buyer.organization.tax_id,
            "plate": "XYZ-1",
            "kind": "truck",
            "capacity": kg,
        },
        "authorizations": {**request_body, "purpose": "Lacquer", "vehicle": "AAA-011"},
        "code_sales": {**sale, "product": "acetone"},
        "sales": {
            **sale,
            **reason,
            "buyer": buyer.organization.tax_id,
            "product": "acetone",
        },
        "correction": {**sale, **reason},
        "void": reason,
        "receipt": {**receipt, "reasons": ["other"], "remarks": "x"},
        "receipt_correction": {**receipt, **reason},
        "review": {"outcome": "explained", "note": "Because"},
        "not_sold": {},
    }


def acting(row: str, programs: dict[str, Program]) -> Program:  # noqa: F811
    """Somebody who may; of two firms the vendor, whose sale it is."""
    able = [role for role, may in zip(ROLES, MATRIX[row].split(), strict=True) if may == "ok"]
    return programs["vendor" if row == "POST sales" else able[0]]


POSTS = [row for row in MATRIX if row.startswith("POST ")]


@pytest.mark.parametrize("row", POSTS)
def test_no_body_answers_500(
    row: str,
    programs: dict[str, Program],  # noqa: F811
    rows: dict[str, Any],  # noqa: F811
    valid: dict[str, Any],
) -> None:
    name = row.removeprefix("POST ")
    path = filled(endpoints()[row][0], rows)
    body = valid.get(name, {"reason": "Because"})

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        changed=st.dictionaries(
            st.sampled_from([*body, "extra"]), st.one_of(anything, quantities), max_size=3
        ),
        left_out=st.sets(st.sampled_from([*body, "none"]), max_size=1),
    )
    def send(changed: dict[str, Any], left_out: set[str]) -> None:
        sent = {k: v for k, v in {**body, **changed}.items() if k not in left_out}
        response = acting(row, programs).send(path, json.dumps(sent, allow_nan=False).encode())
        assert response.status_code in (200, 201, 202, 400, 409, 422), (sent, response.content)
        if response.status_code >= 400:
            assert response.headers["Content-Type"] == "application/problem+json"

    send()


@pytest.mark.parametrize("row", POSTS)
def test_what_is_varied_would_do_something(
    row: str,
    programs: dict[str, Program],  # noqa: F811
    rows: dict[str, Any],  # noqa: F811
    valid: dict[str, Any],
) -> None:
    """Otherwise the test above would only ever meet the first complaint."""
    body = valid.get(row.removeprefix("POST "), {"reason": "Because"})
    response = acting(row, programs).post(filled(endpoints()[row][0], rows), body)
    assert response.status_code in (200, 201, 202, 409), response.content


GETS = [row for row in MATRIX if row.startswith("GET ")]
ODD_QUERIES = [*ODD_TEXTS[::3], "\ud800", "\x01", "a" * 300, "0000-0000-0000", "2"]


@pytest.mark.parametrize("row", GETS)
def test_no_query_answers_500(
    row: str,
    programs: dict[str, Program],  # noqa: F811
    rows: dict[str, Any],  # noqa: F811
) -> None:
    route = endpoints()[row][0]
    published = json.loads((django_settings.BASE_DIR / "openapi.json").read_text())["paths"]
    operation = published["/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)]["get"]
    names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    for name in names:
        for value in ODD_QUERIES:
            query = {"product": "acetone", name: value.encode("utf-8", "surrogatepass")}
            response = acting(row, programs).get(filled(route, rows), **query)
            assert response.status_code in (200, 422), (query, response.content)
