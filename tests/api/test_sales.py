"""Sales with and without a code, corrections, voids, agreements, receipts."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.v1.shapes import AuthorizationShape
from authorizations.models import Authorization, Receipt, Sale
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry import clock
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm


def test_a_sale_is_recorded_as_it_is_reported(
    sale: dict[str, Any], code: str, vendor: Firm, buyer: Firm
) -> None:
    assert sale["authorization"] == code
    assert (sale["status"], sale["evaluated_at"]) == ("recorded", None)
    assert sale["quantity"] == {"value": "1080.000", "unit": "kg"}
    assert (sale["product_kg"], sale["net_kg"]) == ("1080.000", "1074.600")
    assert sale["remaining"] == "0.000"
    assert sale["site"] == str(vendor.site.uuid)
    assert sale["vehicle"] == {"plate": buyer.vehicle.plate}
    assert sale["driver"] == {"document": "12345678", "license": "Q12345678"}
    assert sale["seller"] == vendor.organization.tax_id


def test_the_vehicle_may_be_the_bare_plate(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    sale_body["vehicle"] = "abc-123"
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body).json()
    assert body["vehicle"] == {"plate": "ABC123"}


@pytest.mark.parametrize(
    "vehicle",
    [
        {"plate": "t1a-801", "trailers": ["T2B-114"]},
        {"plate": "T1A-801 / T2B-114"},
        "T1A-801 T2B-114",
    ],
)
def test_a_tractor_and_its_trailers_are_answered_as_several(
    vendor_api: Program, code: str, sale_body: dict[str, Any], vehicle: Any
) -> None:
    sale_body["vehicle"] = vehicle
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body).json()
    assert body["vehicle"] == {"plate": "T1A801", "trailers": ["T2B114"]}
    assert vendor_api.get(f"/sales/{body['id']}").json()["vehicle"] == body["vehicle"]


@pytest.mark.parametrize("plate", ["S/P", "EN TRÁMITE", "", "x" * 40])
def test_a_sale_is_recorded_with_whatever_was_told_of_its_vehicle(
    vendor_api: Program, code: str, sale_body: dict[str, Any], plate: str
) -> None:
    sale_body["vehicle"] = {"plate": plate}
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body).json()
    assert body["vehicle"] == {"plate": plate}


@pytest.mark.parametrize("vehicle", [None, {}, {"plate": None, "trailers": None}])
def test_a_sale_is_recorded_without_a_vehicle(
    vendor_api: Program, code: str, sale_body: dict[str, Any], vehicle: Any
) -> None:
    sale_body["vehicle"] = vehicle
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body).json()
    assert body["vehicle"] == {"plate": ""}
    del sale_body["vehicle"]
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201


def test_papers_of_another_country_are_recorded(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    papers = {
        "driver": {"document": "x" * 40, "license": "y" * 40},
        "invoice": "9" * 80,
        "guide": "CL/52 Nº 0012345",
        "seals": ["A/1", "x" * 60],
    }
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body | papers).json()
    assert {name: body[name] for name in papers} == papers


@pytest.mark.parametrize(
    ("written", "asked", "is_found"),
    [
        ("F001-00414354", "N° f001 414354", True),
        ("F001-00414354", "F001-414355", False),
        ("S/N", "S/N", True),
        ("S/N", "s/g", False),
    ],
)
def test_a_sale_is_found_by_its_papers_however_they_are_written(
    vendor_api: Program,
    code: str,
    sale_body: dict[str, Any],
    written: str,
    asked: str,
    is_found: bool,
) -> None:
    for name in ("invoice", "guide"):
        body = {**sale_body, name: written}
        sold = vendor_api.post(f"/authorizations/{code}/sales", body).json()
        rows = vendor_api.get("/sales", **{name: asked}).json()["data"]
        assert [row["id"] for row in rows] == ([sold["id"]] if is_found else [])


def test_anothers_site_and_an_old_date_are_no_bad_input(
    vendor_api: Program, code: str, sale_body: dict[str, Any], rival: Firm
) -> None:
    sale_body["site"] = str(rival.site.uuid)
    sale_body["sold_at"] = "2010-01-01T00:00:00-05:00"
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201


@pytest.mark.parametrize(("slow_s", "flagged"), [(0, False), (30, False), (301, True)])
def test_a_time_told_to_the_second_may_come_from_a_clock_five_minutes_behind(
    vendor_api: Program, code: str, sale_body: dict[str, Any], slow_s: int, flagged: bool
) -> None:
    issued = Authorization.objects.get()
    assert issued.issued_at
    told = issued.issued_at.replace(microsecond=0) - timedelta(seconds=slow_s)
    sale_body |= {"sold_at": told.isoformat(), "quantity": {"value": "1000", "unit": "kg"}}
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201
    evaluate([issued.pk])
    assert Flag.objects.filter(rule="sold_before_issue").exists() is flagged


def test_the_same_load_is_taken_again_under_another_key_and_observed(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    sale_body |= {"quantity": {"value": "400", "unit": "kg"}, "invoice": "", "guide": ""}
    for _key in range(2):
        answer = vendor_api.post(f"/authorizations/{code}/sales", sale_body)
        assert answer.status_code == 201
    evaluate([Authorization.objects.get().pk])
    flag = Flag.objects.get(rule="twice_reported")
    assert (flag.severity, flag.subject_id) == ("low", Sale.objects.latest("pk").pk)


def test_a_part_is_sold_and_the_rest_remains(
    vendor_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    sale_body["quantity"]["value"] = "400"
    body = vendor_api.post(f"/authorizations/{code}/sales", sale_body).json()
    assert body["remaining"] == "597.000"


def in_an_hour() -> str:
    return (clock.now() + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize("year", ["1899", "2200", "9999"])
def test_a_time_of_an_impossible_year_is_told_which_years_there_are(
    vendor_api: Program, code: str, sale_body: dict[str, Any], year: str
) -> None:
    sale_body["sold_at"] = f"{year}-06-01T12:00:00Z"
    answer = vendor_api.post(f"/authorizations/{code}/sales", sale_body)
    wrong(answer, "/sold_at", "invalid")
    assert "1900 to 2199" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "case",
    [
        ("sold_at", "yesterday", "/sold_at", "invalid"),
        ("sold_at", "2026-11-23T09:00:00", "/sold_at", "invalid"),
        ("sold_at", "0001-01-01T00:00:00+14:00", "/sold_at", "invalid"),
        ("sold_at", "9999-12-31T23:59:59-14:00", "/sold_at", "invalid"),
        ("sold_at", "2026-06-30T23:59:60Z", "/sold_at", "leap_second"),
        ("sold_at", "2026-02-30T09:00:00Z", "/sold_at", "invalid"),
        ("sold_at", 1700000000, "/sold_at", "invalid"),
        ("sold_at", in_an_hour, "/sold_at", "sold_ahead_of_time"),
        ("site", "00000000-0000-7000-8000-000000000000", "/site", "unknown_site"),
        ("site", 5, "/site", "invalid"),
        ("vehicle", {"plate": "x" * 101}, "/vehicle/plate", "too_long"),
        ("vehicle", {"plate": "x" * 1001}, "/vehicle/plate", "max_length"),
        ("vehicle", {"plate": 5}, "/vehicle/plate", "invalid"),
        ("vehicle", {"trailers": "T2B-114"}, "/vehicle/trailers", "not_a_list"),
        ("vehicle", {"trailers": ["T2B-114", 7]}, "/vehicle/trailers/1", "invalid"),
        ("vehicle", {"trailers": ["x" * 101]}, "/vehicle/trailers", "too_long"),
        ("vehicle", {"number": "ABC123"}, "/vehicle", "invalid"),
        ("vehicle", ["ABC123"], "/vehicle", "invalid"),
        ("driver", "Juan", "/driver", "invalid"),
        ("driver", {"name": "Juan"}, "/driver/name", "unknown_field"),
        ("seals", "A1", "/seals", "not_a_list"),
        ("seals", ["A1", 7], "/seals/1", "invalid"),
        ("gross_kg", "NaN", "/gross_kg", "invalid"),
        ("gross_kg", "1_000", "/gross_kg", "invalid"),
        ("gross_kg", -1, "/gross_kg", "min_value"),
        ("gross_kg", "100", "/tare_kg", "weights_incomplete"),
        ("complete", "yes", "/complete", "invalid"),
        ("product", "unobtainium", "/product", "unknown_product"),
        ("quantity", {"value": "0", "unit": "kg"}, "/quantity/value", "not_positive"),
        ("quantity", {"value": "0.001", "unit": "mg"}, "/quantity/value", "net_is_zero"),
        ("invoice", "9" * 101, "/invoice", "max_length"),
    ],
)
def test_an_invalid_value_is_named(
    vendor_api: Program, code: str, sale_body: dict[str, Any], case: tuple[str, Any, str, str]
) -> None:
    field, value, pointer, wrong_code = case
    sale_body[field] = value() if callable(value) else value
    response = vendor_api.post(f"/authorizations/{code}/sales", sale_body)
    wrong(response, pointer, wrong_code)
    assert not Sale.objects.exists()


def test_a_sale_on_a_foreign_code_is_not_found(
    rival_api: Program, code: str, sale_body: dict[str, Any]
) -> None:
    problem(rival_api.post(f"/authorizations/{code}/sales", sale_body), 404, "code_unknown")
    assert not Sale.objects.exists()


def codeless(sale_body: dict[str, Any], buyer: Firm) -> dict[str, Any]:
    more = {"buyer": buyer.organization.tax_id, "product": "acetone", "reason": "No connection"}
    return {**sale_body, **more}


def test_a_sale_without_a_code_has_a_door_too(
    vendor_api: Program, buyer: Firm, sale_body: dict[str, Any]
) -> None:
    response = vendor_api.post("/sales", codeless(sale_body, buyer))
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["authorization"], body["reason"]) == (None, "No connection")
    row = Authorization.objects.get()
    assert (row.overage_kg, row.claimed_kg) == (0, row.sold_kg)


def test_a_sale_without_a_code_says_to_whom_and_why(
    vendor_api: Program, sale_body: dict[str, Any]
) -> None:
    response = vendor_api.post("/sales", sale_body)
    for name in ("buyer", "product", "reason"):
        wrong(response, f"/{name}", "required")


def test_both_parties_and_the_authority_read_a_sale(
    sale: dict[str, Any],
    buyer_api: Program,
    vendor_api: Program,
    authority_api: Program,
    rival_api: Program,
) -> None:
    for program in (buyer_api, vendor_api, authority_api):
        assert program.get(f"/sales/{sale['id']}").json()["net_kg"] == "1074.600"
        assert [row["id"] for row in program.get("/sales").json()["data"]] == [sale["id"]]
    problem(rival_api.get(f"/sales/{sale['id']}"), 404, "not_found")
    assert rival_api.get("/sales").json()["data"] == []


def test_a_correction_replaces_the_report_and_names_the_one_in_force(
    vendor_api: Program, sale: dict[str, Any], sale_body: dict[str, Any]
) -> None:
    path = f"/sales/{sale['id']}/correction"
    sale_body |= {"reason": "Misread the scale", "quantity": {"value": "1008", "unit": "kg"}}
    correction = vendor_api.post(path, sale_body)
    assert correction.status_code == 201, correction.content
    assert correction.json()["replaces"] == sale["id"]
    body = problem(vendor_api.post(path, sale_body), 409, "sale_replaced")
    assert body["in_force"] == correction.json()["id"]
    assert vendor_api.get(f"/sales/{sale['id']}").json()["status"] == "replaced"


def test_a_void_takes_its_reason_alone(vendor_api: Program, sale: dict[str, Any]) -> None:
    path = f"/sales/{sale['id']}/void"
    wrong(vendor_api.post(path, {}), "/reason", "required")
    body = vendor_api.post(path, {"reason": "The truck broke down"}).json()
    assert (body["is_void"], body["quantity"]["value"]) == (True, "0.000")


def test_a_reason_of_a_thousand_letters_is_kept_and_a_longer_one_is_named(
    vendor_api: Program, sale: dict[str, Any]
) -> None:
    path = f"/sales/{sale['id']}/void"
    wrong(vendor_api.post(path, {"reason": "x" * 1001}), "/reason", "max_length")
    assert vendor_api.post(path, {"reason": "x" * 1000}).status_code == 201
    assert Sale.objects.get(is_void=True).reason == "x" * 1000


def test_only_the_seller_corrects(
    buyer_api: Program, rival_api: Program, sale: dict[str, Any], sale_body: dict[str, Any]
) -> None:
    for program in (buyer_api, rival_api):
        for act in ("correction", "void"):
            response = program.post(f"/sales/{sale['id']}/{act}", {**sale_body, "reason": "x"})
            problem(response, 404, "not_found")


def test_the_authority_agrees_to_a_lower_figure(
    vendor_api: Program, authority_api: Program, sale: dict[str, Any]
) -> None:
    path = f"/sales/{sale['id']}/agree"
    problem(authority_api.post(path, {"reason": "Seen"}), 409, "nothing_to_agree")
    vendor_api.post(f"/sales/{sale['id']}/void", {"reason": "Never loaded"})
    assert authority_api.post(path, {"reason": "Seen"}).status_code == 200
    assert Authorization.objects.get().sold_kg == 0


def receipt(**changes: Any) -> dict[str, Any]:
    return {
        "received_at": clock.now().isoformat(),
        "quantity": {"value": "1080", "unit": "kg"},
        "outcome": "satisfactory",
        **changes,
    }


@pytest.fixture
def claim(vendor_api: Program, buyer: Firm, sale_body: dict[str, Any]) -> dict[str, Any]:
    """A sale of 1,080 kg that the vendor reports without a code."""
    body: dict[str, Any] = vendor_api.post("/sales", codeless(sale_body, buyer)).json()
    return body


def test_a_sale_without_a_code_takes_nothing_until_it_is_confirmed(
    buyer_api: Program, claim: dict[str, Any]
) -> None:
    room = buyer_api.get("/headroom", product="acetone").json()
    assert (claim["claim"], room["consumed"], room["claimed"]) == ("open", "0.000", "1074.600")
    assert buyer_api.post(f"/sales/{claim['id']}/receipt", receipt()).status_code == 201
    room = buyer_api.get("/headroom", product="acetone").json()
    assert (room["consumed"], room["claimed"]) == ("1074.600", "0.000")
    assert buyer_api.get(f"/sales/{claim['id']}").json()["claim"] == "confirmed"


def test_a_denied_claim_counts_nothing_as_sold_and_the_vendors_word_stands_beside_it(
    buyer_api: Program, claim: dict[str, Any]
) -> None:
    def told() -> tuple[str, str, str]:
        shown = AuthorizationShape(Authorization.objects.get(code=None)).data
        return shown["sold_kg"], shown["vendor_sold_kg"], shown["claimed_kg"]

    assert told() == ("0.000", "1074.600", "1074.600")
    denial = {"received_at": clock.now().isoformat(), "outcome": "never_received"}
    assert buyer_api.post(f"/sales/{claim['id']}/receipt", denial).status_code == 201
    assert told() == ("0.000", "1074.600", "0.000")


def test_never_received_takes_a_claim_off(buyer_api: Program, claim: dict[str, Any]) -> None:
    denial = {"received_at": clock.now().isoformat(), "outcome": "never_received"}
    assert buyer_api.post(f"/sales/{claim['id']}/receipt", denial).status_code == 201
    room = buyer_api.get("/headroom", product="acetone").json()
    assert (room["consumed"], room["claimed"]) == ("0.000", "0.000")
    assert buyer_api.get(f"/sales/{claim['id']}").json()["claim"] == "off"


def test_the_authority_confirms_a_sale_without_a_code(
    authority_api: Program, claim: dict[str, Any], sale: dict[str, Any]
) -> None:
    path = f"/sales/{claim['id']}/confirm-claim"
    wrong(authority_api.post(path, {}), "/reason", "required")
    answer = authority_api.post(path, {"reason": "Guide seen"})
    assert (answer.status_code, answer.json()["claim"]) == (200, "confirmed")
    problem(authority_api.post(path, {"reason": "Again"}), 409, "nothing_to_confirm")
    path = f"/sales/{sale['id']}/confirm-claim"
    assert sale["claim"] is None
    problem(authority_api.post(path, {"reason": "Seen"}), 409, "nothing_to_confirm")


def test_the_buyer_confirms_what_arrived_once(buyer_api: Program, sale: dict[str, Any]) -> None:
    path = f"/sales/{sale['id']}/receipt"
    response = buyer_api.post(path, receipt(reasons=["excess"], remarks="Too much"))
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["sale"], body["outcome"]) == (sale["id"], "satisfactory")
    assert (body["reasons"], body["net_kg"]) == (["excess"], "1074.600")
    problem(buyer_api.post(path, receipt()), 409, "receipt_exists")
    assert buyer_api.get(f"/sales/{sale['id']}").json()["receipt"]["id"] == body["id"]


def test_a_receipt_is_corrected_by_a_new_one_and_both_are_told(
    buyer_api: Program, sale: dict[str, Any]
) -> None:
    path = f"/sales/{sale['id']}/receipt"
    correction = receipt(reason="Read the wrong line")
    problem(buyer_api.post(f"{path}/correction", correction), 409, "receipt_not_given")
    first = buyer_api.post(path, receipt(quantity={"value": "2000", "unit": "kg"})).json()
    wrong(buyer_api.post(f"{path}/correction", receipt()), "/reason", "required")
    response = buyer_api.post(f"{path}/correction", correction)
    assert response.status_code == 201, response.content
    second = response.json()
    assert (second["replaces"], second["reason"]) == (first["id"], "Read the wrong line")
    shown = buyer_api.get(f"/sales/{sale['id']}").json()
    assert shown["receipt"] == second
    assert shown["receipts"] == [first, second]
    assert first["replaces"] is None


@pytest.mark.parametrize("unit", ["kg", "L"])
def test_zero_is_accepted_when_nothing_arrived(
    buyer_api: Program, sale: dict[str, Any], unit: str
) -> None:
    nothing = {"value": "0", "unit": unit}
    path = f"/sales/{sale['id']}/receipt"
    response = buyer_api.post(path, receipt(quantity=nothing))
    wrong(response, "/quantity/value", "not_positive")
    response = buyer_api.post(path, receipt(quantity=nothing, outcome="never_received"))
    assert response.status_code == 201
    assert response.json()["quantity"] == {"value": "0.000", "unit": nothing["unit"]}


@pytest.mark.parametrize(
    ("changes", "pointer", "code_of_problem"),
    [
        ({"outcome": "fine"}, "/outcome", "invalid_choice"),
        ({"outcome": ["satisfactory"]}, "/outcome", "invalid_choice"),
        ({"reasons": ["late"]}, "/reasons/0", "invalid_choice"),
        ({"outcome": "refused"}, "/quantity", "quantity_not_expected"),
        ({"quantity": {"value": "0", "unit": "lb"}}, "/quantity/unit", "unknown_unit"),
        ({"received_at": in_an_hour}, "/received_at", "received_ahead_of_time"),
    ],
)
def test_an_invalid_receipt_is_named(
    buyer_api: Program,
    sale: dict[str, Any],
    changes: dict[str, Any],
    pointer: str,
    code_of_problem: str,
) -> None:
    body = receipt(**{k: v() if callable(v) else v for k, v in changes.items()})
    wrong(buyer_api.post(f"/sales/{sale['id']}/receipt", body), pointer, code_of_problem)
    assert not Receipt.objects.exists()


def test_a_receipt_before_its_sale_is_refused_at_its_time(
    buyer_api: Program, sale: dict[str, Any]
) -> None:
    path, sold_at = f"/sales/{sale['id']}/receipt", datetime.fromisoformat(sale["sold_at"])
    for received_at in ("2001-01-01T00:00:00Z", (sold_at - timedelta(minutes=6)).isoformat()):
        answer = buyer_api.post(path, receipt(received_at=received_at))
        wrong(answer, "/received_at", "received_before_sale")
    within = (sold_at - timedelta(minutes=5)).isoformat()
    assert buyer_api.post(path, receipt(received_at=within)).status_code == 201


def test_a_receipt_between_the_times_that_the_vendor_gave_is_taken(
    buyer_api: Program, vendor_api: Program, sale: dict[str, Any], sale_body: dict[str, Any]
) -> None:
    first = clock.now() - timedelta(days=2)
    for moved_to in (first, clock.now()):
        body = sale_body | {"sold_at": moved_to.isoformat(), "reason": "Another time"}
        answer = vendor_api.post(f"/sales/{sale['id']}/correction", body)
        assert answer.status_code == 201, answer.content
        sale = answer.json()
    path = f"/sales/{sale['id']}/receipt"
    early = receipt(received_at=(first - timedelta(hours=1)).isoformat())
    wrong(buyer_api.post(path, early), "/received_at", "received_before_sale")
    between = receipt(received_at=(first + timedelta(hours=1)).isoformat())
    assert buyer_api.post(path, between).status_code == 201


def test_only_the_buyer_confirms(
    vendor_api: Program, rival_api: Program, authority_api: Program, sale: dict[str, Any]
) -> None:
    path = f"/sales/{sale['id']}/receipt"
    problem(vendor_api.post(path, receipt()), 404, "not_found")
    problem(rival_api.post(path, receipt()), 404, "not_found")
    problem(authority_api.post(path, receipt()), 403, "scope_missing")


def test_the_list_is_filtered_by_code(
    vendor_api: Program, sale: dict[str, Any], code: str
) -> None:
    assert len(vendor_api.get("/sales", authorization=code.lower()).json()["data"]) == 1
    assert vendor_api.get("/sales", authorization="000000000000").json()["data"] == []
