"""People come by invitation, and leave at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from registry import clock, operations
from registry.actors import Actor
from registry.models import Event, Invitation, Membership, Organization, User
from registry.models.people import Role
from tests.cast import invited
from tests.registry.conftest import PASSWORD
from tests.registry.refusals import refused

SignIn = Callable[[Actor], Client]
NEW = {"name": "Nora Paz", "password": PASSWORD, "again": PASSWORD}


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def path_of(link: str) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


@pytest.fixture
def link(buyer: Organization, regulator: Actor) -> str:
    return invited(
        email=" Nora@Buyer.example", role=Role.MANAGER, organization=buyer, by=regulator
    )


def test_the_link_is_mailed_after_the_transaction_and_only_its_hash_kept(  # type: ignore[no-untyped-def]
    buyer: Organization, regulator: Actor
) -> None:
    link = invited(email="nora@buyer.example", role=Role.DEALER, organization=buyer, by=regulator)
    letter = mail.outbox[0]
    assert letter.to == ["nora@buyer.example"]
    assert link in letter.body
    assert buyer.name in letter.body
    assert token_of(link) not in str(Invitation.objects.values())


def test_a_letter_that_cannot_be_sent_undoes_nothing(  # type: ignore[no-untyped-def]
    buyer: Organization, manager: Actor, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no post today")

    monkeypatch.setattr("registry.operations.invitations.mail_invitation", broken)
    with django_capture_on_commit_callbacks(execute=True):
        operations.invite(
            email="nora@buyer.example", role=Role.DEALER, organization=buyer, by=manager
        )
    assert Invitation.objects.filter(email="nora@buyer.example").exists()


def test_who_accepts_gets_an_account_and_a_membership(link: str, buyer: Organization) -> None:
    user = operations.accept_invitation(token=token_of(link), name=" Nora ", password=PASSWORD)
    membership = Membership.objects.get(user=user)
    assert (user.email, user.name) == ("nora@buyer.example", "Nora")
    assert user.check_password(PASSWORD)
    assert (membership.organization, membership.role) == (buyer, Role.MANAGER)
    assert Event.objects.get(kind="membership.begun").user == user


def test_a_link_works_once(link: str) -> None:
    operations.accept_invitation(token=token_of(link), name="Nora", password=PASSWORD)
    with refused("invitation_over"):
        operations.accept_invitation(token=token_of(link), name="Eve", password=PASSWORD)


def test_a_link_is_over_after_seven_days(link: str) -> None:
    late = clock.now() - timedelta(seconds=1)
    Invitation.objects.update(expires_at=late)
    with refused("invitation_over"):
        operations.accept_invitation(token=token_of(link), name="Nora", password=PASSWORD)


def test_a_new_link_ends_the_old_one(link: str, buyer: Organization, regulator: Actor) -> None:
    again = invited(email="nora@buyer.example", role=Role.DEALER, organization=buyer, by=regulator)
    with refused("invitation_over"):
        operations.accept_invitation(token=token_of(link), name="Nora", password=PASSWORD)
    operations.accept_invitation(token=token_of(again), name="Nora", password=PASSWORD)


@pytest.mark.parametrize("password", ["short1!", "password1234", "8372615243"])
def test_a_weak_password_is_refused_and_the_link_still_good(link: str, password: str) -> None:
    with refused("password_weak", "password"):
        operations.accept_invitation(token=token_of(link), name="Nora", password=password)
    assert not User.objects.filter(email="nora@buyer.example").exists()


def test_a_firms_role_is_not_the_authoritys(buyer: Organization, regulator: Actor) -> None:
    for organization, role in ((buyer, Role.OFFICER), (None, Role.MANAGER), (buyer, "god")):
        with refused("role_does_not_fit", "role"):
            operations.invite(
                email="x@x.example", role=role, organization=organization, by=regulator
            )


def test_a_member_is_not_invited_again(
    manager: Actor, buyer: Organization, regulator: Actor
) -> None:
    with refused("already_member", "email"):
        operations.invite(
            email="MARIA@buyer.example", role=Role.DEALER, organization=buyer, by=regulator
        )


def test_an_existing_user_joins_after_signing_in(
    manager: Actor, rival: Organization, regulator: Actor
) -> None:
    link = invited(email="maria@buyer.example", role=Role.DEALER, organization=rival, by=regulator)
    with refused("sign_in_first"):
        operations.accept_invitation(token=token_of(link), name="Maria", password=PASSWORD)
    assert manager.user
    assert operations.join(token=token_of(link), user=manager.user).organization == rival


def test_nobody_joins_by_anothers_link(link: str, regulator: Actor) -> None:
    assert regulator.user
    with refused("invitation_of_another"):
        operations.join(token=token_of(link), user=regulator.user)


# Leaving -------------------------------------------------------------------------------------


def test_who_leaves_can_act_no_more_at_once(
    manager: Actor, regulator: Actor, signed_in: SignIn
) -> None:
    client = signed_in(manager)
    assert client.get("/people/").status_code == 200
    operations.end_membership(Membership.objects.get(user=manager.user), by=regulator)
    assert client.get("/people/").status_code == 302  # the session is over, too


def test_two_officers_always_stay(regulator: Actor, second_officer: Actor) -> None:
    for leaver in (regulator, second_officer):
        with refused("too_few_officers"):
            operations.end_membership(Membership.objects.get(user=leaver.user), by=regulator)


# Pages ---------------------------------------------------------------------------------------


def test_the_page_makes_the_account_and_signs_in(link: str, client: Client) -> None:
    path = path_of(link)
    assert b"nora@buyer.example" in client.get(path).content
    answer = client.post(path, NEW)
    assert answer.status_code == 302
    assert Membership.objects.filter(user__email="nora@buyer.example").exists()
    assert client.session["_auth_user_id"]


def test_the_page_tells_what_is_wrong(link: str, client: Client) -> None:
    answer = client.post(path_of(link), NEW | {"again": "another one altogether"})
    assert "The two passwords differ" in answer.content.decode()
    answer = client.post(path_of(link), NEW | {"password": "12345", "again": "12345"})
    assert "too short" in answer.content.decode()
    assert not User.objects.filter(email="nora@buyer.example").exists()


def test_a_used_or_invented_link_shows_the_same_page(link: str, client: Client) -> None:
    client.post(path_of(link), NEW)
    for path in (path_of(link), "/invitation/" + "x" * 43 + "/"):
        answer = Client().get(path)
        assert answer.status_code == 409
        assert "Ask for a new invitation" in answer.content.decode()


def test_an_existing_user_is_asked_to_sign_in_first(
    manager: Actor, rival: Organization, regulator: Actor, signed_in: SignIn
) -> None:
    link = invited(email="maria@buyer.example", role=Role.DEALER, organization=rival, by=regulator)
    assert "/accounts/login/?next=/invitation/" in Client().get(path_of(link)).content.decode()
    client = signed_in(manager)
    assert client.post(path_of(link)).status_code == 302
    assert Membership.objects.filter(user=manager.user, organization=rival).exists()


def test_a_manager_invites_to_the_own_firm_only(
    manager: Actor, rival: Organization, signed_in: SignIn
) -> None:
    client = signed_in(manager)
    answer = client.post("/people/invite/", {"email": "new@buyer.example", "role": "dealer"})
    assert answer.status_code == 302
    sent = Invitation.objects.exclude(organization=None).filter(invited_by=manager.user)
    assert sent.get().organization == manager.organization
    assert client.get(f"/firms/{rival.uuid}/invite/").status_code == 403
    answer = client.post("/people/invite/", {"email": "b@buyer.example", "role": "officer"})
    assert sent.count() == 1
    assert not Invitation.objects.filter(email="b@buyer.example").exists()


def test_a_strangers_member_is_not_found(
    manager: Actor, regulator: Actor, signed_in: SignIn
) -> None:
    officer = Membership.objects.get(user=regulator.user)
    assert signed_in(manager).post(f"/people/{officer.pk}/end/").status_code == 404


# The first officer ---------------------------------------------------------------------------


def test_create_authority_prints_a_link_that_makes_an_officer(jurisdiction, capsys) -> None:  # type: ignore[no-untyped-def]
    call_command("create_authority", "--email", "First@authority.example")
    link = capsys.readouterr().out.splitlines()[-1]
    user = operations.accept_invitation(token=token_of(link), name="First", password=PASSWORD)
    assert Membership.objects.get(user=user).role == Role.OFFICER


def test_create_authority_refuses_an_officer_politely(regulator: Actor) -> None:
    with pytest.raises(CommandError, match="already belongs"):
        call_command("create_authority", "--email", "rosa@authority.example")
