"""Suspended and revoked at once, with a reason; reinstated by two."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import Event, License, LicenseStep, Organization, Proposal
from registry.models.firms import Standing
from registry.standing import license_in_force
from tests.registry.refusals import refused


@pytest.fixture
def suspended(license: License, regulator: Actor) -> License:
    return operations.suspend_license(license, reason="Books missing", by=regulator)


@pytest.fixture
def proposal(suspended: License, regulator: Actor) -> Proposal:
    made = operations.propose_reinstatement(suspended, reason="Books found", by=regulator)
    assert isinstance(made, Proposal)
    return made


def standing(license: License) -> str:
    return License.objects.get(pk=license.pk).standing


# Suspend -------------------------------------------------------------------------------------


def test_a_suspension_bites_at_once(suspended: License, buyer: Organization) -> None:
    assert license_in_force(buyer, at=clock.now()) is None
    assert Event.objects.get(kind="license.suspended").data == {"reason": "Books missing"}


def test_suspending_again_changes_nothing(suspended: License, regulator: Actor) -> None:
    operations.suspend_license(suspended, reason="Again", by=regulator)
    assert Event.objects.filter(kind="license.suspended").count() == 1


@pytest.mark.parametrize("verb", [operations.suspend_license, operations.revoke_license])
@pytest.mark.parametrize("reason", ["", " \n "])
def test_no_license_is_touched_without_a_reason(verb, reason, license, regulator) -> None:  # type: ignore[no-untyped-def]
    with refused("blank", "reason"):
        verb(license, reason=reason, by=regulator)
    assert standing(license) == Standing.IN_FORCE


# Revoke --------------------------------------------------------------------------------------


def test_a_revocation_is_final(license: License, regulator: Actor, second_officer: Actor) -> None:
    operations.revoke_license(license, reason="Fraud", by=regulator)
    with refused("license_revoked"):
        operations.suspend_license(license, reason="Books", by=regulator)
    with refused("license_revoked"):
        operations.propose_reinstatement(license, reason="Pity", by=regulator)
    operations.revoke_license(license, reason="Again", by=second_officer)
    assert Event.objects.filter(kind="license.revoked").count() == 1


def test_revoking_ends_a_proposal_to_reinstate(
    proposal: Proposal, regulator: Actor, second_officer: Actor
) -> None:
    operations.revoke_license(License.objects.get(), reason="Fraud", by=regulator)
    with refused("proposal_decided"):
        proposals.approve(proposal, by=second_officer)
    assert standing(License.objects.get()) == Standing.REVOKED


# Reinstate -----------------------------------------------------------------------------------


def test_a_proposal_alone_lifts_nothing(proposal: Proposal) -> None:
    assert standing(License.objects.get()) == Standing.SUSPENDED


def test_a_second_officer_lifts_the_suspension(
    proposal: Proposal, second_officer: Actor, buyer: Organization
) -> None:
    proposals.approve(proposal, by=second_officer)
    proposals.approve(proposal, by=second_officer)
    assert license_in_force(buyer, at=clock.now()) == License.objects.get()
    assert Event.objects.filter(kind="license.reinstated").count() == 1


def test_nobody_approves_what_they_proposed(proposal: Proposal, regulator: Actor) -> None:
    with refused("second_must_differ"):
        proposals.approve(proposal, by=regulator)
    assert standing(License.objects.get()) == Standing.SUSPENDED


def test_a_program_proposes_but_is_never_the_second(
    suspended: License, program: Actor, regulator: Actor
) -> None:
    proposal = operations.propose_reinstatement(suspended, reason="Books found", by=program)
    assert isinstance(proposal, Proposal)
    with refused("second_must_be_a_person"):
        proposals.approve(proposal, by=program)
    proposals.approve(proposal, by=regulator)
    assert standing(suspended) == Standing.IN_FORCE


def test_only_one_proposal_waits_at_a_time(
    proposal: Proposal, second_officer: Actor, regulator: Actor
) -> None:
    with refused("proposal_pending"):
        operations.propose_reinstatement(License.objects.get(), reason="Me too", by=second_officer)
    proposals.refuse(proposal, by=regulator)
    operations.propose_reinstatement(License.objects.get(), reason="Now", by=second_officer)


def test_what_was_approved_cannot_be_withdrawn(proposal: Proposal, second_officer: Actor) -> None:
    proposals.approve(proposal, by=second_officer)
    with refused("proposal_decided"):
        proposals.refuse(proposal, by=second_officer)


def test_a_license_in_force_needs_no_reinstatement(license: License, regulator: Actor) -> None:
    with refused("license_not_suspended"):
        operations.propose_reinstatement(license, reason="Why not", by=regulator)


def test_one_officer_alone_reinstates_nothing_in_sql_either(
    proposal: Proposal, regulator: Actor
) -> None:
    alone = [
        "UPDATE registry_license SET standing = 'in_force'",
        "UPDATE registry_proposal SET state = 'approved', decided_at = now(),"
        " decided_by_id = proposed_by_id",
        "UPDATE registry_proposal SET state = 'approved', decided_at = now()",
    ]
    for statement in alone:
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(statement)
    assert standing(License.objects.get()) == Standing.SUSPENDED


def test_an_old_approval_reinstates_no_new_suspension(
    proposal: Proposal, regulator: Actor, second_officer: Actor
) -> None:
    proposals.approve(proposal, by=second_officer)
    operations.suspend_license(License.objects.get(), reason="Again", by=regulator)
    with pytest.raises(IntegrityError, match="two officers"), transaction.atomic():
        connection.cursor().execute("UPDATE registry_license SET standing = 'in_force'")


def test_a_revoked_license_is_not_revived_in_sql_either(
    license: License, regulator: Actor
) -> None:
    operations.revoke_license(license, reason="Fraud", by=regulator)
    with pytest.raises(IntegrityError, match="stays revoked"), transaction.atomic():
        connection.cursor().execute("UPDATE registry_license SET standing = 'suspended'")


# As it stood then ----------------------------------------------------------------------------


def test_what_held_at_a_past_time_stays_answerable(
    proposal: Proposal, second_officer: Actor, buyer: Organization
) -> None:
    suspended_at = LicenseStep.objects.get(sequence=2).at
    proposals.approve(proposal, by=second_officer)
    reinstated_at = LicenseStep.objects.get(sequence=3).at
    just = timedelta(microseconds=1)
    assert license_in_force(buyer, at=suspended_at - just)
    assert not license_in_force(buyer, at=suspended_at)
    assert not license_in_force(buyer, at=reinstated_at - just)
    assert license_in_force(buyer, at=reinstated_at)


def test_the_last_day_ends_at_local_midnight(license: License, buyer: Organization) -> None:
    midnight_in_lima = datetime(2036, 1, 1, 5, tzinfo=UTC)
    just = timedelta(microseconds=1)
    assert license_in_force(buyer, at=midnight_in_lima - just) == license
    assert license_in_force(buyer, at=midnight_in_lima) is None
    assert license_in_force(buyer, at=datetime(2026, 1, 1, 5, tzinfo=UTC)) == license
    assert license_in_force(buyer, at=datetime(2026, 1, 1, 5, tzinfo=UTC) - just) is None


def test_the_answer_takes_one_query(license, buyer, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    firm = Organization.objects.get(pk=buyer.pk)
    at = clock.now()
    with django_assert_num_queries(1):
        license_in_force(firm, at=at)
