"""A value that is wrong is named by the place where it was written."""

from typing import Any

import pytest

from tests.api.programs import Program, wrong
from tests.cast import Firm

HUGE = {"value": "999999999999999", "unit": "t"}
NOTHING = {"value": "0.001", "unit": "mg"}


def permit(buyer: Firm, **changes: Any) -> dict[str, Any]:
    return {
        "license": buyer.license.number,
        "precursor": "toluene",
        "activity": "buy",
        "limit": {"value": "100", "unit": "kg"},
        "period": "month",
        **changes,
    }


@pytest.mark.parametrize(
    ("amount", "code"), [(HUGE, "quantity_too_large"), (NOTHING, "quantity_too_small")]
)
def test_a_limit_is_blamed_where_it_stands(
    authority_api: Program, buyer: Firm, amount: dict[str, str], code: str
) -> None:
    for name in ("limit", "automatic_limit"):
        wrong(authority_api.post("/permits", permit(buyer, **{name: amount})), f"/{name}", code)
    site = {
        "organization": buyer.organization.tax_id,
        "name": "Plant",
        "address": "1 Invented Street",
        "storage_limit": amount,
    }
    wrong(authority_api.post("/sites", site), "/storage_limit", code)


def test_a_country_is_blamed_where_it_was_named(authority_api: Program) -> None:
    firm = {"tax_id": "XX:123456789", "name": "Nowhere"}
    wrong(authority_api.post("/organizations", firm), "/tax_id", "country_unknown")
    apart = {"tax_id": "123456789", "country": "XX", "name": "Nowhere"}
    wrong(authority_api.post("/organizations", apart), "/country", "country_unknown")


def test_an_odd_position_is_taken_and_told(authority_api: Program, buyer: Firm) -> None:
    site = {
        "organization": buyer.organization.tax_id,
        "name": "Plant",
        "address": "1 Invented Street",
        "ubigeo": "150101",
        "latitude": "-77.042793",
        "longitude": "-12.046374",
    }
    answer = authority_api.post("/sites", site)
    assert answer.status_code == 201
    (warning,) = answer.json()["warnings"]
    assert (warning["code"], warning["pointer"]) == ("position_swapped", "/latitude")
    right = {**site, "latitude": "-12.046374", "longitude": "-77.042793"}
    assert authority_api.post("/sites", right).json()["warnings"] == []
    wrong(authority_api.post("/sites", {**right, "ubigeo": "150199"}), "/ubigeo", "ubigeo_invalid")


def test_only_oleum_is_stronger_than_pure(authority_api: Program) -> None:
    oleum = {
        "code": "oleum-20",
        "precursor": "sulphuric-acid",
        "name": "Oleum 20 %",
        "concentration_percent": "104.5",
    }
    refused = authority_api.post("/products", oleum)
    wrong(refused, "/concentration_percent", "out_of_range")
    made = authority_api.post("/products", {**oleum, "oleum": True})
    assert made.status_code == 201, made.content
    assert (made.json()["concentration_percent"], made.json()["oleum"]) == ("104.5000", True)
    beyond = {**oleum, "oleum": True, "concentration_percent": "122.6"}
    wrong(authority_api.post("/products", beyond), "/concentration_percent", "out_of_range")
