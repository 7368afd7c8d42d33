"""The example client, as a stranger runs it: against a real web process and a real worker."""

import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from authorizations.models import Sale
from launcher import ports
from launcher.stores import throwaway_ports
from oversight.models import Flag
from registry.actors import Actor

BROKER_OF_ITS_OWN = "/12"
PATIENCE_S = 60


@pytest.fixture
def portal(committing: None, jurisdiction: object) -> Iterator[tuple[str, dict[str, str]]]:
    """A web process and a worker on the database of this test; their address and environment."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=connection_name())
    broker = urlsplit(settings.CELERY_BROKER_URL)._replace(path=BROKER_OF_ITS_OWN)
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(database),
        "CELERY_BROKER_URL": urlunsplit(broker),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    address = f"127.0.0.1:{ports.first_free(throwaway_ports())}"
    with ExitStack() as running:
        for argv in (
            ["gunicorn", "config.wsgi", "--bind", address],
            ["celery", "-A", "config", "worker", "--pool=solo"],
        ):
            running.enter_context(process([sys.executable, "-m", *argv], environment))
        wait_until_it_answers(f"http://{address}/healthz")
        yield f"http://{address}", environment


def connection_name() -> str:
    return f"/{connection.settings_dict['NAME']}"


@contextmanager
def process(argv: list[str], environment: dict[str, str]) -> Iterator[None]:
    running = subprocess.Popen(argv, cwd=settings.BASE_DIR, env=environment)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=PATIENCE_S)


def wait_until_it_answers(url: str) -> None:
    for _try in range(PATIENCE_S * 10):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            threading.Event().wait(0.1)
    raise AssertionError(f"{url} does not answer.")


def test_it_goes_from_a_key_to_a_flag_that_awaits_the_second(
    portal: tuple[str, dict[str, str]], regulator: Actor, second_officer: Actor
) -> None:
    address, environment = portal
    done = subprocess.run(
        [
            sys.executable,
            "examples/client.py",
            "--base-url",
            address,
            "--issue-key",
            f"{sys.executable} manage.py issue_api_key",
        ],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "awaiting_second" in done.stdout
    assert Sale.objects.count() == 1
    flag = Flag.objects.get(rule="quantity_exceeded")
    assert flag.state == "awaiting_second"
    assert flag.second in (regulator.user, second_officer.user)
