"""Behind PgBouncer, which gives each transaction another session: found out, told, and safe."""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from authorizations.models import Authorization, Sale
from database.postgresql import base
from database.row_security import set_firm
from database.statements import Statement
from tests.cast import Firm
from tests.database.pooler import pooling

MANY = 40
TOGETHER = 8
IGNORING = "ignore_startup_parameters = options, extra_float_digits"
COUNT = Statement("SELECT count(*) FROM authorizations_sale WHERE id > %(least)s::bigint")
SETTINGS = "SELECT current_setting('lock_timeout'), current_setting('plan_cache_mode')"

pytestmark = pytest.mark.skipif(
    settings.MIGRATION_DATABASE is None,
    reason="ONE ROLE DOES ALL in the database that was given, and an owner is shown all",
)


@pytest.fixture
def sale(committing: None, ask: Callable[..., Authorization], sell: Callable[..., Sale]) -> Sale:
    return sell(ask("100"), "100")


@pytest.fixture(params=["refuses options", "ignores options"])
def pooled(request: pytest.FixtureRequest, sale: Sale) -> Iterator[None]:
    """This test's sessions, in every thread, come from a pooler."""
    name = connection.settings_dict["NAME"]
    more = IGNORING if request.param == "ignores options" else ""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with (
        tempfile.TemporaryDirectory(prefix="portal-test-") as directory,
        pooling(url, Path(directory), more=more) as through,
        pytest.MonkeyPatch.context() as changed,
    ):
        connection.close()
        at = urlsplit(through)
        for entry in (settings.DATABASES["default"], connection.settings_dict):
            changed.setitem(entry, "HOST", at.hostname)
            changed.setitem(entry, "PORT", at.port)
        base.told.clear()
        yield
        connection.close()


def seen_by(firm: int | None) -> tuple[int, int, str]:
    """How many sales a thread sees that works for this firm: by model, by statement; its limit."""
    try:
        set_firm(firm)
        ((counted,),) = COUNT.rows({"least": 0})
        with connection.cursor() as cursor:
            cursor.execute(SETTINGS)
            limit, _mode = cursor.fetchone()
        return Sale.objects.count(), counted, limit
    finally:
        connections.close_all()


def test_everybody_sees_their_own_whatever_session_they_are_given(
    pooled: None, buyer: Firm, rival: Firm
) -> None:
    firms = [buyer.organization.pk, rival.organization.pk, None] * MANY
    with ThreadPoolExecutor(TOGETHER) as pool:
        seen = list(pool.map(seen_by, firms))
    shown = {buyer.organization.pk: 1, rival.organization.pk: 0, None: 1}
    assert seen == [(shown[firm], shown[firm], "10s") for firm in firms]


def test_who_waits_for_a_lock_gives_up_as_elsewhere(
    pooled: None, sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.PER_CONNECTION, "lock_timeout", "200ms")

    def lock() -> None:
        try:
            with transaction.atomic():
                list(Authorization.objects.select_for_update())
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        list(Authorization.objects.select_for_update())
        with pytest.raises(OperationalError, match="lock timeout"):
            other.submit(lock).result()


def test_a_refused_statement_is_rolled_back_to_its_savepoint(pooled: None, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    with transaction.atomic():
        with pytest.raises(Exception, match="divi"), transaction.atomic():
            connection.cursor().execute("SELECT 1 / 0")
        assert not Sale.objects.exists()


def test_rows_are_read_in_slices_without_a_cursor_that_outlasts_its_transaction(
    pooled: None,
) -> None:
    assert len(list(Sale.objects.iterator(chunk_size=1))) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)


def test_an_operator_is_told_of_the_pooler(pooled: None, caplog: pytest.LogCaptureFixture) -> None:
    found = [m.id for m in run_checks(databases=["default"], include_deployment_checks=True)]
    assert "portal.W003" in found
    assert [record for record in caplog.records if "pooler_found" in str(record.msg)]


def test_without_a_pooler_nothing_is_told(db: Any) -> None:
    assert not base.portal_connection().is_pooled
    found = [m.id for m in run_checks(databases=["default"], include_deployment_checks=True)]
    assert "portal.W003" not in found
