"""GET /precursors and /products, POST /products."""

import pytest

from precursors.models import Product
from registry import proposals
from registry.actors import Actor
from registry.models import Proposal
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


def test_a_code_that_exists_is_no_way_to_another_content(authority_api: Program) -> None:
    assert authority_api.post("/products", PRODUCT).status_code == 201
    weaker = {**PRODUCT, "concentration_percent": "0.02"}
    for body in (PRODUCT, weaker, {**weaker, "code": "acetone"}):
        problem(authority_api.post("/products", body), 409, "product_exists")
    shown = authority_api.get("/products/acetone/versions").json()["data"]
    assert [row["concentration_percent"] for row in shown] == ["99.5000"]


def test_a_product_that_counts_less_than_its_weight_is_proposed(
    authority_api: Program, buyer_api: Program, second_officer: Actor
) -> None:
    answer = authority_api.post("/products", {**PRODUCT, "counts_whole": False})
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["status"], told["act"]) == ("proposed", "product.add")
    assert buyer_api.get("/products", q="thinner 30").json()["data"] == []
    proposals.approve(Proposal.objects.get(uuid=told["proposal"]), by=second_officer)
    assert len(buyer_api.get("/products", q="thinner 30").json()["data"]) == 1


def test_a_new_version_is_proposed_and_counts_once_a_second_officer_agrees(
    authority_api: Program, second_officer: Actor
) -> None:
    authority_api.post("/products", PRODUCT)
    body = {"name": "Thinner", "concentration_percent": "31", "density_kg_per_l": "0.85"}
    answer = authority_api.post(f"/products/{PRODUCT['code']}/versions", body)
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["status"], told["act"], told["proposed_by"]) == (
        "proposed",
        "product.version",
        "Test",
    )
    versions = f"/products/{PRODUCT['code']}/versions"
    assert len(authority_api.get(versions).json()["data"]) == 1
    proposals.approve(Proposal.objects.get(uuid=told["proposal"]), by=second_officer)
    new, old = authority_api.get(versions).json()["data"]
    assert (new["version"], new["concentration_percent"]) == (2, "31.0000")
    assert (new["effective_until"], old["effective_until"] is None) == (None, False)
    found = authority_api.get("/products", q="thinner").json()["data"]
    assert [row["version"] for row in found if row["code"] == PRODUCT["code"]] == [2]


def test_what_is_shipped_is_not_proposed_anew(authority_api: Program) -> None:
    body = {"name": "Acetone", "concentration_percent": "0.02"}
    problem(authority_api.post("/products/acetone/versions", body), 409, "product_shared")
    problem(authority_api.post("/products/unheard-of/versions", body), 404, "not_found")


def test_a_version_keeps_code_and_precursor_and_begins_later(authority_api: Program) -> None:
    authority_api.post("/products", PRODUCT)
    path = f"/products/{PRODUCT['code']}/versions"
    for name, value, code in (
        ("code", "acetone", "other_product"),
        ("precursor", "toluene", "other_product"),
        ("effective_from", "2001-01-01T00:00:00Z", "effective_in_the_past"),
        ("concentration_percent", "0", "out_of_range"),
    ):
        body = {**PRODUCT, "concentration_percent": 31, name: value}
        wrong(authority_api.post(path, body), f"/{name}", code)
    problem(authority_api.post(path, PRODUCT), 409, "product_unchanged")
    assert authority_api.post(path, {**PRODUCT, "name": "Thinner"}).status_code == 202
    problem(authority_api.post(path, {**PRODUCT, "name": "Other"}), 409, "proposal_pending")


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
