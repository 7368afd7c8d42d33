"""The links above every page."""

import pytest
from django.test import Client
from django.urls import reverse

from pages import navigation
from tests.cast import Firm

pytestmark = pytest.mark.usefixtures("plain")


@pytest.mark.parametrize("item", navigation.ITEMS, ids=lambda item: item.url_name)
def test_every_item_has_an_address(item: navigation.Item) -> None:
    assert reverse(item.url_name)


def test_a_firm_sees_what_its_permits_are_about(buyer: Firm, vendor: Firm) -> None:
    assert navigation.BUYER in navigation.audiences_of(buyer.actor)
    assert navigation.VENDOR not in navigation.audiences_of(buyer.actor)
    assert navigation.VENDOR in navigation.audiences_of(vendor.actor)


@pytest.mark.django_db
def test_a_stranger_sees_no_navigation(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "govuk-service-navigation" not in page


def test_the_current_page_is_marked(client: Client, buyer: Firm) -> None:
    assert buyer.actor.user
    client.force_login(buyer.actor.user)
    page = client.get(reverse("home")).content.decode()
    assert 'aria-current="page"' in page


def test_a_session_is_renewed_only_while_it_lasts(client: Client, buyer: Firm) -> None:
    assert client.head(reverse("session")).status_code == 401
    assert buyer.actor.user
    client.force_login(buyer.actor.user)
    assert client.head(reverse("session")).status_code == 204
    assert client.post(reverse("session")).status_code == 405
