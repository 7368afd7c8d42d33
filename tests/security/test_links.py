"""Letters lead to the portal, and nobody finds in a log what they hold."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from config.logs import mask
from tests.cast import Firm

PUBLIC = "https://portal.example"
TOKEN = "bz4f-c0ffee.c0ffee~c0ffee"
SECURE = {
    "PUBLIC_URL": PUBLIC,
    "DEMO_MODE": "off",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "x" * 50,
}


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:9", "[::1]:8000", "evil.example", "LOCALHOST", "other.example"],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_letter_leads_to_the_portal_whatever_the_host_said(
    client: Client, buyer: Firm, settings: Any, host: str, known: bool
) -> None:
    settings.PUBLIC_URL = PUBLIC
    settings.ALLOWED_HOSTS = ["*"]
    assert buyer.actor.user
    email = buyer.actor.user.email if known else "nobody@buyer.example"
    client.post("/accounts/password/reset/", {"email": email}, headers={"host": host})
    (letter,) = mail.outbox
    text = f"{letter.subject}\n{letter.body}"
    assert "portal.example" in letter.body
    assert f"{PUBLIC}/accounts/password/reset/key/" in text or not known
    for part in (host.lower(), host.lower().split(":")[0].strip("[]") or "[::1]"):
        assert part not in letter.body.lower()


@pytest.mark.parametrize(
    "line",
    [
        f"/invitation/{TOKEN}/",
        f"//invitation//{TOKEN}/",
        f"/accounts/password/reset/key/{TOKEN}/",
        f"Referer checking failed - https://evil.example/INVITATION/{TOKEN}/ does not match",
        f"GET /accounts/login/?next=%2Finvitation%2F{TOKEN}%2F HTTP/1.1",
        f"/accounts/password/reset%2Fkey%2f{TOKEN}",
    ],
)
def test_no_token_of_a_link_is_logged(line: str) -> None:
    assert "c0ffee" not in mask(line)
    assert mask(mask(line)) == mask(line)


def start(
    code: str = "import django; django.setup()", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """What a process says that reads the settings."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.defpath, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("url", ["", "consolemail://", "dummymail://", "memorymail://"])
def test_a_public_portal_without_a_server_for_mail_does_not_start(url: str) -> None:
    said = start(**SECURE, EMAIL_URL=url).stderr.splitlines()[-1]
    assert "EMAIL_URL" in said


def test_one_with_it_does_and_so_does_a_local_one_without() -> None:
    assert start(**SECURE, EMAIL_URL="smtp+tls://a:b@mail.example:587").returncode == 0
    assert start(**SECURE | {"PUBLIC_URL": "http://localhost:8000"}).returncode == 0
