"""Whoever is an officer can be the second: so an officer is invited by two."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from registry import clock, operations
from registry.actors import Actor
from registry.models import Event, Invitation, Membership, Organization, User
from registry.models.people import Role
from tests.cast import PASSWORD
from tests.registry.refusals import refused
from tests.roles import as_owner

SignIn = Callable[[Actor], Client]
NORA = "nora@authority.example"


def propose(by: Actor, email: str = NORA) -> Invitation:
    assert operations.invite(email=email, role=Role.OFFICER, organization=None, by=by) == ""
    return Invitation.objects.latest("pk")


@pytest.fixture
def proposal(regulator: Actor) -> Invitation:
    return propose(regulator)


def again(proposal: Invitation) -> Invitation:
    return Invitation.objects.get(pk=proposal.pk)


def kinds(proposal: Invitation) -> list[str]:
    events = Event.objects.filter(subject_kind="invitation", subject_id=proposal.pk)
    return list(events.order_by("sequence").values_list("kind", flat=True))


def token_in_the_letter() -> str:
    found = re.search(r"/invitation/([\w-]+)/", mail.outbox[-1].body)
    assert found
    return found[1]


# One alone -----------------------------------------------------------------------------------


def test_one_officer_alone_only_proposes(  # type: ignore[no-untyped-def]
    regulator: Actor, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        proposal = propose(regulator)
    assert proposal.token_hash is None
    assert not mail.outbox
    assert kinds(proposal) == ["invitation.proposed"]


def test_nobody_agrees_to_what_they_proposed(proposal: Invitation, regulator: Actor) -> None:
    with refused("second_must_differ"):
        operations.approve_invitation(proposal, by=regulator)
    assert again(proposal).token_hash is None


def test_a_program_proposes_but_is_never_the_second(
    program: Actor, regulator: Actor, proposal: Invitation
) -> None:
    for waiting in (proposal, propose(program, "other@authority.example")):
        with refused("second_must_be_a_person"):
            operations.approve_invitation(waiting, by=program)
        assert again(waiting).token_hash is None


def test_an_inspector_and_a_firms_people_are_invited_by_one(
    regulator: Actor, buyer: Organization
) -> None:
    for role, organization in ((Role.INSPECTOR, None), (Role.MANAGER, buyer)):
        email = f"{role}@x.example"
        assert operations.invite(email=email, role=role, organization=organization, by=regulator)


# Two -----------------------------------------------------------------------------------------


def test_the_second_officer_sends_the_link_and_the_invited_becomes_an_officer(  # type: ignore[no-untyped-def]
    proposal: Invitation, second_officer: Actor, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        operations.approve_invitation(proposal, by=second_officer)
        operations.approve_invitation(proposal, by=second_officer)
    assert [letter.to for letter in mail.outbox] == [[NORA]]
    user = operations.accept_invitation(
        token=token_in_the_letter(), name="Nora", password=PASSWORD
    )
    assert Membership.objects.get(user=user).role == Role.OFFICER
    assert kinds(proposal) == ["invitation.proposed", "invitation.approved", "invitation.sent"]
    assert Event.objects.get(kind="invitation.approved").user == second_officer.user


def test_the_link_is_good_for_seven_days_from_the_second_word(
    proposal: Invitation, second_officer: Actor
) -> None:
    Invitation.objects.filter(pk=proposal.pk).update(expires_at=clock.now() + timedelta(minutes=1))
    before = clock.now()
    sent = operations.approve_invitation(proposal, by=second_officer)
    assert sent.expires_at >= before + timedelta(days=7)


def test_a_program_and_one_officer_are_enough(program: Actor, regulator: Actor) -> None:
    assert operations.approve_invitation(propose(program), by=regulator).token_hash


# Over ----------------------------------------------------------------------------------------


def test_a_proposal_taken_back_is_not_approved(
    proposal: Invitation, regulator: Actor, second_officer: Actor
) -> None:
    operations.withdraw_invitation(proposal, by=regulator)
    operations.withdraw_invitation(proposal, by=regulator)
    with refused("invitation_proposal_over"):
        operations.approve_invitation(proposal, by=second_officer)
    assert kinds(proposal) == ["invitation.proposed", "invitation.withdrawn"]


def test_what_was_sent_is_not_taken_back(proposal: Invitation, second_officer: Actor) -> None:
    operations.approve_invitation(proposal, by=second_officer)
    with refused("invitation_sent"):
        operations.withdraw_invitation(proposal, by=second_officer)


def test_a_proposal_nobody_agreed_to_is_over_after_seven_days(
    proposal: Invitation, second_officer: Actor
) -> None:
    Invitation.objects.filter(pk=proposal.pk).update(expires_at=clock.now())
    with refused("invitation_proposal_over"):
        operations.approve_invitation(proposal, by=second_officer)


def test_a_new_proposal_takes_the_place_of_the_old_one(
    proposal: Invitation, second_officer: Actor
) -> None:
    newer = propose(second_officer)
    with refused("invitation_proposal_over"):
        operations.approve_invitation(proposal, by=second_officer)
    with refused("second_must_differ"):
        operations.approve_invitation(newer, by=second_officer)


# SQL -----------------------------------------------------------------------------------------


ALONE = [
    "UPDATE registry_invitation SET token_hash = 'mine'",
    "UPDATE registry_invitation SET accepted_at = now()",
    "UPDATE registry_invitation SET approved_at = now(), approved_by_id = invited_by_id",
    "UPDATE registry_invitation SET approved_at = now(), token_hash = 'mine'",
    "UPDATE registry_invitation SET invited_by_id = NULL",
    "UPDATE registry_invitation SET role = 'inspector'",
    "UPDATE registry_invitation SET email = 'me@authority.example'",
    "UPDATE registry_invitation SET created_at = now()",
    "DELETE FROM registry_invitation",
    "UPDATE registry_membership SET role = 'officer' WHERE role = 'inspector'",
    "DELETE FROM registry_membership",
]


@pytest.mark.parametrize("statement", ALONE)
def test_one_officer_alone_makes_none_in_sql_either(
    statement: str, proposal: Invitation, inspector: Actor
) -> None:
    if "registry_invitation SET" in statement:
        statement += f" WHERE id = {proposal.pk}"
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(statement)


def test_an_approved_invitation_is_not_turned_to_another_link_in_sql(
    proposal: Invitation, second_officer: Actor
) -> None:
    operations.approve_invitation(proposal, by=second_officer)
    for change in ("token_hash = 'mine'", "approved_at = NULL", "approved_by_id = NULL"):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(
                f"UPDATE registry_invitation SET {change} WHERE id = {proposal.pk}"
            )


def add_officer(user: User, invitation: Invitation | None) -> None:
    with transaction.atomic():
        Membership.objects.create(
            jurisdiction_id=1 if invitation is None else invitation.jurisdiction_id,
            user=user,
            role=Role.OFFICER,
            invitation=invitation,
        )


def test_no_officer_is_added_in_sql_without_an_invitation_of_their_own(
    proposal: Invitation, regulator: Actor, second_officer: Actor
) -> None:
    eve = User.objects.create_user("eve@x.example")
    anothers = Membership.objects.get(user=regulator.user).invitation
    for invitation in (None, proposal, anothers):
        with pytest.raises(IntegrityError):
            add_officer(eve, invitation)


def test_an_officer_who_left_does_not_come_back_by_the_old_invitation(
    regulator: Actor, second_officer: Actor
) -> None:
    membership = Membership.objects.get(user=second_officer.user)
    operations.end_membership(membership, by=regulator)
    assert second_officer.user
    with pytest.raises(IntegrityError):
        add_officer(second_officer.user, membership.invitation)
    with pytest.raises(IntegrityError, match="does not begin again"), transaction.atomic():
        connection.cursor().execute("UPDATE registry_membership SET ended_at = NULL")


def test_without_its_guard_one_officer_can_turn_the_link(proposal: Invitation) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE registry_invitation DROP CONSTRAINT inviting_an_officer_takes_two_people"
        )
        cursor.execute(
            f"UPDATE registry_invitation SET token_hash = 'mine' WHERE id = {proposal.pk}"
        )


# Pages ---------------------------------------------------------------------------------------


def test_the_page_proposes_and_shows_no_link(regulator: Actor, signed_in: SignIn) -> None:
    officer = signed_in(regulator)
    assert "another officer must agree first" in officer.get("/people/invite/").content.decode()
    answer = officer.post("/people/invite/", {"email": NORA, "role": "officer"}, follow=True)
    assert answer.redirect_chain == [("/people/", 302)]
    shown = answer.content.decode()
    assert "Proposed. Another officer must agree." in shown
    assert "/invitation/" not in shown
    assert Invitation.objects.get(email=NORA).token_hash is None


def test_an_inspector_is_not_offered_while_it_has_no_page(
    regulator: Actor, signed_in: SignIn
) -> None:
    officer = signed_in(regulator)
    page = officer.get("/people/invite/").content.decode()
    assert 'value="officer"' in page and 'value="inspector"' not in page
    officer.post("/people/invite/", {"email": NORA, "role": "inspector"})
    assert not Invitation.objects.filter(email=NORA).exists()


def test_two_officers_invite_a_third_on_the_pages(  # type: ignore[no-untyped-def]
    proposal: Invitation,
    regulator: Actor,
    second_officer: Actor,
    signed_in: SignIn,
    django_capture_on_commit_callbacks,
) -> None:
    path = f"/approvals/officers/{proposal.uuid}/"
    officer = signed_in(regulator)
    assert path in officer.get("/approvals/").content.decode()
    assert "Agree" not in officer.get(path).content.decode()
    assert officer.post(path, {"decision": "approve"}).status_code == 409
    assert again(proposal).token_hash is None
    second = signed_in(second_officer)
    assert "Agree: send the invitation" in second.get(path).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = second.post(path, {"decision": "approve"}, follow=True)
    assert answer.redirect_chain == [("/approvals/", 302)]
    assert "/invitation/" not in answer.content.decode()
    assert path not in answer.content.decode()
    assert token_in_the_letter() not in second.get(path).content.decode()
    assert "Raul agreed" in second.get(path).content.decode()


def test_a_proposal_is_taken_back_on_its_page(
    proposal: Invitation, regulator: Actor, signed_in: SignIn
) -> None:
    officer = signed_in(regulator)
    path = f"/approvals/officers/{proposal.uuid}/"
    assert "Take it back" in officer.get(path).content.decode()
    officer.post(path, {"decision": "refuse"})
    assert again(proposal).withdrawn_at
    assert "Not sent" in officer.get(path).content.decode()
    assert "Nothing waits" in officer.get("/approvals/").content.decode()


def test_a_proposal_that_is_over_says_so(
    proposal: Invitation, second_officer: Actor, signed_in: SignIn
) -> None:
    Invitation.objects.filter(pk=proposal.pk).update(expires_at=clock.now())
    page = signed_in(second_officer).get(f"/approvals/officers/{proposal.uuid}/").content.decode()
    assert "This proposal is over" in page
    assert "Agree" not in page


# The operator --------------------------------------------------------------------------------


def test_the_operator_brings_the_first_two_officers_each_with_an_event(
    jurisdiction: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the second, the first could never invite anybody."""
    for name in ("first", "second"):
        call_command("create_authority", "--email", f"{name}@authority.example")
        token = capsys.readouterr().out.strip().rsplit("/", 2)[1]
        operations.accept_invitation(token=token, name=name, password=PASSWORD)
    officers = Membership.objects.filter(role=Role.OFFICER, ended_at=None)
    assert officers.count() == 2
    sent = Event.objects.filter(kind="invitation.sent", user=None, api_key=None)
    assert sent.count() == 2
