"""A real worker process, rung over a real broker, and killed in the middle of its work."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from authorizations import bell
from authorizations.models import Authorization, Duty, Sale
from oversight.models import Evaluation, Flag
from registry import clock
from tests.roles import as_owner

PATIENCE_S = 40
BROKER_OF_ITS_OWN = "/13"  # one of the sixteen databases of a broker


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> str:
    url = urlunsplit(urlsplit(settings.CELERY_BROKER_URL)._replace(path=BROKER_OF_ITS_OWN))
    monkeypatch.setattr(bell, "current_app", Rerouted(url))
    return url


class Rerouted:
    """Celery's application, talking to another broker."""

    send_task = staticmethod(current_app.send_task)
    conf = current_app.conf

    def __init__(self, url: str) -> None:
        self.url = url

    def connection_for_write(self, **given: Any) -> Any:
        return current_app.connection_for_write(self.url, **given)


@contextmanager
def worker(broker: str, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The worker's own command, on the database of this test."""
    database = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool=solo"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": urlunsplit(database._replace(path=f"/{name}"))}
        | {"CELERY_BROKER_URL": broker, "DEMO_MODE": "on"},
        stderr=log.open("wb") if log else None,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        threading.Event().wait(0.05)


def test_a_worker_killed_in_the_middle_loses_nothing(
    committing: None,
    broker: str,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    later: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bell, "ring", lambda: None)
    later(timedelta(0))
    with worker(broker) as first:
        sell(ask("1000"), "1080")
        bell.tell_worker()
        wait_for(lambda: Flag.objects.count() == 1)
        sell(ask("1000"), "1080")
        with as_owner(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE oversight_evaluation IN ACCESS EXCLUSIVE MODE")
            bell.tell_worker()
            wait_for(lambda: _claimed() > 0)
            first.kill()
            first.wait()
    assert Flag.objects.count() == 1
    later(timedelta(seconds=21))
    with worker(broker):
        bell.tell_worker()
        wait_for(lambda: Flag.objects.count() == 2)
        wait_for(lambda: not Duty.objects.filter(due_at__lte=clock.now()).exists())
    assert Evaluation.objects.count() == 2


def _claimed() -> int:
    return Duty.objects.filter(attempts__gt=0, reason="recorded").count()


RECITED = """
CREATE FUNCTION recite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this evaluation cannot be kept' USING DETAIL = (
        SELECT sale::text || code.code FROM authorizations_sale sale
        JOIN authorizations_authorization code ON code.id = sale.authorization_id);
END $$;
CREATE TRIGGER recite BEFORE INSERT ON oversight_evaluation
FOR EACH ROW EXECUTE FUNCTION recite();
"""


def test_a_worker_that_fails_tells_no_secret(
    committing: None,
    broker: str,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    later: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The database recites whole rows to it; its log keeps the sentence and not the row."""
    monkeypatch.setattr(bell, "ring", lambda: None)
    later(timedelta(0))
    code, log = ask("1000"), tmp_path / "worker.log"
    sell(code, "1080", driver_document="D-70605040", driver_license="Q-70605040")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(RECITED)
    with worker(broker, log):
        bell.tell_worker()
        wait_for(lambda: b"duty_failed" in log.read_bytes())
        wait_for(lambda: log.read_bytes().count(b"this evaluation cannot be kept") >= 2)
    told = log.read_text()
    assert code.code
    assert not [secret for secret in (code.code, "D-70605040", "Q-70605040") if secret in told]
