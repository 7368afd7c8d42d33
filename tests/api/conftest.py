"""Programs of the authority and of three firms, with keys of every scope each may use."""

from datetime import date

import pytest
from django.core.management import call_command

from precursors import operations as catalogue
from registry import operations
from registry.actors import Actor
from registry.models import Jurisdiction, Organization
from tests.api.programs import Program
from tests.registry.numbers import ruc

AUTHORITY_SCOPES = ["registry:write", "flags:read", "flags:review", "events:read"]
FIRM_SCOPES = ["buy", "sell"]


@pytest.fixture
def jurisdiction(db: None) -> Jurisdiction:
    call_command("load_registry", verbosity=0)
    return Jurisdiction.objects.get(code="PE")


@pytest.fixture
def catalogue_loaded(db: None) -> None:
    catalogue.load_precursors()
    catalogue.load_products()


def key_of(
    jurisdiction: Jurisdiction, organization: Organization | None, scopes: list[str]
) -> tuple[Actor, str]:
    key, secret = operations.issue_api_key(
        jurisdiction=jurisdiction, organization=organization, name="Test", scopes=scopes
    )
    return Actor.program(key), secret


@pytest.fixture
def authority_key(jurisdiction: Jurisdiction) -> tuple[Actor, str]:
    return key_of(jurisdiction, None, AUTHORITY_SCOPES)


@pytest.fixture
def authority(authority_key: tuple[Actor, str]) -> Program:
    return Program(authority_key[1])


def firm(by: Actor, number: int, name: str) -> Organization:
    return operations.add_organization(tax_id=ruc(number), name=name, by=by)


@pytest.fixture
def buyer_firm(authority_key: tuple[Actor, str]) -> Organization:
    return firm(authority_key[0], 1, "Laca S.A.")


@pytest.fixture
def vendor_firm(authority_key: tuple[Actor, str]) -> Organization:
    return firm(authority_key[0], 2, "Solventes del Sur S.A.")


@pytest.fixture
def rival_firm(authority_key: tuple[Actor, str]) -> Organization:
    return firm(authority_key[0], 3, "Rival S.A.")


@pytest.fixture
def buyer(jurisdiction: Jurisdiction, buyer_firm: Organization) -> Program:
    return Program(key_of(jurisdiction, buyer_firm, FIRM_SCOPES)[1])


@pytest.fixture
def vendor(jurisdiction: Jurisdiction, vendor_firm: Organization) -> Program:
    return Program(key_of(jurisdiction, vendor_firm, FIRM_SCOPES)[1])


@pytest.fixture
def rival(jurisdiction: Jurisdiction, rival_firm: Organization) -> Program:
    return Program(key_of(jurisdiction, rival_firm, FIRM_SCOPES)[1])


def years() -> tuple[date, date]:
    return date(2020, 1, 1), date(2099, 12, 31)
