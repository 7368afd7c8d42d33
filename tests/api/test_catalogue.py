"""GET /precursors and /products, POST /products."""

import pytest

from precursors.models import Product
from tests.api.programs import Program, problem, wrong

PRODUCT = {
    "code": "thinner-acetone-30",
    "precursor": "acetone",
    "name": "Thinner, 30 % acetone",
    "concentration_percent": 30,
    "density_kg_per_l": "0.85",
    "counts_whole": True,
}


@pytest.mark.parametrize("q", ["acetona", "ACETONE", "Propan-2-one", "67-64-1", "67641"])
def test_a_precursor_is_found_by_any_of_its_names(buyer_api: Program, q: str) -> None:
    found = [row["code"] for row in buyer_api.get("/precursors", q=q).json()["data"]]
    assert "acetone" in found


def test_the_name_is_in_the_language_asked_for(buyer_api: Program) -> None:
    buyer_api.headers["Accept-Language"] = "es"
    rows = buyer_api.get("/precursors", q="acetone").json()["data"]
    assert {row["name"] for row in rows if row["code"] == "acetone"} == {"Acetona"}


def test_every_page_of_the_catalogue_is_reached(buyer_api: Program) -> None:
    found, cursor = [], {}
    while cursor != {"cursor": None}:
        page = buyer_api.get("/precursors", limit=7, **cursor).json()
        found += [row["code"] for row in page["data"]]
        cursor = {"cursor": page["next_cursor"]}
    assert len(found) == len(set(found)) > 30


def test_the_authority_adds_a_product(authority_api: Program, buyer_api: Program) -> None:
    response = authority_api.post("/products", PRODUCT)
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["precursor"], body["name"]) == ("acetone", "Thinner, 30 % acetone")
    assert (body["concentration_percent"], body["version"]) == ("30.0000", 1)
    assert body["counts_whole"] is True and "L" in body["units"]
    found = buyer_api.get("/products", q="thinner 30").json()["data"]
    assert [row["code"] for row in found] == ["thinner-acetone-30"]


def test_a_change_is_a_new_version(authority_api: Program) -> None:
    authority_api.post("/products", PRODUCT)
    body = authority_api.post("/products", {**PRODUCT, "concentration_percent": "31"}).json()
    assert body["version"] == 2


def test_a_firm_adds_no_product(buyer_api: Program) -> None:
    problem(buyer_api.post("/products", PRODUCT), 403, "scope_missing")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("precursor", "unobtainium", "unknown_precursor"),
        ("code", "Ácido", "invalid"),
        ("concentration_percent", 0, "out_of_range"),
        ("concentration_percent", "100.1", "out_of_range"),
        ("concentration_percent", "NaN", "invalid"),
        ("concentration_percent", "1e1", "invalid"),
        ("concentration_percent", True, "invalid"),
        ("concentration_percent", "99.12345", "max_decimal_places"),
        ("density_kg_per_l", "0", "out_of_range"),
        ("counts_whole", "true", "invalid"),
        ("name", "", "blank"),
        ("name", None, "null"),
    ],
)
def test_an_invalid_product_is_named(
    authority_api: Program, field: str, value: object, code: str
) -> None:
    before = Product.objects.count()
    wrong(authority_api.post("/products", {**PRODUCT, field: value}), f"/{field}", code)
    assert Product.objects.count() == before
