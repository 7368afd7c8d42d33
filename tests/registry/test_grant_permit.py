"""A permit is in force at once, unless it allows more than the firm's last one."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from uuid6 import uuid7

from precursors.models import Precursor
from precursors.quantities import quantity
from registry import operations
from registry.actors import Actor
from registry.models import Event, License, Permit
from registry.models.firms import PermitState
from registry.permit_terms import Terms, is_looser
from registry.standing import permit_in_force
from tests.registry.refusals import refused
from tests.roles import as_owner

Grant = Callable[..., Permit]


@pytest.fixture
def grant(license: License, acetone: Precursor, regulator: Actor) -> Grant:
    def granted(limit: str = "1000", automatic: str | None = "100", **other: object) -> Permit:
        values = {"license": license, "period": "month", "activity": "buy", "by": regulator}
        return operations.grant_permit(
            precursor=acetone,
            limit=quantity(limit, "kg"),
            automatic_limit=quantity(automatic, "kg") if automatic else None,
            **(values | other),  # type: ignore[arg-type]
        )

    return granted


def in_force(license: License, acetone: Precursor) -> Decimal | None:
    permit = permit_in_force(license, acetone, "buy")
    return permit and permit.limit_kg


def test_the_first_permit_is_in_force_at_once(grant: Grant, license: License) -> None:
    permit = grant("1500")
    assert (permit.state, permit.raises_limit) == (PermitState.IN_FORCE, False)
    assert Event.objects.get(kind="permit.granted").data["limit_kg"] == "1500.000000"


def test_tonnes_are_kept_as_entered_and_as_kilograms(
    license: License, acetone: Precursor, regulator: Actor
) -> None:
    permit = operations.grant_permit(
        license=license,
        precursor=acetone,
        activity="sell",
        limit=quantity("1.25", "t"),
        period="year",
        by=regulator,
    )
    assert (permit.limit_kg, permit.limit_value, permit.limit_unit) == (1250, Decimal("1.25"), "t")
    assert permit.automatic_limit_kg is None


@pytest.mark.parametrize(
    "terms",
    [
        ("1000", "100", "month"),
        ("999", "99", "month"),
        ("1000", None, "month"),
        ("1000", "100", "year"),
    ],
)
def test_an_equal_or_lower_one_replaces_it_at_once(  # type: ignore[no-untyped-def]
    grant: Grant, license: License, acetone: Precursor, terms
) -> None:
    old = grant()
    new = grant(terms[0], terms[1], period=terms[2])
    old.refresh_from_db()
    assert (old.state, new.state) == (PermitState.REPLACED, PermitState.IN_FORCE)
    assert permit_in_force(license, acetone, "buy") == new


@pytest.mark.parametrize(
    "terms",
    [
        ("1000.001", "100", "month"),
        ("1000", "100.001", "month"),
        ("1001", "100", "quarter"),
        ("12000", "100", "year"),
    ],
)
def test_a_looser_one_waits_and_the_old_stays(  # type: ignore[no-untyped-def]
    grant: Grant, license: License, acetone: Precursor, terms
) -> None:
    old = grant()
    new = grant(terms[0], terms[1], period=terms[2])
    assert (new.state, new.raises_limit) == (PermitState.PROPOSED, True)
    assert permit_in_force(license, acetone, "buy") == old


def test_an_automatic_limit_where_there_was_none_is_looser(grant: Grant) -> None:
    grant("1000", None)
    assert grant("1000", "1").state == PermitState.PROPOSED


PAIRS = [
    (("100", "month"), ("1200", "year"), False),
    (("100.000001", "month"), ("1200", "year"), True),
    (("100", "month"), ("300", "quarter"), False),
    (("101", "month"), ("300", "quarter"), True),
    (("300", "quarter"), ("1200", "year"), False),
    (("301", "quarter"), ("1200", "year"), True),
    (("1200", "year"), ("100", "month"), True),
    (("100", "year"), ("100", "month"), False),
]


@pytest.mark.parametrize(("new", "old", "looser"), PAIRS)
def test_a_shorter_period_counts_as_often_as_it_fits(new, old, looser) -> None:  # type: ignore[no-untyped-def]
    terms = [Terms(Decimal(limit), period, None) for limit, period in (new, old)]
    assert is_looser(*terms) is looser


@pytest.mark.parametrize(("new", "old", "looser"), PAIRS)
def test_the_database_judges_a_raise_alike(grant: Grant, new, old, looser) -> None:  # type: ignore[no-untyped-def]
    first = grant(old[0], None, period=old[1])
    Permit.objects.filter(pk=first.pk).update(state=PermitState.REPLACED)
    silent = Permit.objects.get(pk=first.pk)
    silent.pk, silent.uuid = None, uuid7()
    silent.limit_kg, silent.period, silent.state = Decimal(new[0]), new[1], PermitState.IN_FORCE
    outcome = pytest.raises(IntegrityError, match="two officers") if looser else nullcontext()
    with outcome, transaction.atomic():
        silent.save(force_insert=True)


# The second officer --------------------------------------------------------------------------


def test_a_second_officer_puts_the_raise_in_force(
    grant: Grant, license: License, acetone: Precursor, second_officer: Actor
) -> None:
    grant()
    proposed = grant("2000")
    operations.approve_permit(proposed, by=second_officer)
    operations.approve_permit(proposed, by=second_officer)
    assert in_force(license, acetone) == 2000
    assert Permit.objects.filter(state=PermitState.IN_FORCE).count() == 1
    assert Event.objects.filter(kind="permit.granted").count() == 2


def test_nobody_raises_a_limit_alone(
    grant: Grant, license: License, acetone: Precursor, regulator: Actor
) -> None:
    grant()
    proposed = grant("2000")
    with refused("second_must_differ"):
        operations.approve_permit(proposed, by=regulator)
    assert in_force(license, acetone) == 1000


def test_a_program_proposes_a_raise_but_never_approves_one(
    grant: Grant, program: Actor, regulator: Actor
) -> None:
    grant()
    proposed = grant("2000", by=program)
    with refused("second_must_be_a_person"):
        operations.approve_permit(proposed, by=program)
    assert operations.approve_permit(proposed, by=regulator).state == PermitState.IN_FORCE


def test_only_one_raise_waits_at_a_time_and_lowering_never_waits(
    grant: Grant, license: License, acetone: Precursor
) -> None:
    grant()
    grant("2000")
    with refused("permit_pending"):
        grant("3000")
    grant("500")
    assert in_force(license, acetone) == 500


def test_a_refused_raise_is_gone(
    grant: Grant, license: License, acetone: Precursor, second_officer: Actor, regulator: Actor
) -> None:
    grant()
    proposed = grant("2000")
    operations.refuse_permit(proposed, by=second_officer)
    with refused("permit_decided"):
        operations.approve_permit(proposed, by=second_officer)
    assert in_force(license, acetone) == 1000
    assert grant("2000").state == PermitState.PROPOSED


def test_a_renewal_of_the_license_is_no_way_around(
    grant: Grant, license: License, regulator: Actor
) -> None:
    grant()
    renewal = operations.grant_license(
        organization=license.organization,
        number="L-2",
        valid_from=date(2036, 1, 1),
        valid_to=date(2037, 12, 31),
        by=regulator,
    )
    assert grant("2000", license=renewal).state == PermitState.PROPOSED
    assert grant("1000", license=renewal).state == PermitState.IN_FORCE


def test_lowering_and_raising_back_takes_two(grant: Grant) -> None:
    grant("1000")
    grant("500")
    assert grant("1000").state == PermitState.PROPOSED


def test_each_activity_has_its_own_permit(grant: Grant) -> None:
    grant()
    assert grant("5000", activity="sell").state == PermitState.IN_FORCE


def test_a_revoked_license_permits_nothing_new(
    grant: Grant, license: License, regulator: Actor
) -> None:
    operations.revoke_license(license, reason="Fraud", by=regulator)
    with refused("license_revoked"):
        grant()


def test_a_limit_is_a_mass(license: License, acetone: Precursor, regulator: Actor) -> None:
    with refused("mass_required", "limit"):
        operations.grant_permit(
            license=license,
            precursor=acetone,
            activity="buy",
            limit=quantity("10", "L"),
            period="month",
            by=regulator,
        )


@pytest.mark.parametrize("field", ["activity", "period"])
def test_unknown_words_are_refused(grant: Grant, field: str) -> None:
    with refused(f"{field}_unknown", field):
        grant(**{field: "sniff"})


# In SQL too ----------------------------------------------------------------------------------


def test_not_even_sql_raises_a_limit_alone(grant: Grant) -> None:
    grant()
    proposed = grant("2000")
    alone = [
        "UPDATE registry_permit SET limit_kg = 9000 WHERE state = 'in_force'",
        "UPDATE registry_permit SET raises_limit = false",
        "UPDATE registry_permit SET proposed_by_id = NULL",
        "UPDATE registry_permit SET state = 'replaced' WHERE state = 'in_force';"
        f"UPDATE registry_permit SET state = 'in_force' WHERE id = {proposed.pk}",
        "UPDATE registry_permit SET state = 'replaced' WHERE state = 'in_force';"
        "UPDATE registry_permit SET state = 'in_force', approved_by_id = proposed_by_id"
        f" WHERE id = {proposed.pk}",
        "DELETE FROM registry_permit",
    ]
    for statement in alone:
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_raise_that_calls_itself_none_is_not_written(grant: Grant) -> None:
    old = grant()
    Permit.objects.filter(pk=old.pk).update(state=PermitState.REPLACED)
    for state in (PermitState.IN_FORCE, PermitState.REPLACED, PermitState.PROPOSED):
        false = Permit.objects.get(pk=old.pk)
        false.pk, false.state, false.limit_kg = None, state, Decimal(9000)
        false.uuid = uuid7()
        with pytest.raises(IntegrityError, match="two officers"), transaction.atomic():
            false.save(force_insert=True)


def test_a_replaced_permit_does_not_come_back(grant: Grant) -> None:
    old = grant("1000")
    grant("500")
    with pytest.raises(IntegrityError, match="does not go from"), transaction.atomic():
        Permit.objects.filter(pk=old.pk).update(state=PermitState.PROPOSED)
