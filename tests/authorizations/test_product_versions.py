"""A product's content changes by two people, from a moment on, for what comes after."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from authorizations import operations as codes
from authorizations.acts.reports import SaleReport
from authorizations.models import Authorization
from precursors.models import Precursor, Product
from precursors.operations import products_for
from registry import clock, operations
from registry.actors import Actor
from registry.models import Event, ProductProposal
from tests.cast import Firm, kg
from tests.registry.refusals import refused

WEAKER = {"name": "Thinner", "concentration_percent": Decimal("0.5")}


@pytest.fixture
def thinner(regulator: Actor, acetone: Product) -> Product:
    return operations.add_product(
        code="thinner",
        precursor=Precursor.objects.get(code="acetone"),
        name="Thinner",
        concentration_percent=Decimal(50),
        by=regulator,
    )


@pytest.fixture
def propose(thinner: Product, regulator: Actor) -> Callable[..., ProductProposal]:
    def proposed(**given: Any) -> ProductProposal:
        values = {"by": regulator, **WEAKER, **given}
        return operations.propose_product_version(thinner, **values)

    return proposed


def current() -> Decimal:
    return products_for("PE").get(code="thinner").concentration_percent


def test_a_second_officer_puts_a_new_version_in_force(
    propose: Callable[..., ProductProposal], second_officer: Actor
) -> None:
    proposal = propose()
    assert current() == 50
    operations.approve_product_version(proposal, by=second_officer)
    operations.approve_product_version(proposal, by=second_officer)
    assert current() == Decimal("0.5")
    kinds = Event.objects.filter(kind__startswith="product_version.")
    assert sorted(kinds.values_list("kind", flat=True)) == [
        "product_version.approved",
        "product_version.proposed",
    ]


def test_nobody_changes_a_product_alone(
    propose: Callable[..., ProductProposal], regulator: Actor
) -> None:
    proposal = propose()
    with refused("second_must_differ"):
        operations.approve_product_version(proposal, by=regulator)
    assert current() == 50


def test_a_firm_has_no_part_in_it(
    propose: Callable[..., ProductProposal], buyer: Firm, thinner: Product
) -> None:
    proposal = propose()
    for act in (operations.approve_product_version, operations.refuse_product_version):
        with refused("not_the_authority"):
            act(proposal, by=buyer.actor)
    with refused("not_the_authority"):
        propose(by=buyer.actor)


def test_one_proposal_waits_at_a_time_and_a_refused_or_old_one_is_gone(
    propose: Callable[..., ProductProposal], second_officer: Actor
) -> None:
    first = propose()
    with refused("version_pending"):
        propose()
    operations.refuse_product_version(first, by=second_officer)
    with refused("proposal_decided"):
        operations.approve_product_version(first, by=second_officer)
    second = propose()
    ProductProposal.objects.filter(pk=second.pk).update(expires_at=clock.now())
    with refused("proposal_over"):
        operations.approve_product_version(second, by=second_officer)
    propose()
    assert current() == 50


def test_a_version_of_later_waits_for_its_time(
    propose: Callable[..., ProductProposal], second_officer: Actor
) -> None:
    begins = clock.now() + timedelta(days=1)
    operations.approve_product_version(propose(effective_from=begins), by=second_officer)
    assert current() == 50
    assert Product.objects.get(code="thinner", superseded_at=None).created_at == begins


def test_what_is_shipped_no_jurisdiction_changes(acetone: Product, regulator: Actor) -> None:
    with refused("product_shared"):
        operations.propose_product_version(acetone, **WEAKER, by=regulator)


def test_a_code_keeps_the_version_that_it_was_issued_with(
    propose: Callable[..., ProductProposal],
    thinner: Product,
    buyer: Firm,
    vendor: Firm,
    second_officer: Actor,
    ask: Callable[..., Authorization],
) -> None:
    """In a sale too that names the product by its code."""
    issued = ask("100", product=thinner)
    operations.approve_product_version(propose(), by=second_officer)
    told = products_for("PE").get(code="thinner")
    codes.look_up(issued.code or "", by=vendor.actor)
    report = SaleReport(
        sold_at=clock.now(),
        quantity=kg("100"),
        site=vendor.site,
        plate=buyer.vehicle.plate,
        product=told,
    )
    sale = codes.record_sale(issued, report, by=vendor.actor)
    assert (sale.product, sale.net_kg) == (thinner, 50)
    assert ask("100", product=thinner).net_kg == Decimal("0.5")
