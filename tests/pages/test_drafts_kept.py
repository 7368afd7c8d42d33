"""A session that ends in the middle of a request takes no answer with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from authorizations.models import Authorization
from pages.buyer import drafts
from tests.cast import Firm
from tests.pages.dealing import answers, text

pytestmark = pytest.mark.django_db


def end_session(client: Client) -> None:
    """As it ends by itself: nothing of it is left on either side."""
    Session.objects.filter(session_key=client.session.session_key).delete()
    client.cookies.clear()


def begin(visit: Any, buyer: Firm, vendor: Firm) -> str:
    """Answer every question, and let the session end; the page on which they are checked."""
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    end_session(client)
    return check


def test_who_signs_in_again_goes_on_where_the_session_ended(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    check = begin(visit, buyer, vendor)
    again = visit(buyer.actor)
    assert "1,000 kg" in text(again.get(check))
    again.post(check)
    assert Authorization.objects.count() == 1
    end_session(again)
    visit(buyer.actor).post(check)  # what was sent is not sent again
    assert Authorization.objects.count() == 1


def test_nobody_else_of_the_firm_finds_them_nor_the_same_person_for_another(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    check = begin(visit, buyer, vendor)
    assert "1,000 kg" not in text(visit(vendor.actor).get(check, follow=True))
    assert drafts._kept(buyer.actor)
    assert not drafts._kept(replace(buyer.actor, organization=vendor.organization))


def test_they_are_forgotten_a_day_after_the_last_answer(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    check = begin(visit, buyer, vendor)
    kept = Session.objects.get()
    assert timedelta(hours=23) < kept.expire_date - timezone.now() <= drafts.KEPT
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert visit(buyer.actor).get(check).status_code == 302


def test_what_keeps_them_signs_nobody_in(visit: Any, buyer: Firm, vendor: Firm) -> None:
    begin(visit, buyer, vendor)
    stranger = Client()
    stranger.cookies["sessionid"] = Session.objects.get().session_key
    assert stranger.get("/request/").status_code == 302
    assert "/accounts/login/" in stranger.get("/request/")["Location"]
