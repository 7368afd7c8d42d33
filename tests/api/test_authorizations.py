"""POST and GET /authorizations, and what becomes of a code."""

from typing import Any

import pytest

from authorizations.models import Authorization, LookUp
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm


def test_a_request_within_the_automatic_limit_is_issued(
    buyer_api: Program, request_body: dict[str, Any], buyer: Firm, vendor: Firm
) -> None:
    response = buyer_api.post("/authorizations", request_body)
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["status"] == "issued" and body["valid_until"]
    assert len(body["code"]) == 14 and body["code"].count("-") == 2
    assert body["quantity"] == {"value": "1000.000", "unit": "kg"}
    assert body["net_kg"] == "995.000"  # 99.5 %
    assert (body["buyer"], body["seller"]) == (
        buyer.organization.tax_id,
        vendor.organization.tax_id,
    )
    assert body["product"] == "acetone"
    assert body["destination_site"] == str(buyer.site.uuid)


def test_a_larger_request_waits_for_an_officer(
    buyer_api: Program, authority_api: Program, request_body: dict[str, Any]
) -> None:
    request_body["quantity"] = {"value": "6", "unit_code": "TNE"}
    body = buyer_api.post("/authorizations", request_body).json()
    assert (body["status"], body["valid_until"]) == ("pending", None)
    response = authority_api.post(f"/authorizations/{body['code']}/issue", {"reason": "Known"})
    assert (response.status_code, response.json()["status"]) == (200, "issued")
    again = authority_api.post(f"/authorizations/{body['code']}/issue", {"reason": "Known"})
    assert again.status_code == 200


def test_what_was_sold_before_a_decision_is_issued_only_with_a_reason(
    buyer_api: Program,
    vendor_api: Program,
    authority_api: Program,
    request_body: dict[str, Any],
    sale_body: dict[str, Any],
) -> None:
    request_body["quantity"] = {"value": "6000", "unit": "kg"}
    code = buyer_api.post("/authorizations", request_body).json()["code"]
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201
    wrong(authority_api.post(f"/authorizations/{code}/issue", {}), "/reason", "no_reason")
    response = authority_api.post(f"/authorizations/{code}/issue", {"reason": "An emergency"})
    assert (response.status_code, response.json()["status"]) == (200, "issued")


def test_every_reason_is_told_at_once_with_the_largest_request(
    buyer_api: Program, request_body: dict[str, Any], buyer: Firm
) -> None:
    request_body["quantity"]["value"] = "20000"
    request_body["seller"] = buyer.organization.tax_id
    body = problem(buyer_api.post("/authorizations", request_body), 409, "not_eligible")
    codes = {reason["code"] for reason in body["reasons"]}
    assert {"quota_exceeded", "seller_is_buyer"} <= codes
    assert all(reason["detail"] for reason in body["reasons"])
    assert body["largest_request"]
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "case",
    [
        ("seller", "20999999999", "/seller", "unknown_organization"),
        ("seller", 20100070970, "/seller", "invalid"),
        ("product", "unobtainium", "/product", "unknown_product"),
        ("destination_site", "here", "/destination_site", "unknown_site"),
        (
            "destination_site",
            "00000000-0000-7000-8000-000000000000",
            "/destination_site",
            "unknown_site",
        ),
        ("vehicle", "ZZZ-999", "/vehicle", "unknown_vehicle"),
        ("purpose", ["a"], "/purpose", "invalid"),
        ("quantity", "1000 kg", "/quantity", "invalid"),
        ("quantity", {"value": "0", "unit": "kg"}, "/quantity/value", "not_positive"),
        ("quantity", {"value": "-1", "unit": "kg"}, "/quantity/value", "not_positive"),
        ("quantity", {"value": "NaN", "unit": "kg"}, "/quantity/value", "not_a_number"),
        ("quantity", {"value": "1e3", "unit": "kg"}, "/quantity/value", "not_a_number"),
        ("quantity", {"value": "1,250", "unit": "kg"}, "/quantity/value", "not_a_number"),
        ("quantity", {"value": 1000, "unit": "kg"}, "/quantity/value", "not_a_number"),
        ("quantity", {"value": "1.0001", "unit": "kg"}, "/quantity/value", "too_many_decimals"),
        ("quantity", {"value": "9" * 25, "unit": "kg"}, "/quantity/value", "too_many_digits"),
        ("quantity", {"value": "1", "unit": "lb"}, "/quantity/unit", "unknown_unit"),
        ("quantity", {"value": "1"}, "/quantity/unit", "unknown_unit"),
        ("quantity", {"value": "1", "unit_code": "KG"}, "/quantity/unit", "unknown_unit"),
        ("quantity", {"value": "1", "units": "kg"}, "/quantity/units", "unknown_field"),
        ("vehicel", "AAA-011", "/vehicel", "unknown_field"),
    ],
)
def test_an_invalid_value_is_named(
    buyer_api: Program, request_body: dict[str, Any], case: tuple[str, Any, str, str]
) -> None:
    field, value, pointer, code = case
    request_body[field] = value
    wrong(buyer_api.post("/authorizations", request_body), pointer, code)
    assert not Authorization.objects.exists()


def test_another_firms_site_is_as_unknown_as_none(
    buyer_api: Program, request_body: dict[str, Any], rival: Firm
) -> None:
    request_body["destination_site"] = str(rival.site.uuid)
    wrong(buyer_api.post("/authorizations", request_body), "/destination_site", "unknown_site")


