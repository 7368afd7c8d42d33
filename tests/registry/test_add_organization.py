"""Firms enter the register by a tax number that is right."""

import csv
from pathlib import Path

import pytest

from precursors.errors import Refused
from registry import operations
from registry.actors import Actor
from registry.models import Event, Jurisdiction, Organization
from registry.tax_numbers import COUNTRIES, normal_tax_id
from tests.registry.numbers import ruc
from tests.registry.refusals import refused

VECTORS = Path(__file__).parent.parent / "data" / "ruc_test_vectors.csv"


def vectors() -> list[tuple[str, str]]:
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [(row["ruc"], row["expected"]) for row in csv.DictReader(lines)]


def test_a_firm_enters_with_its_number_and_a_search_text(regulator: Actor) -> None:
    firm = operations.add_organization(tax_id=f" {ruc(1)} ", name=" Químicos Ñandú ", by=regulator)
    firm.refresh_from_db()
    assert (firm.tax_id, firm.country, firm.name) == (ruc(1), "PE", "Químicos Ñandú")
    assert firm.search_text == f"quimicos nandu | {ruc(1)}"


def test_entering_a_firm_is_recorded_with_who_did_it(
    buyer: Organization, regulator: Actor
) -> None:
    event = Event.objects.get(kind="organization.added")
    assert (event.subject_id, event.sequence, event.user) == (buyer.pk, 1, regulator.user)
    assert event.organizations == [buyer.pk]


@pytest.mark.parametrize(("number", "expected"), vectors())
def test_every_published_tax_number_is_judged_as_published(number: str, expected: str) -> None:
    if expected == "valid":
        assert normal_tax_id(number, home="PE")[0] == "PE"
    else:
        with pytest.raises(Refused, match="valid RUC"):
            normal_tax_id(number, home="PE")


def test_the_published_numbers_are_all_there() -> None:
    assert len(vectors()) == 107


def test_a_foreign_number_keeps_its_country(regulator: Actor) -> None:
    firm = operations.add_organization(tax_id="co:213.123.432-1", name="Andina", by=regulator)
    assert (firm.country, firm.tax_id) == ("CO", "CO:213123432")


def test_the_country_can_be_named_apart(regulator: Actor) -> None:
    firm = operations.add_organization(
        tax_id="2131234321", name="Andina", country="CO", by=regulator
    )
    assert firm.tax_id == "CO:213123432"


def test_naming_two_countries_is_refused() -> None:
    with refused("tax_id_invalid", "tax_id"):
        normal_tax_id("CO:2131234321", country="EC", home="PE")


def test_a_country_that_does_not_exist_is_refused() -> None:
    with refused("country_unknown", "tax_id"):
        normal_tax_id("XX:2131234321", home="PE")
    with refused("country_unknown", "country"):
        normal_tax_id("2131234321", country="XX", home="PE")


def test_where_no_rule_is_known_letters_and_digits_will_do() -> None:
    assert normal_tax_id("BO:1020-70", home="PE") == ("BO", "BO:102070")
    for wrong in ("BO:123", "BO:" + "1" * 21, "BO:12_34", "BO:12\0345"):
        with refused("tax_id_invalid", "tax_id"):
            normal_tax_id(wrong, home="PE")


def test_there_are_249_countries() -> None:
    assert len(COUNTRIES) == 249


def test_a_second_firm_of_the_same_number_is_refused(
    buyer: Organization, regulator: Actor
) -> None:
    with refused("organization_exists"):
        operations.add_organization(tax_id=f"PE:{buyer.tax_id}", name="Copy", by=regulator)
    assert Organization.objects.count() == 1  # and the transaction is still usable


def test_the_sandbox_has_numbers_of_its_own(buyer: Organization, sandbox: Jurisdiction) -> None:
    twin = operations.add_organization(tax_id=buyer.tax_id, name="Twin", by=Actor.portal(sandbox))
    assert twin.pk != buyer.pk


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (" ", "blank"),
        ("a\0b", "not_text"),
        ("Andes \u202eS.A.C.", "not_text"),
        ("x" * 201, "too_long"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(regulator: Actor, name: str, code: str) -> None:
    with refused(code, "name"):
        operations.add_organization(tax_id=ruc(1), name=name, by=regulator)
