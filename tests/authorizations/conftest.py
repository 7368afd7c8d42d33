"""Codes and sales, made by the cast through the verbs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audit.invariants.reproduced import found_again
from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import Report
from oversight.models import Evaluation
from precursors.models import Product
from precursors.quantities import Quantity
from registry import clock
from tests.cast import Firm, kg


@pytest.fixture
def ask(buyer: Firm, vendor: Firm, acetone: Product) -> Callable[..., Authorization]:
    """Request a code as the buyer."""

    def ask(quantity: str | Quantity = "1000", **changes: Any) -> Authorization:
        values: dict[str, Any] = {
            "seller": vendor.organization,
            "product": acetone,
            "quantity": kg(quantity) if isinstance(quantity, str) else quantity,
            "destination_site": buyer.site,
            "by": buyer.actor,
        }
        return operations.request(**(values | changes))

    return ask


@pytest.fixture
def report(buyer: Firm, vendor: Firm) -> Callable[..., Report]:
    """What the vendor says of a sale."""

    def report(quantity: str | Quantity = "1000", **changes: Any) -> Report:
        said = Report(
            sold_at=clock.now(),
            quantity=kg(quantity) if isinstance(quantity, str) else quantity,
            site=vendor.site,
            plate=buyer.vehicle.plate,
        )
        return replace(said, **changes)

    return report


@pytest.fixture
def sell(vendor: Firm, report: Callable[..., Report]) -> Callable[..., Sale]:
    """Record a sale as the vendor, who has looked the code up."""

    def sell(
        authorization: Authorization, quantity: str | Quantity = "1000", **changes: Any
    ) -> Sale:
        operations.find_to_sell(authorization.code or "", by=vendor.actor)
        return operations.record_sale(authorization, report(quantity, **changes), by=vendor.actor)

    return sell


@pytest.fixture
def later(settings: Any) -> Callable[[timedelta], None]:
    """Move the portal's clock ahead."""

    def later(by: timedelta) -> None:
        settings.DEMO_MODE = True
        clock.advance(by)

    return later


def balances(authorization: Authorization) -> tuple[str, str, str, str]:
    """R, H, C and O, after a fresh look; and each allowance must agree with its entries."""
    authorization.refresh_from_db()
    return (
        f"{authorization.reserved_kg:f}",
        f"{authorization.held_kg:f}",
        f"{authorization.consumed_kg:f}",
        f"{authorization.overage_kg:f}",
    )


def found_then(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What an evaluation found, found again from what was known then."""
    [findings] = found_again([evaluation])
    return findings
