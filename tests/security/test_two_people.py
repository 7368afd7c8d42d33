"""As one officer: with pages, with a key of one's own, and with the application's password."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from precursors.models import Precursor, Product
from registry import operations
from registry.actors import Actor
from registry.models import ApiKey, Organization, Permit, Proposal, Site
from tests.api.programs import Program
from tests.cast import Firm
from tests.pages.conftest import visit
from tests.registry.numbers import ruc
from tests.roles import as_owner

__all__ = ["visit"]
PERMIT = {
    "precursor": "acetone",
    "activity": "buy",
    "limit": {"value": "1000000", "unit": "t"},
    "period": "month",
    "automatic_limit": {"value": "1000000", "unit": "t"},
}


@pytest.fixture
def officer(visit: Callable[[Actor], Client], regulator: Actor, second_officer: Actor) -> Client:
    return visit(regulator)


@pytest.fixture
def own_key(regulator: Actor) -> Program:
    """A key of the same officer, who is its sponsor."""
    key, secret = operations.issue_api_key(
        jurisdiction=regulator.jurisdiction,
        organization=None,
        name="My own",
        scopes=["registry:write"],
    )
    with as_owner():
        ApiKey.objects.filter(pk=key.pk).update(sponsor=regulator.user)
    return Program(secret)


def approve_all(officer: Client) -> None:
    """Press the button of whatever waits, as a form would send it."""
    for proposal in Proposal.objects.filter(state="proposed"):
        answer = officer.post(f"/approvals/{proposal.uuid}/", {"decision": "approve", "note": ""})
        assert answer.status_code == 422, proposal
        proposal.refresh_from_db()
        assert proposal.state == "proposed"


def refuses(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Making a firm and its first permit ----------------------------------------------------------


def test_one_officer_makes_no_firm_that_buys_a_million_tons(
    officer: Client, own_key: Program
) -> None:
    officer.post("/firms/new/", {"tax_id": ruc(77), "name": "Fachada"})
    firm = Organization.objects.get(tax_id=ruc(77))
    days = {"valid_from": "2026-01-01", "valid_to": "2030-12-31"}
    officer.post(f"/firms/{firm.uuid}/license/", {"number": "L-77", **days})
    license = firm.licenses.get()
    officer.post(
        f"/licenses/{license.uuid}/permit/",
        {
            "precursor": Precursor.objects.get(code="acetone").pk,
            "activity": "buy",
            "limit": "1000000",
            "limit_unit": "t",
            "period": "month",
            "automatic_limit": "1000000",
            "automatic_limit_unit": "t",
        },
    )
    assert Proposal.objects.count() == 1
    sold = {**PERMIT, "license": "L-77", "activity": "sell"}
    assert own_key.post("/permits", sold).status_code == 202
    approve_all(officer)
    assert not Permit.objects.exists()


def test_one_officer_raises_no_permit_by_any_way(
    officer: Client, own_key: Program, buyer: Firm
) -> None:
    base = {**PERMIT, "license": buyer.license.number}
    ten, five = {"value": "10", "unit": "t"}, {"value": "5", "unit": "t"}
    for changes in (
        {},
        {"limit": {"value": "10.001", "unit": "t"}, "automatic_limit": five},
        {"limit": ten, "automatic_limit": ten},
        {"limit": {"value": "120", "unit": "t"}, "automatic_limit": five, "period": "year"},
    ):
        answer = own_key.post("/permits", {**base, **changes})
        assert answer.status_code == 202, changes
        approve_all(officer)
        Proposal.objects.filter(state="proposed").update(
            state="withdrawn", decided_at="2026-01-01T00:00Z"
        )
    assert Permit.objects.get(organization=buyer.organization).limit_kg == 10_000


def test_sql_makes_no_permit_alone(buyer: Firm, regulator: Actor, second_officer: Actor) -> None:
    columns = (
        "jurisdiction_id, license_id, organization_id, precursor_id, period, limit_kg,"
        " limit_value, limit_unit, automatic_limit_unit, state, created_at, decided_at"
    )
    first = (
        f"INSERT INTO registry_permit (uuid, activity, raises_limit, {columns})"
        f" SELECT gen_random_uuid(), 'sell', false, {columns} FROM registry_permit"
    )
    assert regulator.user and second_officer.user
    one, other = regulator.user.pk, second_officer.user.pk
    for statement in (
        first,
        "UPDATE registry_permit SET limit_kg = limit_kg * 2",
        "UPDATE registry_permit SET period = 'year'",
        "UPDATE registry_permit SET proposal_id = NULL",
        "INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id,"
        " about, terms, before, reason, proposed_at, proposed_by_id, sponsor_id, expires_at,"
        " state, decided_at, decided_by_id, note) SELECT gen_random_uuid(), jurisdiction_id, act,"
        " subject_kind, subject_id, 'x', terms, before, '', now(), "
        f"{one}, {one}, now(), 'approved', now(), {other}, '' FROM registry_proposal",
    ):
        refuses(statement)


# What a product contains ---------------------------------------------------------------------


def test_one_officer_makes_no_product_that_launders(officer: Client, own_key: Program) -> None:
    thin = {
        "code": "thin",
        "precursor": "acetone",
        "name": "Thin",
        "concentration_percent": "0.02",
    }
    assert own_key.post("/products", thin).status_code == 202
    light = {**thin, "code": "light", "counts_whole": True, "density_kg_per_l": "0.1"}
    assert own_key.post("/products", light).status_code == 202
    approve_all(officer)
    assert not Product.objects.filter(code__in=["thin", "light"]).exists()


def test_one_officer_changes_no_product(officer: Client, own_key: Program) -> None:
    whole = {
        "code": "whole",
        "precursor": "acetone",
        "name": "Whole",
        "concentration_percent": "100",
    }
    assert own_key.post("/products", whole).status_code == 201
    thin = {"name": "Whole", "concentration_percent": "0.02"}
    assert own_key.post("/products/whole/versions", thin).status_code == 202
    assert own_key.post("/products/acetone/versions", thin).status_code == 409
    approve_all(officer)
    assert Product.objects.get(code="whole").concentration_percent == 100
    refuses("UPDATE precursors_product SET concentration_percent = 1 WHERE code = 'whole'")
    columns = (
        "jurisdiction_code, code, precursor_id, name_en, name_es, density_kg_per_l, counts_whole,"
        " oleum, presentation, scale_division_kg, source, density_source, search_text, sort_en,"
        " sort_es"
    )
    refuses(
        "UPDATE precursors_product SET superseded_at = now() WHERE code = 'whole';"
        f"INSERT INTO precursors_product (version, concentration_percent, {columns})"
        f" SELECT 2, 0.02, {columns} FROM precursors_product WHERE code = 'whole'"
    )


# Storage -------------------------------------------------------------------------------------


def test_one_officer_gives_a_firm_no_more_storage(
    officer: Client, own_key: Program, buyer: Firm
) -> None:
    at = f"/places/site/{buyer.site.uuid}/change/"
    told = {"name": "Plant", "address": "1 Road", "storage_limit_unit": "kg"}
    officer.post(at, {**told, "storage_limit": "500"})
    officer.post(at, {**told, "storage_limit": "900"})
    officer.post(f"/places/site/{buyer.site.uuid}/retire/", {"reason": "Moved"})
    again = {"organization": buyer.organization.tax_id, "name": "Again", "address": "1 Road"}
    assert own_key.post("/sites", again).status_code == 202
    approve_all(officer)
    assert Site.objects.get(organization=buyer.organization).storage_limit_kg == 500
    refuses("UPDATE registry_site SET storage_limit_kg = 501")
    refuses("UPDATE registry_site SET storage_limit_kg = NULL")


# Of all --------------------------------------------------------------------------------------


def test_there_is_no_door_by_which_a_program_approves(own_key: Program, buyer: Firm) -> None:
    told: Any = own_key.post("/permits", {**PERMIT, "license": buyer.license.number}).json()
    for path in ("", "/approve", "/decide"):
        answer = own_key.post(f"/proposals/{told['proposal']}{path}", {"decision": "approve"})
        assert answer.status_code in (404, 405)
    assert Proposal.objects.get(uuid=told["proposal"]).state == "proposed"