def test_the_buyer_sees_its_authorization_with_sales(
    buyer_api: Program, sale: dict[str, Any], code: str
) -> None:
    body = buyer_api.get(f"/authorizations/{code}").json()
    assert [row["id"] for row in body["sales"]] == [sale["id"]]
    assert body["sold_kg"] == "1074.600"
    assert body["status"] == "closed"


def test_a_code_may_be_typed_in_any_way(buyer_api: Program, code: str) -> None:
    typed = code.lower().replace("-", " ")
    assert buyer_api.get(f"/authorizations/{typed}").json()["code"] == code


def test_the_vendors_first_get_is_its_look_up(vendor_api: Program, code: str) -> None:
    assert vendor_api.get("/authorizations").json()["data"] == []
    assert vendor_api.get(f"/authorizations/{code}").status_code == 200
    assert [row["code"] for row in vendor_api.get("/authorizations").json()["data"]] == [code]
    assert LookUp.objects.filter(result="found").count() == 1


def test_a_foreign_code_is_as_unknown_as_none(rival_api: Program, code: str) -> None:
    foreign = problem(rival_api.get(f"/authorizations/{code}"), 404, "code_unknown")
    unknown = problem(rival_api.get("/authorizations/000000000000"), 404, "code_unknown")
    assert foreign["detail"] == unknown["detail"]
    assert LookUp.objects.count() == 2


def test_a_mistyped_code_is_told_apart_and_is_no_miss(rival_api: Program, code: str) -> None:
    slip = code[:-1] + ("0" if code[-1] != "0" else "1")
    problem(rival_api.get(f"/authorizations/{slip}"), 404, "code_mistyped")
    assert not LookUp.objects.exists()


def test_misses_lock_the_look_up_for_a_while(rival_api: Program, code: str) -> None:
    for _miss in range(5):
        rival_api.get(f"/authorizations/{code}")
    response = rival_api.get(f"/authorizations/{code}")
    problem(response, 429, "lookups_locked")
    assert int(response.headers["Retry-After"]) > 0


def test_the_buyer_cancels_and_repeats_it(buyer_api: Program, code: str) -> None:
    for _time in range(2):
        response = buyer_api.post(f"/authorizations/{code}/cancel", {"reason": "Not needed"})
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")


def test_nobody_but_the_buyer_cancels(
    vendor_api: Program, rival_api: Program, authority_api: Program, code: str
) -> None:
    vendor_api.get(f"/authorizations/{code}")
    problem(vendor_api.post(f"/authorizations/{code}/cancel"), 404, "not_found")
    problem(rival_api.post(f"/authorizations/{code}/cancel"), 404, "not_found")
    problem(authority_api.post(f"/authorizations/{code}/cancel"), 403, "scope_missing")


def test_the_authority_revokes_with_a_reason(authority_api: Program, code: str) -> None:
    wrong(authority_api.post(f"/authorizations/{code}/revoke"), "/reason", "required")
    response = authority_api.post(f"/authorizations/{code}/revoke", {"reason": "Forged papers"})
    assert response.json()["status"] == "revoked"


def test_the_authority_refuses_a_pending_request(
    buyer_api: Program, authority_api: Program, request_body: dict[str, Any]
) -> None:
    request_body["quantity"]["value"] = "6000"
    code = buyer_api.post("/authorizations", request_body).json()["code"]
    response = authority_api.post(f"/authorizations/{code}/refuse", {"reason": "No need shown"})
    assert response.json()["status"] == "refused"
    problem(authority_api.post(f"/authorizations/{code}/issue"), 409, "not_pending")


def test_the_vendor_declares_that_nothing_was_sold(
    buyer_api: Program, vendor_api: Program, code: str
) -> None:
    problem(vendor_api.post(f"/authorizations/{code}/not-sold"), 409, "not_ended")
    buyer_api.post(f"/authorizations/{code}/cancel", {"reason": "Not needed"})
    assert vendor_api.post(f"/authorizations/{code}/not-sold").status_code == 200
    assert Authorization.objects.get().held_kg == 0


def test_the_authority_releases_what_is_held(
    vendor_api: Program, authority_api: Program, code: str
) -> None:
    vendor_api.get(f"/authorizations/{code}")
    authority_api.post(f"/authorizations/{code}/revoke", {"reason": "Forged papers"})
    assert Authorization.objects.get().held_kg == 995
    authority_api.post(f"/authorizations/{code}/release", {"reason": "Checked on site"})
    assert Authorization.objects.get().held_kg == 0


def test_headroom_tells_what_is_left(buyer_api: Program, code: str) -> None:
    body = buyer_api.get("/headroom", product="acetone", activity="buy").json()
    assert (body["limit"], body["reserved"], body["available"]) == (
        "10000.000",
        "995.000",
        "9005.000",
    )
    assert body["largest_request"] == "9005.000"
    assert body["largest_request_quantity"]["unit"] == "kg"
    assert body["automatic_request"] == "4005.000"  # of the automatic 5,000, beside 995
    assert body["reasons"] == [] and body["period_ends"]


def test_headroom_names_a_wrong_parameter(buyer_api: Program, rival: Firm) -> None:
    wrong(buyer_api.get("/headroom"), "?product", "required")
    wrong(buyer_api.get("/headroom", product="x"), "?product", "unknown_product")
    site = str(rival.site.uuid)
    wrong(buyer_api.get("/headroom", product="acetone", site=site), "?site", "unknown_site")


def test_the_list_is_filtered_by_status(buyer_api: Program, code: str) -> None:
    assert len(buyer_api.get("/authorizations", status="issued").json()["data"]) == 1
    assert buyer_api.get("/authorizations", status="pending").json()["data"] == []
    wrong(buyer_api.get("/authorizations", status="nice"), "?status", "invalid_choice")
