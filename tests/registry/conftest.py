"""The register's own cast, bare of what its verbs add. See tests/conftest.py for the others."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from precursors.models import Precursor
from registry import operations
from registry.actors import Actor
from registry.models import Jurisdiction, License, Organization
from registry.models.people import Role
from tests.cast import PASSWORD
from tests.cast import person as member
from tests.registry.numbers import ruc

__all__ = ["PASSWORD", "member"]


@pytest.fixture(autouse=True)
def always_plain(plain: None) -> None:
    """See tests/conftest.py."""


@pytest.fixture
def sandbox(jurisdiction: Jurisdiction) -> Jurisdiction:
    return Jurisdiction.objects.get(code="PE-TEST")


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
def acetone(jurisdiction: Jurisdiction) -> Precursor:
    return Precursor.objects.get(code="acetone")


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(by: Actor) -> Client:
        assert by.user
        client.force_login(by.user)
        return client

    return sign_in
