"""Whoever is an officer can be the second: so one is invited, and ended, by two."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from registry import operations, proposals
from registry.actors import Actor
from registry.models import (
    Event,
    Invitation,
    Jurisdiction,
    Membership,
    Organization,
    Proposal,
    User,
)
from registry.models.people import Role
from registry.models.proposals import ProposalState
from tests import cast
from tests.cast import PASSWORD, invited
from tests.registry.refusals import refused
from tests.roles import as_owner

SignIn = Callable[[Actor], Client]
NORA = "nora@authority.example"


def propose(by: Actor, email: str = NORA, role: str = Role.OFFICER) -> Proposal:
    made = operations.invite(email=email, role=role, organization=None, by=by)
    assert isinstance(made, Proposal)
    return made


@pytest.fixture
def proposal(regulator: Actor) -> Proposal:
    return propose(regulator)


@pytest.fixture
def third_officer(second_officer: Actor, jurisdiction: Jurisdiction) -> Actor:
    return cast.person(jurisdiction, "tina@authority.example", Role.OFFICER)


def token_in_the_letter() -> str:
    found = re.search(r"/invitation/([\w-]+)/", mail.outbox[-1].body)
    assert found
    return found[1]


def membership_of(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user)


# One alone -----------------------------------------------------------------------------------


def test_one_officer_alone_only_proposes(  # type: ignore[no-untyped-def]
    regulator: Actor, buyer: Organization, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for role in (Role.OFFICER, Role.INSPECTOR):
            propose(regulator, f"{role}@authority.example", role)
        for role in (Role.MANAGER, Role.DEALER):
            made = operations.invite(
                email=f"{role}@b.example", role=role, organization=buyer, by=regulator
            )
            assert isinstance(made, Proposal)
    assert not mail.outbox
    assert not Invitation.objects.filter(invited_by=regulator.user).exists()


def test_nobody_agrees_to_what_they_proposed(proposal: Proposal, regulator: Actor) -> None:
    with refused("second_must_differ"):
        proposals.approve(proposal, by=regulator)
    assert not Invitation.objects.filter(email=NORA).exists()


def test_no_key_decides_who_enters_whatever_its_scopes(
    jurisdiction: Jurisdiction, regulator: Actor, buyer: Organization
) -> None:
    key, _secret = operations.issue_api_key(
        jurisdiction=jurisdiction, organization=None, name="Ministry", scopes=["registry:grant"]
    )
    for organization, role in ((None, Role.OFFICER), (buyer, Role.MANAGER)):
        made = operations.invite(
            email=NORA, role=role, organization=organization, by=Actor.program(key)
        )
        assert isinstance(made, Proposal)
        assert made.state == ProposalState.PROPOSED


def test_a_manager_invites_colleagues_alone_and_to_the_own_firm_only(  # type: ignore[no-untyped-def]
    manager: Actor, buyer: Organization, rival: Organization, django_capture_on_commit_callbacks
) -> None:
    values = {"email": "new@buyer.example", "role": Role.DEALER, "by": manager}
    with django_capture_on_commit_callbacks(execute=True):
        operations.invite(organization=buyer, **values)
    assert mail.outbox[-1].to == ["new@buyer.example"]
    with refused("not_a_manager"):
        operations.invite(organization=rival, **values)


# Two -----------------------------------------------------------------------------------------


def test_the_second_officer_sends_the_link_and_the_invited_becomes_an_officer(  # type: ignore[no-untyped-def]
    proposal: Proposal, second_officer: Actor, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        proposals.approve(proposal, by=second_officer)
        proposals.approve(proposal, by=second_officer)
    assert [letter.to for letter in mail.outbox] == [[NORA]]
    token = token_in_the_letter()
    user = operations.accept_invitation(token=token, name="Nora", password=PASSWORD)
    assert Membership.objects.get(user=user).role == Role.OFFICER
    assert token not in str(list(Event.objects.values()))
    assert token not in str(list(Proposal.objects.values()))


def test_who_was_invited_by_the_first_is_not_their_second(
    proposal: Proposal, regulator: Actor, second_officer: Actor
) -> None:
    link = invited(email="own@authority.example", role="officer", organization=None, by=regulator)
    token = link.rstrip("/").rsplit("/", 1)[1]
    user = operations.accept_invitation(token=token, name="Own", password=PASSWORD)
    with refused("second_was_invited"):
        proposals.approve(proposal, by=Actor.person(Membership.objects.get(user=user)))


# Ending --------------------------------------------------------------------------------------


def test_one_officer_ends_no_other(
    regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    made = operations.end_membership(membership_of(second_officer), by=regulator)
    assert isinstance(made, Proposal)
    assert membership_of(second_officer).ended_at is None
    for by, code in ((regulator, "second_must_differ"), (second_officer, "concerns_you")):
        with refused(code):
            proposals.approve(made, by=by)
    with refused("concerns_you"):
        proposals.refuse(made, by=second_officer)
    proposals.approve(made, by=third_officer)
    assert membership_of(second_officer).ended_how == "approved"


def test_an_officer_leaves_by_their_own_word_while_two_stay(
    regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    operations.end_membership(membership_of(third_officer), by=third_officer)
    assert membership_of(third_officer).ended_how == "resigned"
    with refused("too_few_officers"):
        operations.end_membership(membership_of(second_officer), by=second_officer)


def test_approving_leaves_two_officers_too(
    regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    made = operations.end_membership(membership_of(second_officer), by=regulator)
    assert isinstance(made, Proposal)
    operations.end_membership(membership_of(regulator), by=regulator)
    with refused("too_few_officers"):
        proposals.approve(made, by=third_officer)


def test_the_operator_and_one_officer_end_the_other_of_two(
    regulator: Actor, second_officer: Actor
) -> None:
    call_command("end_officer", "--email", "raul@authority.example", "--reason", "Died in May")
    waiting = Proposal.objects.get(act="officer.end")
    with refused("concerns_you"):
        proposals.approve(waiting, by=second_officer)
    proposals.approve(waiting, by=regulator)
    assert membership_of(second_officer).ended_at
    call_command("create_authority", "--email", "next@authority.example")
    with pytest.raises(CommandError, match="first two officers"):
        call_command("create_authority", "--email", "third@authority.example")


# SQL -----------------------------------------------------------------------------------------

ALONE = [
    "UPDATE registry_membership SET ended_at = now() WHERE role = 'officer'",
    "UPDATE registry_membership SET ended_at = now(), ended_how = 'approved'",
    "UPDATE registry_membership SET ended_at = now(), ended_how = 'resigned'",
    "UPDATE registry_membership SET role = 'officer' WHERE role = 'inspector'",
    "UPDATE registry_user SET is_active = false WHERE email = 'raul@authority.example'",
    "UPDATE registry_user SET is_superuser = true WHERE email = 'raul@authority.example'",
    "UPDATE registry_proposal SET state = 'approved', decided_at = now(),"
    " decided_by_id = proposed_by_id",
    "UPDATE registry_proposal SET terms = '{}'",
    "INSERT INTO registry_invitation (uuid, jurisdiction_id, email, role, token_hash, created_at,"
    " expires_at) SELECT gen_random_uuid(), jurisdiction_id, 'me@x.example', 'officer', 'mine',"
    " now(), now() + interval '1 day' FROM registry_proposal LIMIT 1",
    "INSERT INTO registry_invitation (uuid, jurisdiction_id, email, role, token_hash, created_at,"
    " expires_at, proposal_id) SELECT gen_random_uuid(), jurisdiction_id, 'me@x.example',"
    " 'officer', 'mine', now(), now() + interval '1 day', id FROM registry_proposal LIMIT 1",
    "INSERT INTO registry_invitation (uuid, jurisdiction_id, organization_id, email, role,"
    " token_hash, created_at, expires_at, invited_by_id) SELECT gen_random_uuid(),"
    " jurisdiction_id, (SELECT max(id) FROM registry_organization), 'me@x.example', 'manager',"
    " 'mine', now(), now() + interval '1 day', proposed_by_id FROM registry_proposal LIMIT 1",
    "DELETE FROM registry_invitation",
    "DELETE FROM registry_membership",
]


@pytest.mark.parametrize("statement", ALONE)
def test_one_officer_alone_moves_nobody_in_sql_either(
    statement: str,
    proposal: Proposal,
    second_officer: Actor,
    inspector: Actor,
    buyer: Organization,
) -> None:
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(statement)


def test_nobody_is_added_in_sql_without_an_invitation_of_their_own(
    proposal: Proposal, regulator: Actor, buyer: Organization
) -> None:
    eve = User.objects.create_user("eve@x.example")
    anothers = membership_of(regulator).invitation
    for organization, role in ((None, Role.OFFICER), (None, Role.INSPECTOR), (buyer, "manager")):
        for invitation in (None, anothers):
            with pytest.raises(IntegrityError), transaction.atomic():
                Membership.objects.create(
                    jurisdiction=regulator.jurisdiction,
                    user=eve,
                    organization=organization,
                    role=role,
                    invitation=invitation,
                )


def test_who_left_does_not_come_back_by_the_old_invitation(
    regulator: Actor, third_officer: Actor
) -> None:
    membership = membership_of(third_officer)
    operations.end_membership(membership, by=third_officer)
    for change in ("ended_at = NULL", "ended_how = 'approved'"):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(
                f"UPDATE registry_membership SET {change} WHERE id = {membership.pk}"
            )


# Pages ---------------------------------------------------------------------------------------


def test_two_officers_invite_a_third_on_the_pages_and_nobody_sees_the_link(  # type: ignore[no-untyped-def]
    regulator: Actor,
    second_officer: Actor,
    signed_in: SignIn,
    django_capture_on_commit_callbacks,
) -> None:
    officer = signed_in(regulator)
    assert "another officer must agree first" in officer.get("/people/invite/").content.decode()
    answer = officer.post("/people/invite/", {"email": NORA, "role": "officer"}, follow=True)
    assert answer.redirect_chain == [("/people/", 302)]
    assert "takes effect when another officer agrees" in answer.content.decode()
    path = f"/approvals/{Proposal.objects.get(act='officer.invite').uuid}/"
    assert officer.post(path, {"decision": "approve"}).status_code == 422
    second = signed_in(second_officer)
    with django_capture_on_commit_callbacks(execute=True):
        answer = second.post(path, {"decision": "approve"}, follow=True)
    pages = [answer, second.get(path), second.get("/people/"), second.get("/approvals/")]
    assert not any(token_in_the_letter() in page.content.decode() for page in pages)


def test_one_officer_ends_no_other_on_the_page(
    regulator: Actor, third_officer: Actor, second_officer: Actor, signed_in: SignIn
) -> None:
    path = f"/people/{membership_of(second_officer).pk}/end/"
    officer = signed_in(regulator)
    assert "when another officer approves" in officer.get(path).content.decode()
    officer.post(path)
    assert membership_of(second_officer).ended_at is None
    waiting = Proposal.objects.get(act="officer.end")
    signed_in(third_officer).post(f"/approvals/{waiting.uuid}/", {"decision": "approve"})
    assert membership_of(second_officer).ended_at


# The operator --------------------------------------------------------------------------------


def test_the_operator_brings_the_first_two_officers_each_with_an_event(
    jurisdiction: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the second, the first could never invite anybody."""
    for name in ("first", "second"):
        call_command("create_authority", "--email", f"{name}@authority.example")
        call_command("create_authority", "--email", f"{name}@authority.example")
        token = capsys.readouterr().out.strip().rsplit("/", 2)[1]
        operations.accept_invitation(token=token, name=name, password=PASSWORD)
    with pytest.raises(CommandError, match="first two officers"):
        call_command("create_authority", "--email", "third@authority.example")
    officers = Membership.objects.filter(role=Role.OFFICER, ended_at=None)
    assert officers.count() == 2
    sent = Event.objects.filter(kind="invitation.sent", user=None, api_key=None)
    assert sent.count() == 4
