"""The authority's pages: what they do, and who is kept out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from precursors.models import Precursor
from precursors.quantities import quantity
from registry import operations, proposals
from registry.actors import Actor
from registry.models import (
    Driver,
    Jurisdiction,
    License,
    Organization,
    Permit,
    Proposal,
    Site,
    Vehicle,
)
from registry.models.firms import PermitState, Standing
from tests import cast
from tests.cast import two_officers
from tests.factories import OrganizationFactory
from tests.registry.numbers import ruc

SignIn = Callable[[Actor], Client]


@pytest.fixture
def officer(regulator: Actor, signed_in: SignIn) -> Client:
    return signed_in(regulator)


@pytest.fixture
def proposed(license: License, acetone: Precursor, regulator: Actor) -> Proposal:
    def grant(limit: str, by: Actor) -> Any:
        return operations.grant_permit(
            license=license,
            precursor=acetone,
            activity="buy",
            limit=quantity(limit, "kg"),
            period="month",
            by=by,
        )

    grant("1000", two_officers(regulator.jurisdiction))
    found: Proposal = grant("2000", regulator)
    return found


def text(answer: Any) -> str:
    return str(answer.content.decode())


# Entering ------------------------------------------------------------------------------------


def test_an_officer_enters_a_firm_and_lands_on_its_page(officer: Client) -> None:
    answer = officer.post("/firms/new/", {"tax_id": ruc(1), "name": "Andes"}, follow=True)
    assert answer.redirect_chain == [(f"/firms/{Organization.objects.get().uuid}/", 302)]
    assert "No license yet" in text(answer)


def test_what_the_verb_refuses_is_shown_at_its_field(officer: Client) -> None:
    answer = officer.post("/firms/new/", {"tax_id": "20999000012", "name": "Andes"})
    assert answer.context["form"].errors["tax_id"]
    assert "<title>Error: " in text(answer)
    assert not Organization.objects.exists()


def test_a_firm_gets_license_site_vehicle_driver(officer: Client, buyer: Organization) -> None:
    page = f"/firms/{buyer.uuid}/"
    entries = {
        "license": {"number": "L-1", "valid_from": "2026-01-01", "valid_to": "2035-12-31"},
        "site": {
            "name": "Plant",
            "address": "Av. Uno 1",
            "ubigeo": "150101",
            "latitude": "-12.046374",
            "longitude": "-77.042793",
            "storage_limit": "2.5",
            "storage_limit_unit": "t",
        },
        "vehicle": {
            "plate": "abc-123",
            "kind": "Tank truck",
            "capacity": "",
            "capacity_unit": "L",
        },
        "driver": {"name": "Ana Ríos", "document": "44556677", "license": "Q-1"},
    }
    for what, values in entries.items():
        assert officer.get(f"{page}{what}/").status_code == 200
        answer = officer.post(f"{page}{what}/", values)
        assert (answer.status_code, answer.get("Location")) == (302, page), text(answer)
    assert Site.objects.get().storage_limit_kg == 2500
    assert (Vehicle.objects.get().plate, Driver.objects.get().name) == ("ABC123", "Ana Ríos")
    shown = text(officer.get(page))
    assert all(word in shown for word in ("L-1", "In force", "Plant", "ABC-123", "Ana Ríos"))
    assert "44556677" not in shown


def test_a_license_of_all_days_is_entered_and_shown(officer: Client, buyer: Organization) -> None:
    values = {"number": "L-1", "valid_from": "0001-01-01", "valid_to": "9999-12-31"}
    answer = officer.post(f"/firms/{buyer.uuid}/license/", values, follow=True)
    assert answer.redirect_chain == [(f"/firms/{buyer.uuid}/", 302)]
    assert "9999" in text(answer)
    assert "9999" in text(officer.get(f"/firms/{buyer.uuid}/", headers={"accept-language": "es"}))


@pytest.mark.parametrize(("number", "is_told"), [("EC:1790012345001", True), (ruc(77), False)])
def test_a_firms_page_tells_that_its_number_could_not_be_checked(
    number: str, is_told: bool, officer: Client, regulator: Actor
) -> None:
    firm = operations.add_organization(tax_id=number, name="Quito Invented", by=regulator)
    page = text(officer.get(reverse("register:firm", args=[firm.uuid])))
    assert ("could not be checked" in page) is is_told


def test_an_overlapping_license_is_told_on_the_form(
    officer: Client, buyer: Organization, license: License
) -> None:
    values = {"number": "L-2", "valid_from": "2030-01-01", "valid_to": "2031-01-01"}
    answer = officer.post(f"/firms/{buyer.uuid}/license/", values)
    assert "already has a license in part of this time" in text(answer)
    assert License.objects.count() == 1


def test_a_permit_is_proposed_under_a_license(
    officer: Client, license: License, acetone: Precursor, second_officer: Actor
) -> None:
    values = {
        "precursor": acetone.pk,
        "activity": "buy",
        "limit": "1.5",
        "limit_unit": "t",
        "period": "month",
        "automatic_limit": "",
        "automatic_limit_unit": "kg",
    }
    answer = officer.post(f"/licenses/{license.uuid}/permit/", values, follow=True)
    assert "Proposed: it takes effect when another officer agrees." in text(answer)
    assert not Permit.objects.exists()
    assert "Waiting for a second officer" in text(answer)
    proposals.approve(Proposal.objects.get(), by=second_officer)
    assert Permit.objects.get().limit_kg == 1500


# Standing and second officers ----------------------------------------------------------------


def test_a_suspension_needs_a_reason(officer: Client, license: License) -> None:
    path = f"/licenses/{license.uuid}/suspend/"
    assert officer.post(path, {"reason": " "}).context["form"].errors["reason"]
    assert officer.post(path, {"reason": "Books missing"}).status_code == 302
    assert License.objects.get().standing == Standing.SUSPENDED


def test_two_officers_lift_a_suspension(
    license: License, regulator: Actor, second_officer: Actor, signed_in: SignIn
) -> None:
    operations.suspend_license(license, reason="Books", by=regulator)
    officer = signed_in(regulator)
    officer.post(f"/licenses/{license.uuid}/reinstate/", {"reason": "Books found"})
    path = f"/approvals/{Proposal.objects.get(act='license.reinstate').uuid}/"
    assert path in text(officer.get("/approvals/"))
    assert "Agree" not in text(officer.get(path))
    assert officer.post(path, {"decision": "approve"}).status_code == 422
    assert License.objects.get().standing == Standing.SUSPENDED
    second = signed_in(second_officer)
    assert "Agree" in text(second.get(path))
    assert second.post(path, {"decision": "approve"}).status_code == 302
    assert License.objects.get().standing == Standing.IN_FORCE


def test_two_officers_raise_a_limit(
    proposed: Proposal, regulator: Actor, second_officer: Actor, signed_in: SignIn
) -> None:
    path = f"/approvals/{proposed.uuid}/"
    officer = signed_in(regulator)
    assert path in text(officer.get("/approvals/"))
    assert officer.post(path, {"decision": "approve"}).status_code == 422
    assert Permit.objects.get().limit_kg == 1000
    second = signed_in(second_officer)
    shown = text(second.get(path))
    assert "1,000 kg" in shown
    assert "2,000 kg" in shown
    assert second.post(path, {"decision": "approve"}).status_code == 302
    assert Permit.objects.get(state=PermitState.IN_FORCE).limit_kg == 2000


def test_the_old_address_of_a_raise_leads_to_its_proposal(
    proposed: Proposal, officer: Client
) -> None:
    answer = officer.get(f"/approvals/permits/{proposed.uuid}/")
    assert answer.headers["Location"] == f"/approvals/{proposed.uuid}/"


def test_a_proposal_can_be_taken_back(proposed: Proposal, officer: Client) -> None:
    officer.post(f"/approvals/{proposed.uuid}/", {"decision": "refuse"})
    assert Proposal.objects.get(pk=proposed.pk).state == "withdrawn"
    assert "Nothing waits" in text(officer.get("/approvals/"))


# Lists ---------------------------------------------------------------------------------------


def test_firms_are_found_by_name_and_number_accents_or_not(
    officer: Client, buyer: Organization, rival: Organization
) -> None:
    for query in ("nandu", "QUÍMICOS ñandú", ruc(1), ruc(1)[:9]):
        shown = text(officer.get("/firms/", {"q": query}))
        assert buyer.name in shown
    assert rival.name not in text(officer.get("/firms/", {"q": "nandu"}))


def test_an_empty_register_and_an_empty_search_say_so(officer: Client) -> None:
    assert "No firm is in the register yet" in text(officer.get("/firms/"))
    assert "No firm matches" in text(officer.get("/firms/", {"q": "<script>"}))


def test_firms_are_paged_by_fifty(officer: Client, regulator: Actor) -> None:
    firms = OrganizationFactory.create_batch(52, by=regulator)
    first = officer.get("/firms/")
    assert len(first.context["rows"]) == 50
    second = officer.get(first.context["next_url"])
    assert list(second.context["rows"]) == [firms[1], firms[0]]
    assert officer.get("/firms/", {"after": "x"}).status_code == 200


# Who is kept out -----------------------------------------------------------------------------


@pytest.fixture
def addresses(
    buyer: Organization, license: License, proposed: Proposal, regulator: Actor
) -> list[str]:
    operations.suspend_license(license, reason="Books", by=regulator)
    reinstatement = operations.propose_reinstatement(license, reason="Found", by=regulator)
    assert isinstance(reinstatement, Proposal)
    firm, of_license = [buyer.uuid], [license.uuid]
    named = [
        ("firms", []),
        ("firm_new", []),
        ("approvals", []),
        *((name, firm) for name in ("firm", "license_new", "site_new", "vehicle_new")),
        *((name, firm) for name in ("driver_new", "firm_invite")),
        *((name, of_license) for name in ("permit_new", "license_suspend", "license_reinstate")),
        ("proposal", [proposed.uuid]),
        ("proposal", [reinstatement.uuid]),
    ]
    return [reverse(f"register:{name}", args=arguments) for name, arguments in named]


def test_every_page_of_the_authority_opens_for_an_officer(
    officer: Client, addresses: list[str]
) -> None:
    for language in ("en", "es"):
        officer.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert [a for a in addresses if officer.get(a).status_code != 200] == []


def test_a_stranger_is_asked_to_sign_in(addresses: list[str]) -> None:
    for address in addresses:
        answer = Client().get(address)
        assert answer["Location"].startswith("/accounts/login/?next=")


def test_firms_and_inspectors_do_not_enter(
    addresses: list[str], manager: Actor, inspector: Actor, signed_in: SignIn
) -> None:
    for actor in (manager, inspector):
        client = signed_in(actor)
        for address in addresses:
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "x"}).status_code == 403


def test_another_jurisdictions_rows_are_not_found(
    addresses: list[str], sandbox: Jurisdiction, signed_in: SignIn
) -> None:
    from tests.registry.conftest import member

    client = signed_in(member(sandbox, "sam@sandbox.example", "officer"))
    rows = [address for address in addresses if len(address) > 30]
    assert len(rows) == 11
    assert [a for a in rows if client.get(a).status_code != 404] == []


# Signing in ----------------------------------------------------------------------------------


def test_an_inactive_user_acts_for_nobody(manager: Actor, signed_in: SignIn) -> None:
    client = signed_in(manager)
    assert manager.user
    type(manager.user).objects.filter(pk=manager.user.pk).update(is_active=False)
    assert client.get("/people/").status_code == 302


def test_the_persons_language_is_spoken_unless_the_browser_was_switched(
    manager: Actor, signed_in: SignIn
) -> None:
    client = signed_in(manager)
    type(manager.user).objects.update(language="es")  # type: ignore[union-attr]
    assert '<html lang="es"' in text(client.get("/people/"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert '<html lang="en"' in text(client.get("/people/"))


def test_who_belongs_to_several_chooses_for_whom_to_act(
    manager: Actor, rival: Organization, regulator: Actor, signed_in: SignIn
) -> None:
    assert manager.user
    link = cast.invited(email=manager.user.email, role="manager", organization=rival, by=regulator)
    second = operations.join(token=link.rstrip("/").rsplit("/", 1)[1], user=manager.user)
    client = signed_in(manager)
    assert rival.name not in text(client.get("/people/"))
    client.post("/membership/", {"membership": second.pk})
    assert rival.name in text(client.get("/people/"))
    assert client.post("/membership/", {"membership": 999999}).context["form"].errors


def test_sign_up_is_closed(client: Client, db: None) -> None:
    values = {
        "email": "eve@x.example",
        "password1": "a long sentence",
        "password2": "a long sentence",
    }
    client.post("/accounts/signup/", values)
    from registry.models import User

    assert not User.objects.exists()


def test_the_admin_only_looks(regulator: Actor, buyer: Organization, client: Client) -> None:
    from registry.models import User

    operator = User.objects.create_superuser("op@portal.example", "a long enough sentence")
    client.force_login(operator)
    for name in ("organization", "license", "permit", "event", "user", "apikey", "membership"):
        assert client.get(f"/admin/registry/{name}/").status_code == 200
        assert client.get(f"/admin/registry/{name}/add/").status_code == 403
    path = f"/admin/registry/organization/{buyer.pk}/"
    assert client.post(f"{path}change/", {"name": "Forged"}).status_code == 403
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
