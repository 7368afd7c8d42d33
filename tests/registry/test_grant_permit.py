"""A permit that tightens is in force at once; a first one and a looser one take two people."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from uuid6 import uuid7

from precursors.errors import Refused
from precursors.models import Precursor
from precursors.quantities import quantity
from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import ApiKey, Event, Jurisdiction, License, Permit, Proposal
from registry.models.firms import PermitState
from registry.models.proposals import ProposalState
from registry.permit_terms import Terms, is_looser
from registry.standing import permit_in_force
from tests.cast import two_officers
from tests.registry.refusals import refused
from tests.roles import as_owner

Grant = Callable[..., Any]
Agreed = Callable[..., Permit]


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


@pytest.fixture
def agreed(grant: Grant, jurisdiction: Jurisdiction) -> Agreed:
    """Grant it in the name of two officers."""
    return lambda *terms, **other: grant(*terms, by=two_officers(jurisdiction), **other)


def in_force(license: License, acetone: Precursor) -> Decimal | None:
    permit = permit_in_force(license, acetone, "buy")
    return permit and permit.limit_kg


def test_a_first_permit_waits_for_a_second_officer(
    grant: Grant, license: License, acetone: Precursor, second_officer: Actor
) -> None:
    proposal = grant("1500")
    assert in_force(license, acetone) is None
    proposals.approve(proposal, by=second_officer)
    permit = Permit.objects.get(proposal=proposal)
    assert (permit.limit_kg, permit.raises_limit) == (1500, True)
    assert (permit.proposed_by, permit.approved_by) == (proposal.sponsor, second_officer.user)
    assert Event.objects.get(kind="permit.granted").data["limit_kg"] == "1500.000000"


def test_tonnes_are_kept_as_entered_and_as_kilograms(
    license: License, acetone: Precursor, jurisdiction: Jurisdiction
) -> None:
    operations.grant_permit(
        license=license,
        precursor=acetone,
        activity="sell",
        limit=quantity("1.25", "t"),
        period="year",
        by=two_officers(jurisdiction),
    )
    permit = Permit.objects.get()
    assert (permit.limit_kg, permit.limit_value, permit.limit_unit) == (1250, Decimal("1.25"), "t")
    assert permit.automatic_limit_kg is None


@pytest.mark.parametrize(
    "terms",
    [
        ("1000", "100", "month"),
        ("999", "99", "month"),
        ("1000", "100", "quarter"),
        ("1000", None, "year"),
    ],
)
def test_what_tightens_is_in_force_at_once_by_one(
    agreed: Agreed, grant: Grant, terms: tuple[str, str | None, str]
) -> None:
    old = agreed()
    new = grant(terms[0], terms[1], period=terms[2])
    old.refresh_from_db()
    assert (old.state, new.state) == (PermitState.REPLACED, PermitState.IN_FORCE)
    assert new.proposal is None


@pytest.mark.parametrize(
    "terms",
    [
        ("1000.001", "100", "month"),
        ("1000", "100.001", "month"),
        ("1001", "100", "quarter"),
        ("12000", "100", "year"),
    ],
)
def test_a_looser_one_waits_and_the_old_stays(
    agreed: Agreed,
    grant: Grant,
    license: License,
    acetone: Precursor,
    terms: tuple[str, str, str],
) -> None:
    old = agreed()
    new = grant(terms[0], terms[1], period=terms[2])
    assert new.state == ProposalState.PROPOSED
    assert permit_in_force(license, acetone, "buy") == old


def test_an_automatic_limit_where_there_was_none_is_looser(agreed: Agreed, grant: Grant) -> None:
    agreed("1000", None)
    assert isinstance(grant("1000", "1"), Proposal)


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
def test_the_database_judges_a_raise_alike(agreed: Agreed, new, old, looser) -> None:  # type: ignore[no-untyped-def]
    first = agreed(old[0], None, period=old[1])
    Permit.objects.filter(pk=first.pk).update(state=PermitState.REPLACED)
    silent = Permit.objects.get(pk=first.pk)
    silent.pk, silent.uuid, silent.proposal, silent.raises_limit = None, uuid7(), None, False
    silent.limit_kg, silent.period, silent.state = Decimal(new[0]), new[1], PermitState.IN_FORCE
    outcome = pytest.raises(IntegrityError, match="two officers") if looser else nullcontext()
    with outcome, transaction.atomic():
        silent.save(force_insert=True)


# The second officer --------------------------------------------------------------------------


def test_a_second_officer_puts_the_raise_in_force(
    agreed: Agreed, grant: Grant, license: License, acetone: Precursor, second_officer: Actor
) -> None:
    agreed()
    proposal = grant("2000")
    proposals.approve(proposal, by=second_officer)
    proposals.approve(proposal, by=second_officer)
    assert in_force(license, acetone) == 2000
    assert Permit.objects.filter(state=PermitState.IN_FORCE).count() == 1
    assert Event.objects.filter(kind="permit.granted").count() == 2


def test_only_one_raise_waits_at_a_time_and_lowering_never_waits(
    agreed: Agreed, grant: Grant, license: License, acetone: Precursor
) -> None:
    agreed()
    grant("2000")
    with refused("proposal_pending"):
        grant("3000")
    grant("500")
    assert in_force(license, acetone) == 500


def test_a_proposal_of_before_the_terms_changed_is_not_approved(
    agreed: Agreed, grant: Grant, license: License, acetone: Precursor, second_officer: Actor
) -> None:
    agreed()
    proposal = grant("2000")
    grant("500")
    with refused("proposal_outdated"):
        proposals.approve(proposal, by=second_officer)
    assert in_force(license, acetone) == 500


def test_a_proposal_ends_with_its_license(
    grant: Grant, license: License, regulator: Actor, second_officer: Actor
) -> None:
    proposal = grant()
    operations.revoke_license(license, reason="Fraud", by=regulator)
    with pytest.raises(Refused) as caught:
        proposals.approve(proposal, by=second_officer)
    assert caught.value.code in ("license_revoked", "proposal_decided")
    assert not Permit.objects.exists()


def renewed(license: License, by: Actor) -> License:
    return operations.grant_license(
        organization=license.organization,
        number="L-2",
        valid_from=date(2036, 1, 1),
        valid_to=date(2037, 12, 31),
        by=by,
    )


def test_a_renewal_of_the_license_is_no_way_around(
    agreed: Agreed, grant: Grant, license: License, regulator: Actor
) -> None:
    agreed()
    renewal = renewed(license, regulator)
    assert isinstance(grant("2000", license=renewal), Proposal)
    assert grant("1000", license=renewal).state == PermitState.IN_FORCE


def test_the_permits_of_a_suspended_license_are_not_copied_to_another(
    agreed: Agreed, grant: Grant, license: License, regulator: Actor
) -> None:
    agreed()
    renewal = renewed(license, regulator)
    operations.suspend_license(license, reason="Books", by=regulator)
    assert isinstance(grant("1", None, license=renewal), Proposal)


def test_lowering_and_raising_back_takes_two(agreed: Agreed, grant: Grant) -> None:
    agreed("1000")
    grant("500")
    assert isinstance(grant("1000"), Proposal)


def test_each_activity_has_its_own_permit(agreed: Agreed, grant: Grant) -> None:
    agreed()
    assert isinstance(grant("500", activity="sell"), Proposal)


def test_a_key_decides_within_its_bound_and_proposes_beyond_it(
    grant: Grant, jurisdiction: Jurisdiction
) -> None:
    key = two_officers(jurisdiction)
    with as_owner():
        ApiKey.objects.update(largest_limit_kg=1000)
    assert isinstance(grant("1000", "1001", by=key), Proposal)
    assert isinstance(grant("1000", "1000", by=key, activity="sell"), Permit)


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


def test_not_even_sql_raises_a_limit_alone(agreed: Agreed) -> None:
    agreed()
    alone = [
        "UPDATE registry_permit SET limit_kg = 9000 WHERE state = 'in_force'",
        "UPDATE registry_permit SET raises_limit = false",
        "UPDATE registry_permit SET proposed_by_id = 1",
        "UPDATE registry_permit SET proposal_id = NULL",
        "UPDATE registry_permit SET decided_at = now()",
        "UPDATE registry_permit SET entered_by_one = true",
        "UPDATE registry_permit SET state = 'proposed'",
        "UPDATE registry_permit SET state = 'replaced';"
        "UPDATE registry_permit SET state = 'in_force'",
        "DELETE FROM registry_permit",
    ]
    for statement in alone:
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(statement)


def copied(permit: Permit, **changes: Any) -> None:
    row = Permit.objects.get(pk=permit.pk)
    row.pk, row.uuid = None, uuid7()
    for name, value in changes.items():
        setattr(row, name, value)
    with transaction.atomic():
        Permit.objects.filter(pk=permit.pk).update(state=PermitState.REPLACED)
        row.save(force_insert=True)


NONE = {"proposal": None, "raises_limit": False}


@pytest.mark.parametrize(
    "changes",
    [
        {**NONE, "limit_kg": 9000},
        {**NONE, "automatic_limit_kg": 101},
        {**NONE, "limit_kg": 1000, "entered_by_one": True},
        {**NONE, "limit_kg": 1000, "state": PermitState.REPLACED},
        {"limit_kg": 9000},  # with the proposal of the one before
        {"limit_kg": 1000},  # as it was approved, and used already
    ],
)
def test_sql_inserts_no_looser_permit(agreed: Agreed, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        copied(agreed(), **changes)


def test_sql_inserts_no_first_permit(agreed: Agreed, acetone: Precursor) -> None:
    other = Precursor.objects.exclude(pk=acetone.pk).first()
    for changes in ({"activity": "sell"}, {"precursor": other}):
        with pytest.raises(IntegrityError, match="takes two officers"):
            copied(agreed("500", activity="carry"), **NONE, **changes)
        Permit.objects.update(state=PermitState.REPLACED)


def test_sql_uses_no_proposal_that_waits_or_says_something_else(
    agreed: Agreed, grant: Grant, second_officer: Actor
) -> None:
    old = agreed()
    waiting = grant("2000")
    with pytest.raises(IntegrityError, match="takes two officers"):
        copied(old, proposal=waiting, limit_kg=2000)
    Proposal.objects.filter(pk=waiting.pk).update(
        state="approved", decided_at=clock.now(), decided_by=second_officer.user
    )
    with pytest.raises(IntegrityError, match="takes two officers"):
        copied(old, proposal=waiting, limit_kg=2001)
    copied(old, proposal=waiting, limit_kg=2000)
