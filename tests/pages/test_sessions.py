"""A session ends so long after its last page, and is written once a minute."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Firm
from tests.pages.conftest import Visit

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
AGE = timedelta(minutes=settings.FIRM_IDLE_MINUTES)


@pytest.fixture
def client(buyer: Firm, visit: Visit) -> Client:
    return visit(buyer.actor)


def last_told(ago: timedelta) -> None:
    Session.objects.update(expire_date=timezone.now() + AGE - ago)


def test_a_page_soon_after_another_does_not_write_the_session(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 200
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_a_page_a_while_later_moves_the_end_of_the_session(client: Client) -> None:
    last_told(timedelta(minutes=2))
    before = timezone.now()
    assert client.get("/").status_code == 200
    assert before + AGE - SECOND <= Session.objects.get().expire_date <= timezone.now() + AGE


def test_a_session_whose_end_has_come_is_a_strangers(client: Client) -> None:
    assert client.get("/purchases/").status_code == 200
    last_told(AGE)
    assert client.get("/purchases/").status_code == 302


def test_a_session_that_ended_early_says_so_at_the_sign_in(client: Client) -> None:
    Session.objects.all().delete()
    said = client.get("/purchases/", follow=True).content.decode()
    assert "Your session has ended." in said
    assert (
        "Your session has ended." not in Client().get("/purchases/", follow=True).content.decode()
    )


def test_what_is_sent_after_the_session_ended_says_so_too(client: Client) -> None:
    said = Client().post("/purchases/", follow=True).content.decode()
    assert "Your session has ended." in said


@pytest.mark.parametrize(("page", "status"), [("/queue/", 403), ("/nothing-here/", 404)])
def test_who_became_somebody_else_is_told_to_open_the_page_again(
    client: Client, buyer: Firm, page: str, status: int
) -> None:
    answer = client.get(page)
    said = answer.content.decode()
    assert answer.status_code == status
    assert f"You are signed in as {buyer.actor.user}, {buyer.organization.name}." in said
    assert f'href="{page}">open this page again</a>' in said
    assert "open this page again" not in Client().get("/nothing-here/").content.decode()
