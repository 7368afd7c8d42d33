"""A product's content changes by two people, from a moment on, for what comes after."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from authorizations import operations as codes
from authorizations.acts.reports import SaleReport
from authorizations.models import Authorization
from precursors.models import Precursor, Product
from precursors.operations import products_for
from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import Event, Proposal
from tests import cast
from tests.cast import Firm, kg
from tests.registry.refusals import refused

WEAKER = {"name": "Thinner", "concentration_percent": Decimal("0.5")}


@pytest.fixture
def thinner(regulator: Actor, acetone: Product) -> Product:
    return add(cast.two_officers(regulator.jurisdiction))


def add(by: Actor, **stated: Any) -> Any:
    values = {
        "code": "thinner",
        "precursor": Precursor.objects.get(code="acetone"),
        "name": "Thinner",
        "concentration_percent": Decimal(50),
    }
    return operations.add_product(**(values | stated), by=by)


@pytest.fixture
def propose(thinner: Product, regulator: Actor) -> Callable[..., Proposal]:
    def proposed(**given: Any) -> Proposal:
        values = {"by": regulator, **WEAKER, **given}
        found = operations.propose_product_version(thinner, **values)
        assert isinstance(found, Proposal)
        return found

    return proposed


def current() -> Decimal:
    return products_for("PE").get(code="thinner").concentration_percent


def test_a_second_officer_puts_a_new_version_in_force(
    propose: Callable[..., Proposal], second_officer: Actor
) -> None:
    proposal = propose()
    assert current() == 50
    proposals.approve(proposal, by=second_officer)
    proposals.approve(proposal, by=second_officer)
    assert current() == Decimal("0.5")
    assert Event.objects.filter(kind="product.changed").count() == 1


def test_nobody_changes_a_product_alone(
    propose: Callable[..., Proposal], regulator: Actor
) -> None:
    proposal = propose()
    with refused("second_must_differ"):
        proposals.approve(proposal, by=regulator)
    assert current() == 50


def test_a_firm_has_no_part_in_it(
    propose: Callable[..., Proposal], buyer: Firm, thinner: Product
) -> None:
    proposal = propose()
    for act in (proposals.approve, proposals.refuse):
        with refused("not_the_authority"):
            act(proposal, by=buyer.actor)
    with refused("not_the_authority"):
        propose(by=buyer.actor)


def test_one_proposal_waits_at_a_time_and_a_refused_one_is_gone(
    propose: Callable[..., Proposal], second_officer: Actor
) -> None:
    first = propose()
    with refused("proposal_pending"):
        propose()
    proposals.refuse(first, by=second_officer)
    with refused("proposal_decided"):
        proposals.approve(first, by=second_officer)
    propose()
    assert current() == 50


def test_a_version_of_later_waits_for_its_time(
    propose: Callable[..., Proposal], second_officer: Actor
) -> None:
    begins = clock.now() + timedelta(days=1)
    proposals.approve(propose(effective_from=begins), by=second_officer)
    assert current() == 50
    assert Product.objects.get(code="thinner", superseded_at=None).created_at == begins


@pytest.mark.parametrize(
    ("content", "at_once"),
    [
        ({"concentration_percent": Decimal("99.9")}, False),
        ({"concentration_percent": Decimal(100)}, True),
        ({"counts_whole": True}, True),
        ({"counts_whole": True, "density_kg_per_l": Decimal("0.5")}, False),
        ({"counts_whole": True, "density_kg_per_l": Decimal("0.9")}, True),
    ],
)
def test_a_product_that_counts_less_than_its_weight_takes_two(
    regulator: Actor, second_officer: Actor, content: dict[str, Any], at_once: bool
) -> None:
    """Else one would be debited a gram for each kilogram that is bought."""
    found = add(regulator, **content)
    assert isinstance(found, Product) is at_once
    assert Product.objects.filter(code="thinner").exists() is at_once
    if not at_once:
        proposals.approve(found, by=second_officer)
        assert Product.objects.get(code="thinner").name == "Thinner"
        with refused("product_exists"):
            add(regulator, **content)


def copied(product: Product, **changes: Any) -> None:
    row = Product.objects.get(pk=product.pk)
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    with transaction.atomic():
        Product.objects.filter(pk=product.pk, superseded_at=None).update(superseded_at=clock.now())
        row.save(force_insert=True)


def test_not_even_sql_tells_a_products_content_alone(
    thinner: Product, propose: Callable[..., Proposal], second_officer: Actor
) -> None:
    waiting = propose()
    weaker = {"version": 2, "concentration_percent": Decimal("0.5")}
    for changes in (weaker, {"code": "other"}, {"code": "other", "density_kg_per_l": 1}):
        with pytest.raises(IntegrityError, match="two officers"):
            copied(thinner, **changes)
    Proposal.objects.filter(pk=waiting.pk).update(
        state="approved", decided_at=clock.now(), decided_by=second_officer.user
    )
    with pytest.raises(IntegrityError, match="two officers"):
        copied(thinner, version=2, concentration_percent=Decimal("0.4"))
    copied(thinner, **weaker)


def test_what_is_shipped_no_jurisdiction_changes(acetone: Product, regulator: Actor) -> None:
    with refused("product_shared"):
        operations.propose_product_version(acetone, **WEAKER, by=regulator)


def test_a_code_keeps_the_version_that_it_was_issued_with(
    propose: Callable[..., Proposal],
    thinner: Product,
    buyer: Firm,
    vendor: Firm,
    second_officer: Actor,
    ask: Callable[..., Authorization],
) -> None:
    """In a sale too that names the product by its code."""
    issued = ask("100", product=thinner)
    proposals.approve(propose(), by=second_officer)
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
