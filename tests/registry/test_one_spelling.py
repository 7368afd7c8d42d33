"""Rows of before are brought to the one spelling, and none is lost."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from registry import operations
from registry.actors import Actor
from registry.models import License, Organization
from tests import roles
from tests.factories import OrganizationFactory

MIGRATION = import_module("registry.migrations.0003_numbers_in_one_spelling")


@pytest.fixture(autouse=True)
def owner(committing: None) -> Iterator[None]:
    """Work as the owner of a copy of the test database, as `migrate` does."""
    roles.work_as_owner()
    yield
    roles.work_as_application()


def migrate() -> None:
    with connection.cursor() as cursor:
        for operation in MIGRATION.Migration.operations:
            cursor.execute(operation.sql)


def older(by: Actor, tax_id: str, name: str = "Andina") -> Organization:
    """A firm as it was entered before."""
    firm = OrganizationFactory.create(by=by)
    text = f"{name.lower()} | {tax_id.lower()}"
    Organization.objects.filter(pk=firm.pk).update(tax_id=tax_id, name=name, search_text=text)
    return firm


def test_numbers_lose_the_check_digit_and_none_is_lost(regulator: Actor) -> None:
    with_digit = older(regulator, "CO:9001234575")
    twin, base = older(regulator, "CO:9001234590"), older(regulator, "CO:900123459")
    person, peruvian = older(regulator, "CO:1012345678"), OrganizationFactory.create(by=regulator)
    migrate()
    numbers = dict(Organization.objects.values_list("pk", "tax_id"))
    assert numbers[with_digit.pk] == "CO:900123457"
    assert (numbers[twin.pk], numbers[base.pk]) == ("CO:9001234590", "CO:900123459")
    assert (numbers[person.pk], numbers[peruvian.pk]) == ("CO:1012345678", peruvian.tax_id)
    with_digit.refresh_from_db()
    assert with_digit.search_text == "andina | co:900123457"


def test_search_texts_are_folded_anew(regulator: Actor) -> None:
    firm = older(regulator, "BO:102070", "O’Hig\u200bgins 'S'")
    migrate()
    firm.refresh_from_db()
    assert firm.search_text == "ohiggins s | bo:102070"


def test_a_license_with_a_line_break_can_be_reached(regulator: Actor) -> None:
    firm = OrganizationFactory.create(by=regulator)
    license = operations.grant_license(
        organization=firm,
        number="L-1",
        valid_from=date(2040, 1, 1),
        valid_to=date(2040, 12, 31),
        by=regulator,
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_license DISABLE TRIGGER columns_are_kept")
        License.objects.filter(pk=license.pk).update(number="L-1\r\n2026\t")
        cursor.execute("ALTER TABLE registry_license ENABLE ALWAYS TRIGGER columns_are_kept")
    migrate()
    assert License.objects.get(pk=license.pk).number == "L-1 2026"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'columns_are_kept'")
        assert {row[0] for row in cursor.fetchall()} == {"A"}
