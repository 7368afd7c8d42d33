"""What a load balancer and an operator are told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config import health
from oversight import tasks
from oversight.models import Heartbeat
from oversight.operations import heartbeats
from registry import clock
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client: Client) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def heard(worker: str, *, ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {heartbeats.place_in_sql()}")
        (here,) = cursor.fetchone()
    Heartbeat.objects.create(worker=worker, beat_at=clock.now() - ago, place=here)


def test_it_says_what_the_contract_names(told: dict[str, Any]) -> None:
    assert {"database", "broker", "oldest_unevaluated_s", "workers"} <= told.keys()
    assert (told["database"], told["broker"], told["workers"]) == ("ok", "ok", 0)


def test_a_worker_that_has_heard_the_bell_is_counted(client: Client) -> None:
    tasks.work()
    assert client.get("/readyz").json()["workers"] == 1


def test_a_worker_that_went_silent_is_not_counted(client: Client) -> None:
    heard("one", ago=health.SILENCE - timedelta(seconds=5))
    heard("two", ago=health.SILENCE + timedelta(seconds=5))
    assert client.get("/readyz").json()["workers"] == 1


def test_a_worker_of_the_place_that_was_dumped_is_not_counted(client: Client) -> None:
    """A restored database has the heartbeats of the old one, some of them a minute old."""
    tasks.work()
    Heartbeat.objects.update(place="7580000000000000000/1/16384")
    assert client.get("/readyz").json()["workers"] == 0
    tasks.work()
    assert client.get("/readyz").json()["workers"] == 1


def test_where_the_server_tells_no_number_workers_are_counted_and_a_warning_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As a server that is managed by others may refuse its pg_control_system()."""
    monkeypatch.setattr(heartbeats, "MAY_ASK_SERVER", "SELECT false")
    monkeypatch.setattr(heartbeats, "PLACE_OF_SERVER", "(SELECT refused FROM pg_control_system())")
    heartbeats.place_in_sql.cache_clear()
    try:
        tasks.work()
        assert client.get("/readyz").json()["workers"] == 1
    finally:
        heartbeats.place_in_sql.cache_clear()
    assert [record for record in caplog.records if "place_uncertain" in str(record.msg)]


def test_a_worker_that_is_rung_without_pause_writes_only_now_and_then() -> None:
    heard("", ago=timedelta(seconds=60))
    tasks.work()
    first = Heartbeat.objects.get().beat_at
    assert clock.now() - first < timedelta(seconds=60)
    tasks.work()
    assert Heartbeat.objects.get().beat_at == first


def test_a_worker_unheard_of_for_a_day_is_forgotten() -> None:
    heard("one", ago=timedelta(hours=23))
    heard("two", ago=timedelta(hours=25))
    tasks.forget_dead_workers()
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["one"]


def test_a_broker_that_takes_nothing_is_down_and_sales_are_still_taken(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "down")


def test_without_its_tables_it_is_not_ready(client: Client) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE authorizations_duty RENAME TO elsewhere")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_a_database_that_takes_no_writes_is_not_ready(client: Client) -> None:
    """A standby, or one that an operator shut: it answers every question."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "takes_no_writes")
    assert answer.json()["oldest_unevaluated_s"] == 0


def test_a_table_that_takes_no_rows_is_not_ready(client: Client) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON cache"
            " FOR EACH ROW EXECUTE FUNCTION portal_refuses('the disk is full')"
        )
    assert client.get("/readyz").status_code == 503


def test_the_probe_takes_room_beside_the_data(db: None) -> None:
    """PostgreSQL counts the bytes that its questions put into temporary files."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + health.ROOM)
        plan = cursor.fetchone()[0][0]["Plan"]
    assert plan["Temp Written Blocks"] * 8192 > 500_000
