"""What the invented year holds."""

from datetime import datetime, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from audit import invariants
from authorizations import operations
from authorizations.eligibility.checks import Purchase, headroom
from authorizations.models import Authorization, Duty, Status
from demo import numbers, people, world
from demo.mishaps import MISHAPS
from oversight.models import Flag, FlagState, Severity
from precursors.models import Product
from precursors.quantities import quantity
from registry import clock
from registry.actors import Actor
from registry.models import Organization, Site
from tests.registry.numbers import ruc
from tests.roles import as_owner

pytestmark = pytest.mark.usefixtures("small_world", "demo_mode")


@pytest.fixture(autouse=True)
def undone(small_world: datetime, django_db_blocker):  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_invariant_holds() -> None:
    assert {name: count for name, count in invariants.violations() if count} == {}


def test_the_years_flags_are_of_the_kinds_that_were_planted() -> None:
    found = set(Flag.objects.values_list("rule", flat=True))
    assert len(found & set(MISHAPS)) >= 10


def test_the_officers_queue_has_work_of_several_kinds() -> None:
    queue = Flag.objects.exclude(severity=Severity.LOW)
    still_open = queue.filter(state=FlagState.OPEN)
    assert still_open.count() >= 6
    assert still_open.values("rule").distinct().count() >= 5
    assert Authorization.objects.filter(status=Status.PENDING).exists()


def test_old_high_flags_were_decided_by_two() -> None:
    ended = Flag.objects.filter(severity=Severity.HIGH, decided_at__isnull=False)
    assert ended.exists()
    assert all(flag.proposed_by_id != flag.decided_by_id for flag in ended)


def test_the_buyer_can_have_a_tonne_of_acetone_at_once() -> None:
    buyer, vendor = people.find("buyer"), people.find("vendor")
    assert buyer and vendor
    site = Site.objects.get(organization=buyer.organization)
    acetone = Product.objects.get(code="acetone", superseded_at=None)
    issued = operations.request(
        seller=vendor.organization,
        product=acetone,
        quantity=quantity("1000", "kg"),
        destination_site=site,
        by=Actor.person(buyer),
    )
    assert issued.status == Status.ISSUED


def test_the_buyer_has_an_open_code_and_a_receipt_due_soon() -> None:
    buyer = people.find("buyer")
    assert buyer
    ask = Purchase(buyer.organization, Product.objects.get(code="acetone"), clock.now())
    assert headroom(ask).reasons == []
    assert Authorization.objects.filter(buyer=buyer.organization, status=Status.ISSUED).exists()
    soon = clock.now() + timedelta(days=5)
    due = Duty.objects.filter(authorization__buyer=buyer.organization, reason="receipt_due")
    assert due.filter(due_at__lt=soon).exists()


def test_nothing_that_is_due_was_left_behind() -> None:
    assert not Duty.objects.filter(due_at__lt=clock.now() - timedelta(minutes=5)).exists()


def test_every_firm_is_of_the_demos_block() -> None:
    assert not world.strangers()
    tax_ids = Organization.objects.values_list("tax_id", flat=True)
    assert all(tax_id.startswith(numbers.BLOCK) for tax_id in tax_ids)
    assert numbers.tax_id(7) == ruc(7)


def test_making_it_again_does_nothing() -> None:
    before = Authorization.objects.count()
    out = StringIO()
    with as_owner():
        call_command("seed_demo", stdout=out)
    assert "there already" in out.getvalue()
    assert Authorization.objects.count() == before


def test_a_fresh_world_of_the_same_moment_is_the_same_world(
    small_world: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _dump()
    monkeypatch.setattr(world, "make", partial(world.make, now=small_world))
    # What waits for the commit would stop the tables from being emptied.
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    with as_owner():
        call_command("seed_demo", fresh=True, months=2, firms=12, purchases=60, stderr=StringIO())
    assert _dump() == before


def test_it_is_never_made_fresh_beside_a_real_firm() -> None:
    by = Actor.portal(people.find("officer").jurisdiction)  # type: ignore[union-attr]
    from registry.operations import add_organization

    add_organization(tax_id="20100070970", name="A real one", by=by)
    with as_owner(), pytest.raises(CommandError, match="not the demo's"):
        call_command("seed_demo", fresh=True)


def test_guards_stand_after_a_fresh_world() -> None:
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    with as_owner():
        world.clear()
    broken = {name: count for name, count in invariants.violations() if count}
    assert broken == {}


def _dump() -> list[tuple[object, ...]]:
    """The world without its ids and moments, in the order in which it happened."""
    purchases = Authorization.objects.order_by("requested_at", "code").values_list(
        "code", "status", "version", "buyer__tax_id", "seller__tax_id", "product__code",
        "quantity_value", "net_kg", "consumed_kg", "overage_kg", "held_kg", "reserved_kg",
    )  # fmt: skip
    flags = Flag.objects.order_by("raised_at", "rule", "authorization__code").values_list(
        "rule", "severity", "state", "authorization__code", "steps_count", "proposed_outcome"
    )
    return [*purchases, *flags]
