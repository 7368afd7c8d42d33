"""What people are told while no codes are issued."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.halt import halt_issuing
from audit.models import Violation
from authorizations.models import Authorization
from registry import clock
from registry.actors import Actor
from registry.models import Jurisdiction, Proposal
from tests.audit.resuming import resume_issuing
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


def test_two_officers_resume_it_on_pages(
    visit: Visit, regulator: Actor, second_officer: Actor, ask: Callable[..., Authorization]
) -> None:
    Violation.objects.create(
        number=8, invariant=BECAUSE[0], subject="code 7", found_at=clock.now()
    )
    first, second = visit(regulator), visit(second_officer)
    assert "Nothing is halted" in text(first.get("/issuing/"))
    halt_issuing(because=BECAUSE)
    assert "/issuing/" in first.get("/", follow=True).content.decode()
    page = text(first.get("/issuing/"))
    assert BECAUSE[0] in page and "code 7" in page
    assert first.post("/issuing/", {"reason": " "}).status_code == 422
    assert first.post("/issuing/", {"reason": "Known, and harmless."}).url == "/approvals/"
    path = f"/approvals/{Proposal.objects.get(act='issuing.resume').uuid}/"
    assert path in second.get("/issuing/").content.decode()
    assert first.post(path, {"decision": "approve", "note": ""}).status_code == 422
    assert Jurisdiction.objects.exclude(issuing_halted_at=None).exists()
    page = text(second.get(path))
    assert BECAUSE[0] in page and "code 7" in page
    assert second.post(path, {"decision": "approve", "note": ""}).url == "/approvals/"
    assert "No codes have been issued since" not in text(first.get("/", follow=True))
    ask()


def test_an_inspector_and_a_firm_are_not_led_there(
    visit: Visit, inspector: Actor, buyer: Firm, jurisdiction: Any
) -> None:
    halt_issuing(because=BECAUSE)
    for by in (inspector, buyer.actor):
        assert "/issuing/" not in visit(by).get("/", follow=True).content.decode()
