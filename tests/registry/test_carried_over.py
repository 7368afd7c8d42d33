"""What waited for a second officer before there were proposals, or was decided, is kept."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from uuid6 import uuid7

from precursors.models import Precursor, Product
from registry import clock, operations, proposals
from registry.actors import Actor
from registry.migrations._permits import PERMITS_BECOME_PROPOSALS
from registry.migrations._products import VERSIONS_BECOME_PROPOSALS
from registry.migrations._sites import AMENDMENTS_BECOME_PROPOSALS
from registry.models import Amendment, License, Organization, Permit, Proposal, Site
from tests import roles
from tests.cast import kg, two_officers


@pytest.fixture(autouse=True)
def owner(committing: None) -> Iterator[None]:
    """Work as the owner of a copy of the test database, as `migrate` does."""
    roles.work_as_owner()
    yield
    roles.work_as_application()


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def permit(license: License, acetone: Precursor, regulator: Actor) -> Permit:
    found = operations.grant_permit(
        license=license,
        precursor=acetone,
        activity="buy",
        limit=kg("1000.5"),
        period="month",
        by=two_officers(regulator.jurisdiction),
    )
    assert isinstance(found, Permit)
    return found


def before(row: Permit | Amendment, **changes: Any) -> Any:
    """A row as the portal of before would have written it."""
    model = type(row)
    copy = model.objects.get(pk=row.pk)
    copy.pk, copy.uuid, copy.proposal = None, uuid7(), None
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy


def test_permits_that_waited_can_be_approved_and_none_is_lost(
    permit: Permit, regulator: Actor, second_officer: Actor
) -> None:
    run(
        "ALTER TABLE registry_permit DROP CONSTRAINT a_permit_was_in_force",
        "ALTER TABLE registry_permit DROP CONSTRAINT raising_a_limit_takes_two_people",
        "ALTER TABLE registry_permit DISABLE TRIGGER takes_two",
        "ALTER TABLE registry_permit DISABLE TRIGGER columns_are_kept",
    )
    Permit.objects.update(proposal=None, raises_limit=False)
    told = {"raises_limit": True, "proposed_by": regulator.user, "proposed_key": None}
    waiting = before(permit, state="proposed", limit_kg=2000, limit_value=2000, **told)
    refused = before(permit, state="refused", limit_kg=3000, **told)
    raised = before(permit, state="replaced", approved_by=second_officer.user, **told)
    run(PERMITS_BECOME_PROPOSALS)
    states = dict(Proposal.objects.filter(act="permit.grant").values_list("uuid", "state"))
    kept = {waiting.uuid: "proposed", refused.uuid: "refused", raised.uuid: "approved"}
    assert {uuid: states[uuid] for uuid in kept} == kept
    assert set(Permit.objects.values_list("uuid", flat=True)) == {permit.uuid, raised.uuid}
    permit.refresh_from_db()
    assert (permit.entered_by_one, permit.proposal) == (True, None)
    assert Permit.objects.get(uuid=raised.uuid).proposal == Proposal.objects.get(uuid=raised.uuid)
    run("ALTER TABLE registry_permit ENABLE ALWAYS TRIGGER takes_two")
    proposals.approve(Proposal.objects.get(uuid=waiting.uuid), by=second_officer)
    assert Permit.objects.get(state="in_force").limit_kg == 2000


def test_versions_of_products_that_waited_can_be_approved(
    regulator: Actor, second_officer: Actor
) -> None:
    product = operations.add_product(
        code="thinner",
        precursor=Precursor.objects.get(code="acetone"),
        name="Thinner",
        concentration_percent=Decimal(50),
        by=two_officers(regulator.jurisdiction),
    )
    assert isinstance(product, Product)
    assert regulator.user
    begins = clock.now() + timedelta(days=2)
    run(
        f"""
        INSERT INTO registry_productproposal (uuid, jurisdiction_id, product_id, name,
            concentration_percent, counts_whole, oleum, effective_from, proposed_at,
            proposed_by_id, expires_at)
        VALUES (gen_random_uuid(), {regulator.jurisdiction.pk}, {product.pk}, 'Thinner', 40, false,
            false, '{begins.isoformat()}', now(), {regulator.user.pk}, now() + interval '1 day')
        """,
        VERSIONS_BECOME_PROPOSALS,
    )
    proposals.approve(Proposal.objects.get(act="product.version"), by=second_officer)
    new = Product.objects.get(code="thinner", version=2)
    assert (new.concentration_percent, new.created_at) == (40, begins)


def test_larger_storage_limits_that_waited_can_be_approved(
    buyer: Organization, regulator: Actor, second_officer: Actor
) -> None:
    site = operations.add_site(
        organization=buyer, name="Plant", address="1", storage_limit=kg("500"), by=regulator
    )
    assert isinstance(site, Site)
    same = {"name": "Plant", "address": "1", "by": regulator}
    lower: Any = operations.amend_site(site, storage_limit=kg("400"), **same)
    run(
        "ALTER TABLE registry_amendment DROP CONSTRAINT an_amendment_is_in_force",
        "ALTER TABLE registry_amendment DROP CONSTRAINT a_loosening_amendment_takes_two",
    )
    told = {"storage_limit_value": "700", "storage_limit_unit": "kg", "storage_limit_kg": "700"}
    waiting = before(
        lower,
        state="proposed",
        decided_at=None,
        loosens=True,
        before={**lower.after, "storage_limit_unit": "kg"},
        after=told,
    )
    run(AMENDMENTS_BECOME_PROPOSALS)
    assert Amendment.objects.get() == lower
    proposals.approve(Proposal.objects.get(uuid=waiting.uuid), by=second_officer)
    site.refresh_from_db()
    assert site.storage_limit_kg == 700
