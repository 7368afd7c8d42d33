"""What people are told while no codes are issued."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.halt import halt_issuing, resume_issuing
from authorizations.models import Authorization
from registry.actors import Actor
from tests.cast import Firm
from tests.pages.conftest import Visit
from tests.pages.dealing import answers, text

BECAUSE = ["8 no code twice"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "No codes are issued at the moment"), ("es", "Por ahora no se emiten códigos")],
)
def test_the_buyer_keeps_the_answers_and_is_told(
    visit: Visit, buyer: Firm, vendor: Firm, language: str, said: str
) -> None:
    browser = visit(buyer.actor)
    page = answers(browser, buyer, vendor)
    halt_issuing(because=BECAUSE)
    browser.cookies["django_language"] = language
    assert said in text(browser.post(page))
    assert not Authorization.objects.exists()
    resume_issuing(reason="mended")
    assert browser.post(page).status_code == 302
    assert Authorization.objects.exists()


def test_an_officer_is_told_at_home_and_at_a_pending_request(
    visit: Visit, regulator: Actor, ask: Callable[..., Authorization]
) -> None:
    pending = ask("6000")
    browser = visit(regulator)
    assert "No codes have been issued since" not in text(browser.get("/", follow=True))
    halt_issuing(because=BECAUSE)
    assert "No codes have been issued since" in text(browser.get("/", follow=True))
    assert "No codes have been issued since" in text(browser.get(f"/pending/{pending.uuid}/"))


def test_a_stranger_is_told_nothing(client: Client, visit: Visit, jurisdiction: Any) -> None:
    halt_issuing(because=BECAUSE)
    assert "No codes are issued" not in text(client.get("/"))


def test_the_probe_tells_and_stays_ready(client: Client, jurisdiction: Any) -> None:
    assert client.get("/readyz").json()["issuing"] == "ok"
    halt_issuing(because=BECAUSE)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["issuing"]) == (200, "halted")
