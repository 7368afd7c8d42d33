"""The questions that find what must never be: each asked of a sound and of a broken row."""

import pytest
from django.core.management import call_command
from django.db import connection

from audit import invariants
from authorizations import operations
from authorizations.models import Allowance, Authorization
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from tests.audit.planting import plant
from tests.cast import Firm, kg
from tests.roles import as_owner


@pytest.fixture
def authorization(buyer: Firm, vendor: Firm) -> Authorization:
    issued = operations.request(
        seller=vendor.organization,
        product=Product.objects.get(code="acetone", superseded_at=None),
        quantity=kg(100),
        destination_site=buyer.site,
        by=buyer.actor,
    )
    evaluate([issued.pk])
    return issued


def broken() -> set[str]:
    return {name for name, count in invariants.violations() if count}


def test_a_sound_world_breaks_none(authorization: Authorization) -> None:
    assert broken() == set()
    call_command("check_invariants")


def test_a_balance_without_its_entry_is_found(authorization: Authorization) -> None:
    Allowance.objects.filter(pk=authorization.allowance_id).update(held_kg=5)
    assert broken() == {
        "2 entries sum to the allowance",
        "2 an allowance is the sum of its authorizations",
        "2 what was used in a quarter or a year is what was used in its months",
    }
    with pytest.raises(SystemExit):
        call_command("check_invariants")


def test_what_nobody_looked_at_is_found(authorization: Authorization) -> None:
    Authorization.objects.filter(pk=authorization.pk).update(version=2)
    plant("DELETE FROM authorizations_duty")
    assert broken() >= {"5 every version is evaluated, or has its duty"}


def test_a_missing_event_is_found(authorization: Authorization) -> None:
    Authorization.objects.filter(pk=authorization.pk).update(version=2)
    assert "9 every change of an authorization has its event" in broken()


@pytest.mark.parametrize("how", ["DISABLE", "ENABLE"])
def test_a_sleeping_guard_is_found(authorization: Authorization, how: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE authorizations_sale {how} TRIGGER rows_are_kept")
    assert broken() == {"10 every guard is on, always"}
