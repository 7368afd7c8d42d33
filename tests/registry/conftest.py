"""The register's own cast: a jurisdiction, two officers, a firm."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client

from precursors.models import Precursor
from precursors.quantities import Quantity, quantity
from registry import operations
from registry.actors import Actor
from registry.models import Jurisdiction, License, Membership, Organization, User
from registry.models.people import Role
from tests.registry.numbers import ruc

PASSWORD = "a long enough sentence"


@pytest.fixture
def jurisdiction(db: None) -> Jurisdiction:
    call_command("load_registry", verbosity=0)
    return Jurisdiction.objects.get(code="PE")


@pytest.fixture
def sandbox(jurisdiction: Jurisdiction) -> Jurisdiction:
    return Jurisdiction.objects.get(code="PE-TEST")


def member(
    jurisdiction: Jurisdiction, email: str, role: str, organization: Organization | None = None
) -> Actor:
    user = User.objects.create_user(email, PASSWORD, name=email.split("@", maxsplit=1)[0].title())
    return Actor.person(
        Membership.objects.create(
            jurisdiction=jurisdiction, user=user, organization=organization, role=role
        )
    )


@pytest.fixture
def regulator(jurisdiction: Jurisdiction) -> Actor:
    return member(jurisdiction, "rosa@authority.example", Role.OFFICER)


@pytest.fixture
def second_officer(jurisdiction: Jurisdiction) -> Actor:
    return member(jurisdiction, "raul@authority.example", Role.OFFICER)


@pytest.fixture
def inspector(jurisdiction: Jurisdiction) -> Actor:
    return member(jurisdiction, "ines@authority.example", Role.INSPECTOR)


@pytest.fixture
def program(jurisdiction: Jurisdiction) -> Actor:
    key, _secret = operations.issue_api_key(
        jurisdiction=jurisdiction, organization=None, name="Robot", scopes=["registry:write"]
    )
    return Actor.program(key)


@pytest.fixture
def buyer(regulator: Actor) -> Organization:
    return operations.add_organization(tax_id=ruc(1), name="Químicos Ñandú", by=regulator)


@pytest.fixture
def rival(regulator: Actor) -> Organization:
    return operations.add_organization(tax_id=ruc(2), name="Rival Solvents", by=regulator)


@pytest.fixture
def manager(jurisdiction: Jurisdiction, buyer: Organization) -> Actor:
    return member(jurisdiction, "maria@buyer.example", Role.MANAGER, buyer)


@pytest.fixture
def license(buyer: Organization, regulator: Actor) -> License:
    return operations.grant_license(
        organization=buyer,
        number="L-1",
        valid_from=date(2026, 1, 1),
        valid_to=date(2035, 12, 31),
        by=regulator,
    )


@pytest.fixture
def acetone(db: None) -> Precursor:
    acetone, _made = Precursor.objects.get_or_create(
        code="acetone",
        defaults={
            "name_en": "Acetone",
            "name_es": "Acetona",
            "un_table": "II",
            "peru_listed": True,
            "us_list": "II",
            "density_kg_per_l": Decimal("0.79"),
            "search_text": "acetone",
            "sort_en": "acetone",
            "sort_es": "acetona",
        },
    )
    return acetone


@pytest.fixture
def kg() -> Callable[[str], Quantity]:
    return lambda value: quantity(value, "kg")


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(by: Actor) -> Client:
        assert by.user
        client.force_login(by.user)
        return client

    return sign_in
