"""What names a row is understood in every place alike, however it is written."""

from typing import Any

import pytest

from authorizations.models import Authorization
from registry.models import License, Organization
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm

WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"}


def spellings(code: str) -> list[str]:
    return [
        code.lower(),
        f"{code[:4]}–{code[4:8]}−{code[8:]}",
        f"{code[:4]}.{code[4:8]}•{code[8:]}",
        f"\ufeff{code[:4]}\u200b{code[4:]}\u2028",
        code.translate(WIDE),
    ]


def numbers(number: str) -> list[str]:
    return [
        f"{number[:2]} {number[2:]}",
        f"pe:{number[:2]}-{number[2:10]}-{number[10]}",
        f"RUC {number}\u200b",
        number.translate(WIDE),
    ]


def only(response: Any) -> Any:
    assert response.status_code == 200, response.content
    (row,) = response.json()["data"]
    return row


def test_a_code_is_the_same_in_the_path_and_in_a_filter(
    buyer_api: Program, authority_api: Program, sale: Any, code: str
) -> None:
    for written in spellings(code):
        found = authority_api.get(f"/authorizations/{written}").json()
        assert found["code"].replace("-", "") == code.replace("-", "")
        assert only(authority_api.get("/sales", authorization=written))["id"] == sale["id"]
        assert authority_api.get("/flags", authorization=written).status_code == 200


