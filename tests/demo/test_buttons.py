"""The ribbon's buttons, and that nothing of the demo exists outside demo mode."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import clear_url_caches

from demo import people
from registry import clock, operations
from registry.models import Jurisdiction
from tests.cast import Firm
from tests.roles import as_owner


@pytest.fixture
def mounted(settings: Any) -> Iterator[None]:
    """The addresses as they are in demo mode."""
    settings.DEMO_MODE = True
    _read_urls()
    yield
    settings.DEMO_MODE = False
    _read_urls()


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}


def _read_urls() -> None:
    importlib.reload(importlib.import_module("config.urls"))
    clear_url_caches()


@pytest.fixture
def parts(jurisdiction: Jurisdiction, buyer: Firm, vendor: Firm) -> None:
    firms = {"buyer": buyer.organization, "vendor": vendor.organization}
    for key in people.PARTS:
        people.enter(key, jurisdiction, firms.get(key))


@pytest.mark.parametrize("role", people.PARTS)
def test_a_button_signs_somebody_in(mounted: None, parts: None, role: str) -> None:
    client = Client()
    answer = client.post("/demo/sign-in/", {"role": role})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["demo_role"] == role
    assert client.session["_auth_user_id"] == str(people.find(role).user.pk)  # type: ignore[union-attr]


def test_an_unknown_role_is_nobody(mounted: None, parts: None) -> None:
    assert Client().post("/demo/sign-in/", {"role": "king"}).status_code == 404


def test_a_week_passes(mounted: None, parts: None, db: None) -> None:
    before = clock.now()
    answer = Client().post("/demo/advance/", {"days": "7", "next": "/queue/"})
    assert answer["Location"] == "/queue/"
    assert timedelta(days=7) <= clock.now() - before < timedelta(days=7, minutes=1)


@pytest.mark.parametrize("days", ["-7", "x", "99999"])
def test_time_goes_only_where_the_buttons_lead(mounted: None, db: None, days: str) -> None:
    assert Client().post("/demo/advance/", {"days": days}).status_code == 404


def test_it_leads_to_no_other_host(mounted: None, db: None) -> None:
    answer = Client().post("/demo/advance/", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["/demo/sign-in/", "/demo/advance/"])
def test_buttons_are_pressed_and_not_followed(mounted: None, db: None, path: str) -> None:
    assert Client().get(path).status_code == 405
    assert Client(enforce_csrf_checks=True).post(path, {"role": "buyer"}).status_code == 403


@pytest.mark.parametrize("path", ["/demo/sign-in/", "/demo/advance/"])
def test_outside_demo_mode_there_are_no_buttons(parts: None, path: str) -> None:
    assert Client().post(path, {"role": "officer"}).status_code == 404


def test_outside_demo_mode_a_mounted_button_does_nothing(
    mounted: None, parts: None, settings: Any
) -> None:
    settings.DEMO_MODE = False
    assert Client().post("/demo/sign-in/", {"role": "officer"}).status_code == 404
    assert Client().post("/demo/advance/", {"days": "7"}).status_code == 404


def test_outside_demo_mode_nothing_is_invented(db: None) -> None:
    with pytest.raises(CommandError, match="outside demo mode"):
        call_command("seed_demo")


def test_nothing_is_invented_beside_a_real_firm(jurisdiction: Jurisdiction, settings: Any) -> None:
    from registry.actors import Actor

    settings.DEMO_MODE = True
    by = Actor.portal(jurisdiction)
    operations.add_organization(tax_id="20100070970", name="A real one", by=by)
    with as_owner(), pytest.raises(CommandError, match="not the demo's"):
        call_command("seed_demo")
