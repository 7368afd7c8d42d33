"""Programs that act for the cast, with keys of every scope each may have."""

from datetime import timedelta
from typing import Any

import pytest

from registry import clock, operations
from registry.models import Jurisdiction, Organization
from tests.api.programs import Program
from tests.cast import Firm

AUTHORITY_SCOPES = [
    "registry:write",
    "trade:read",
    "flags:read",
    "flags:review",
    "events:read",
]
FIRM_SCOPES = ["buy", "sell"]


@pytest.fixture(autouse=True)
def without_collected_files(settings: Any) -> None:
    """Error pages name style sheets that nobody has collected for the tests."""
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}


def program(
    jurisdiction: Jurisdiction, organization: Organization | None, scopes: list[str]
) -> Program:
    _key, secret = operations.issue_api_key(
        jurisdiction=jurisdiction, organization=organization, name="Test", scopes=scopes
    )
    return Program(secret)


@pytest.fixture
def authority_api(jurisdiction: Jurisdiction) -> Program:
    return program(jurisdiction, None, AUTHORITY_SCOPES)


@pytest.fixture
def buyer_api(jurisdiction: Jurisdiction, buyer: Firm) -> Program:
    return program(jurisdiction, buyer.organization, FIRM_SCOPES)


@pytest.fixture
def vendor_api(jurisdiction: Jurisdiction, vendor: Firm) -> Program:
    return program(jurisdiction, vendor.organization, FIRM_SCOPES)


@pytest.fixture
def rival_api(jurisdiction: Jurisdiction, rival: Firm) -> Program:
    return program(jurisdiction, rival.organization, FIRM_SCOPES)


@pytest.fixture
def request_body(buyer: Firm, vendor: Firm) -> dict[str, Any]:
    """What the buyer asks for: 1,000 kg of acetone from the vendor."""
    return {
        "seller": vendor.organization.tax_id,
        "product": "acetone",
        "quantity": {"value": "1000", "unit": "kg"},
        "destination_site": str(buyer.site.uuid),
    }


@pytest.fixture
def code(buyer_api: Program, request_body: dict[str, Any]) -> str:
    """A code issued for 1,000 kg of acetone."""
    answer = buyer_api.post("/authorizations", request_body).json()
    assert answer["status"] == "issued", answer
    return str(answer["code"])


@pytest.fixture
def sale_body(vendor: Firm, buyer: Firm) -> dict[str, Any]:
    """What the vendor reports: 1,080 kg, today."""
    return {
        "sold_at": a_minute_ago(),
        "quantity": {"value": "1080", "unit": "kg"},
        "site": str(vendor.site.uuid),
        "vehicle": {"plate": buyer.vehicle.plate},
        "driver": {"document": "12345678", "license": "Q12345678"},
        "invoice": "F001-1",
        "guide": "T001-1",
    }


@pytest.fixture
def sale(vendor_api: Program, code: str, sale_body: dict[str, Any]) -> dict[str, Any]:
    """A sale of 1,080 kg on the code."""
    response = vendor_api.post(f"/authorizations/{code}/sales", sale_body)
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def a_minute_ago() -> str:
    return (clock.now() - timedelta(minutes=1)).isoformat()
