"""Go through the buyer's and the vendor's pages as a person does."""

from datetime import timedelta
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

from django.test import Client
from django.utils.timezone import localtime

from authorizations import operations
from authorizations.models import Authorization, Sale
from precursors.models import Product
from precursors.quantities import quantity
from registry import clock
from tests.cast import Firm

SECONDS = cycle(range(60))

BUYING = "/request/"


class _Text(HTMLParser):
    """The words of a page, without its markup."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def text(response: Any) -> str:
    """What a page says, with single spaces."""
    reader = _Text()
    reader.feed(response.content.decode())
    return " ".join(reader.words)


def request_code(
    buyer: Firm, vendor: Firm, product: Product, amount: str = "1000", unit: str = "kg"
) -> Authorization:
    """A code, by the verb."""
    return operations.request(
        seller=vendor.organization,
        product=product,
        quantity=quantity(amount, unit),
        destination_site=buyer.site,
        vehicle=buyer.vehicle,
        purpose="paint",
        by=buyer.actor,
    )


def brought(authorization: Authorization, vendor: Firm) -> Authorization:
    """The code, once the vendor has looked it up."""
    assert authorization.code
    return operations.look_up(authorization.code, by=vendor.actor)


def report(
    vendor: Firm, amount: str = "1000", unit: str = "kg", **said: Any
) -> operations.SaleReport:
    """What a vendor says of a sale, each at a second of its own."""
    return operations.SaleReport(
        **{
            "sold_at": clock.now() - timedelta(seconds=next(SECONDS)),
            "quantity": quantity(amount, unit),
            "site": vendor.site,
            "plate": "AAA-011",
            **said,
        }
    )


def sell(authorization: Authorization, vendor: Firm, amount: str = "1000", **said: Any) -> Sale:
    """A sale against a code, by the verb."""
    return operations.record_sale(authorization, report(vendor, amount, **said), by=vendor.actor)


def answers(
    client: Client, buyer: Firm, vendor: Firm, *, amount: str = "1000", unit: str = "kg"
) -> str:
    """Answer the four questions; give the address of the page on which they are checked."""
    first = client.get(BUYING)["Location"]
    said = [
        {"product": "acetone"},
        {"quantity": amount, "unit": unit},
        {"seller": str(vendor.organization.uuid)},
        {"site": str(buyer.site.uuid), "plate": buyer.vehicle.plate, "purpose": "paint"},
    ]
    page = first
    for answer in said:
        if "seller" in answer:
            page += f"?q={vendor.organization.tax_id}"
        response = client.post(page, answer)
        assert response.status_code == 302, text(response)
        page = response["Location"]
    assert page.endswith("/check/")
    return page


def as_typed(vendor: Firm, **changes: str) -> dict[str, str]:
    """A sale as a vendor types it. The form's token is that of one open page."""
    now = localtime(clock.now()) - timedelta(minutes=1)
    return {
        "token": "0193a0a0-0000-7000-8000-000000000001",
        "quantity": "1000",
        "unit": "kg",
        "sold_at_0": now.strftime("%Y-%m-%d"),
        "sold_at_1": now.strftime("%H:%M"),
        "site": str(vendor.site.uuid),
        "plate": "AAA-011",
        **changes,
    }
