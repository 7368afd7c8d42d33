"""POST and GET /organizations."""

from registry.models import Event
from tests.api.programs import Program, problem, wrong
from tests.cast import Firm
from tests.registry.numbers import ruc


def test_the_authority_enters_a_firm(authority_api: Program) -> None:
    response = authority_api.post("/organizations", {"tax_id": ruc(7), "name": "Nueva S.A."})
    assert response.status_code == 201
    body = response.json()
    assert (body["tax_id"], body["name"], body["country"]) == (ruc(7), "Nueva S.A.", "PE")
    assert Event.objects.filter(kind="organization.added").count() == 1


def test_a_foreign_firm_is_named_with_its_country(authority_api: Program) -> None:
    response = authority_api.post(
        "/organizations", {"tax_id": "900.123.456-8", "name": "Química SAS", "country": "CO"}
    )
    assert response.json()["tax_id"] == "CO:900123456"


def test_a_firm_is_entered_once(authority_api: Program, buyer: Firm) -> None:
    response = authority_api.post(
        "/organizations", {"tax_id": buyer.organization.tax_id, "name": "Again"}
    )
    problem(response, 409, "organization_exists")


def test_a_wrong_tax_number_is_named(authority_api: Program) -> None:
    response = authority_api.post("/organizations", {"tax_id": "20100070971", "name": "X"})
    wrong(response, "/tax_id", "tax_id_invalid")


def test_a_tax_number_is_text(authority_api: Program) -> None:
    wrong(authority_api.post("/organizations", {"tax_id": 20100070970}), "/tax_id", "invalid")


def test_everything_that_is_wrong_is_told_at_once(authority_api: Program) -> None:
    response = authority_api.post("/organizations", {"nmae": "X"})
    wrong(response, "/tax_id", "required")
    wrong(response, "/name", "required")
    wrong(response, "/nmae", "unknown_field")


def test_a_firm_may_not_enter_firms(buyer_api: Program) -> None:
    problem(buyer_api.post("/organizations", {}), 403, "scope_missing")


def test_the_list_is_searched_without_accents(authority_api: Program) -> None:
    authority_api.post("/organizations", {"tax_id": ruc(7), "name": "Químicos Ñandú"})
    authority_api.post("/organizations", {"tax_id": ruc(8), "name": "Otra"})
    found = authority_api.get("/organizations", q="nandu").json()["data"]
    assert [row["tax_id"] for row in found] == [ruc(7)]
