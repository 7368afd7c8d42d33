"""What is typed on a page is understood however it was copied, and shows something."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from authorizations.models import Authorization
from precursors.models import Product
from registry import operations
from registry.actors import Actor
from registry.models import Organization, Proposal, User
from tests.cast import PASSWORD, Firm
from tests.pages.dealing import request_code, text
from tests.registry.numbers import ruc

NOTHING = list("\u200b\u2800\u3164\u00ad\u0301\u202e")


def spellings(code: str) -> list[str]:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    return [f"\ufeff{code[:4]}–{code[4:8]}•{code[8:]}\u200b", wide]


def numbers(number: str) -> list[str]:
    return [f"{number[:2]} {number[2:]}", f"PE:{number}", f"RUC {number[:2]}.{number[2:]}\u200b"]


@pytest.fixture
def code(buyer: Firm, vendor: Firm, acetone: Product) -> Authorization:
    return request_code(buyer, vendor, acetone)


def test_a_code_is_found_however_it_was_copied(
    visit: Any, vendor: Firm, regulator: Actor, code: Authorization
) -> None:
    for typed in spellings(str(code.code)):
        counter = visit(vendor.actor).post("/counter/", {"code": typed}, follow=True)
        assert "Good code" in text(counter)
        found = visit(regulator).get("/oversight/", {"code": typed})
        assert found.url == f"/oversight/{code.uuid}/"


def test_a_firm_is_found_by_its_number_as_people_write_it(
    visit: Any, buyer: Firm, vendor: Firm, regulator: Actor, code: Authorization
) -> None:
    buys, sells = buyer.organization, vendor.organization
    for typed in numbers(sells.tax_id):
        listed = visit(regulator).get("/firms/", {"q": typed})
        assert [firm.pk for firm in listed.context["rows"]] == [sells.pk]
        assert visit(buyer.actor).get("/purchases/", {"vendor": typed}).context["rows"] == [code]
    for typed in numbers(buys.tax_id):
        form = visit(vendor.actor).post("/sales/without-code/", {"buyer": typed})
        assert "buyer" not in form.context["form"].errors


def test_a_name_is_found_whatever_its_apostrophe(visit: Any, regulator: Actor) -> None:
    firm = operations.add_organization(tax_id=ruc(55), name="Química O’Higgins", by=regulator)
    for typed in ("O'Higgins", "o’higgins", "OHiggins", "O`Higgins", "QUÍMICA Oʼhiggins"):
        listed = visit(regulator).get("/firms/", {"q": typed})
        assert [found.pk for found in listed.context["rows"]] == [firm.pk], typed


@pytest.mark.parametrize("nothing", NOTHING)
def test_signs_that_show_nothing_make_no_name(
    visit: Any, regulator: Actor, buyer: Firm, nothing: str
) -> None:
    firms = Organization.objects.count()
    page = visit(regulator).post("/firms/new/", {"tax_id": ruc(55), "name": nothing})
    assert page.context["form"].errors["name"]
    assert Organization.objects.count() == firms
    driver = {"name": nothing, "document": nothing}
    page = visit(regulator).post(f"/firms/{buyer.organization.uuid}/driver/", driver)
    assert set(page.context["form"].errors) == {"name", "document"}


def test_an_address_is_one_whatever_it_was_copied_with(
    visit: Any, regulator: Actor, buyer: Firm
) -> None:
    typed = {"email": "\u200bNeu@Firma\u00ad.example\u2800", "role": "dealer"}
    visit(regulator).post(f"/firms/{buyer.organization.uuid}/invite/", typed)
    waiting = Proposal.objects.get(organization=buyer.organization, state="proposed")
    assert waiting.terms["email"] == "neu@firma.example"


def test_who_signs_in_may_have_copied_the_address(visit: Any, buyer: Firm) -> None:
    user = User.objects.get(pk=buyer.actor.user.pk)  # type: ignore[union-attr]
    typed = {"login": f"\ufeff{user.email}\u200b", "password": PASSWORD}
    answer = Client().post(reverse("account_login"), typed)
    assert answer.status_code == 302


def test_a_command_takes_a_number_as_people_write_it(buyer: Firm, capsys: Any) -> None:
    for typed in numbers(buyer.organization.tax_id):
        call_command("issue_api_key", organization=typed, scopes="buy", name="\u200bTill\u00ad")
        assert "pk_live_" in capsys.readouterr().out


def test_a_position_is_typed_with_a_minus_of_any_kind(
    visit: Any, regulator: Actor, buyer: Firm
) -> None:
    site = {
        "name": "Plant",
        "address": "1 Invented Street",
        "latitude": "−12.046374",
        "longitude": "\u200b–77.042793",
        "storage_limit": "１２５０\u200b",
        "storage_limit_unit": "kg",
    }
    visit(regulator).post(f"/firms/{buyer.organization.uuid}/site/", site)
    entered = buyer.organization.sites.latest("pk")
    assert (str(entered.latitude), str(entered.longitude)) == ("-12.046374", "-77.042793")
    assert entered.storage_limit_kg == 1250
