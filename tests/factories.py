"""Many rows that differ, made through the verbs: for lists, queues and batches.

The named cast plays the stories (see tests/cast.py); these fill the stage behind it. Their
serials begin where the cast's end.
"""

from typing import Any

import factory

from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from precursors.models import Product
from registry import clock
from registry.operations import add_organization
from tests import cast
from tests.cast import Firm, kg
from tests.registry.numbers import ruc

FIRST_SERIAL = 500


class OrganizationFactory(factory.Factory):
    """A firm in the register that has nothing yet; give `by`, an officer."""

    class Meta:
        model = add_organization

    tax_id = factory.Sequence(lambda number: ruc(FIRST_SERIAL + number))
    name = factory.Sequence(lambda number: f"Extra {number}")


class FirmFactory(factory.Factory):
    """A firm with its papers in order; give `by`, and what shall differ: see `cast.firm`."""

    class Meta:
        model = cast.firm
        inline_args = ("serial", "name")

    serial = factory.Sequence(lambda number: FIRST_SERIAL + number)
    name = factory.LazyAttribute(lambda firm: f"Extra firm {firm.serial}")
    email = factory.LazyAttribute(lambda firm: f"person{firm.serial}@firm.example")


def _requested(buyer: Firm, vendor: Firm, amount: str, **given: Any) -> Authorization:
    return operations.request(
        seller=vendor.organization,
        quantity=kg(amount),
        destination_site=buyer.site,
        by=buyer.actor,
        **given,
    )


class CodeFactory(factory.Factory):
    """A code for so many kg of acetone; give `buyer` and `vendor`, both firms."""

    class Meta:
        model = _requested

    amount = "100"
    product = factory.LazyFunction(lambda: Product.objects.get(code="acetone", superseded_at=None))


def _sold(code: Authorization, buyer: Firm, vendor: Firm, amount: str, invoice: str) -> Sale:
    operations.find_to_sell(code.code or "", by=vendor.actor)
    report = SaleReport(
        sold_at=clock.now(),
        quantity=kg(amount),
        site=vendor.site,
        plate=buyer.vehicle.plate,
        invoice=invoice,
    )
    return operations.record_sale(code, report, by=vendor.actor)


class SaleFactory(factory.Factory):
    """A sale on a code of its own, each with an invoice of its own; give `buyer` and `vendor`."""

    class Meta:
        model = _sold

    class Params:
        authorized = "100"

    amount = "100"
    invoice = factory.Sequence(lambda number: f"F900-{number}")
    code = factory.SubFactory(
        CodeFactory,
        buyer=factory.SelfAttribute("..buyer"),
        vendor=factory.SelfAttribute("..vendor"),
        amount=factory.SelfAttribute("..authorized"),
    )