def test_a_sale_is_recorded_on_a_code_however_it_is_written(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    path = f"/authorizations/{spellings(code)[3]}/sales"
    assert vendor_api.post(path, sale_body).status_code == 201


def test_a_firm_is_named_as_people_write_its_number(
    buyer_api: Program,
    authority_api: Program,
    request_body: dict[str, Any],
    buyer: Firm,
    vendor: Firm,
) -> None:
    buys, sells = buyer.organization.tax_id, vendor.organization.tax_id
    for bought, sold in zip(numbers(buys), numbers(sells), strict=True):
        asked = buyer_api.post("/authorizations", {**request_body, "seller": sold})
        assert asked.status_code == 201, asked.content
        room = buyer_api.get("/headroom", product="acetone", seller=sold)
        assert room.status_code == 200
        assert only(authority_api.get("/organizations", tax_id=sold))["tax_id"] == sells
        assert only(authority_api.get("/organizations", q=bought))["tax_id"] == buys
        for noun in ("licenses", "permits", "sites", "vehicles"):
            found = authority_api.get(f"/{noun}", organization=bought)
            assert only(found)["organization"] == buys
        latest = authority_api.get("/authorizations", buyer=bought, seller=sold).json()["data"]
        assert latest[0]["code"] == asked.json()["code"]


def test_a_sale_is_found_by_either_side(
    authority_api: Program, sale: Any, buyer: Firm, vendor: Firm
) -> None:
    for written in numbers(buyer.organization.tax_id):
        assert only(authority_api.get("/sales", buyer=written))["id"] == sale["id"]
    for written in numbers(vendor.organization.tax_id):
        assert only(authority_api.get("/sales", seller=written))["id"] == sale["id"]


def test_a_walk_in_is_named_as_people_write_its_number(
    vendor_api: Program, buyer: Firm, sale_body: dict[str, Any]
) -> None:
    for written in numbers(buyer.organization.tax_id):
        body = {**sale_body, "buyer": written, "product": "acetone", "reason": "Outage"}
        assert vendor_api.post("/sales", body).status_code == 201


def test_two_spellings_of_a_foreign_number_make_one_firm(authority_api: Program) -> None:
    firm = {"tax_id": "CO:900123457", "name": "Andina"}
    assert authority_api.post("/organizations", firm).json()["tax_id"] == "CO:900123457"
    for written in ("CO:900.123.457-5", "co:9001234575", "CO: 900 123 457"):
        again = authority_api.post("/organizations", {**firm, "tax_id": written})
        problem(again, 409, "organization_exists")
        site = {"organization": written, "name": "Plant", "address": "1 Invented Street"}
        assert authority_api.post("/sites", site).json()["organization"] == "CO:900123457"
    assert authority_api.get("/organizations", q="900.123.457-5").json()["data"] == []
    assert only(authority_api.get("/organizations", q="900.123.457"))["country"] == "CO"


def test_a_number_that_could_not_be_checked_is_told_with_a_warning(authority_api: Program) -> None:
    firm = {"tax_id": "EC:1790012345001", "name": "Quito"}
    (warning,) = authority_api.post("/organizations", firm).json()["warnings"]
    assert (warning["code"], warning["pointer"]) == ("tax_id_unchecked", "/tax_id")
    assert "compare" in warning["detail"]
    sure = authority_api.post("/organizations", {"tax_id": "CO:900123457-5", "name": "Andina"})
    assert sure.json()["warnings"] == []


def test_a_license_is_named_as_people_write_its_number(
    authority_api: Program, buyer: Firm
) -> None:
    body = {
        "number": "IQBF–2026/\u200b７\n",
        "organization": buyer.organization.tax_id,
        "valid_from": "2040-01-01",
        "valid_to": "2041-12-31",
    }
    assert authority_api.post("/licenses", body).json()["number"] == "IQBF-2026/7"
    for written in ("IQBF-2026/7", "IQBF—2026/7", "IQBF-2026/７", " IQBF-2026/7 "):
        assert only(authority_api.get("/licenses", number=written))["number"] == "IQBF-2026/7"
        assert authority_api.get("/permits", license=written).json()["data"] == []
        path = f"/licenses/{written.replace('/', '%2F')}/suspend"
        assert authority_api.post(path, {"reason": "Inspection"}).status_code == 200


def test_a_line_break_in_a_number_makes_no_license_unreachable(
    authority_api: Program, buyer: Firm
) -> None:
    body = {
        "number": "L-1\n2026",
        "organization": buyer.organization.tax_id,
        "valid_from": "2040-01-01",
        "valid_to": "2041-12-31",
    }
    number = authority_api.post("/licenses", body).json()["number"]
    assert number == "L-1 2026"
    path = f"/licenses/{number}/suspend"
    assert authority_api.post(path, {"reason": "Inspection"}).status_code == 200


@pytest.mark.parametrize("nothing", list("\u200b\u2800\u3164\u00ad\u0301\u202e\n"))
def test_signs_that_show_nothing_name_nothing(
    authority_api: Program, buyer: Firm, nothing: str
) -> None:
    mine = buyer.organization.tax_id
    firm = {"tax_id": "CO:900123457", "name": nothing}
    wrong(authority_api.post("/organizations", firm), "/name", "blank")
    site = {"organization": mine, "name": nothing, "address": nothing}
    wrong(authority_api.post("/sites", site), "/address", "blank")
    license = {"number": nothing, "organization": mine, "valid_from": "2040-01-01"}
    wrong(authority_api.post("/licenses", license), "/number", "blank")
    vehicle = {"organization": mine, "plate": nothing, "kind": nothing}
    wrong(authority_api.post("/vehicles", vehicle), "/kind", "blank")
    stop = authority_api.post(f"/licenses/{buyer.license.number}/suspend", {"reason": nothing})
    wrong(stop, "/reason", "blank")
    assert Organization.objects.count() == 1
    assert License.objects.count() == 1


def test_no_purpose_turns_what_is_shown_beside_it(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    body = {**request_body, "purpose": "\u202eniap\u2066 A\u200b\r\nB\x07" + "z" + "\u0301" * 40}
    assert buyer_api.post("/authorizations", body).status_code == 201
    assert Authorization.objects.get().purpose == "niap A\nBź\u0301\u0301\u0301"


def test_facts_of_a_sale_keep_what_can_be_read(
    vendor_api: Program, authority_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    told = {**sale_body, "invoice": "\u202eF001-\u200b1\n", "seals": ["S\u00ad1", "\u202eS2"]}
    answer = vendor_api.post(f"/authorizations/{code}/sales", told).json()
    assert (answer["invoice"], answer["seals"]) == ("F001-1", ["S1", "S2"])
