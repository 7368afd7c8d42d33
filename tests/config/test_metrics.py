"""What a monitoring system is told, and who may ask."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.check import check_invariants
from audit.halt import halt_issuing
from authorizations import operations
from authorizations.models import Authorization, Duty, Sale
from config.metrics import METRICS
from oversight.operations.evaluation import evaluate
from registry import clock
from registry.actors import Actor
from tests.audit.planting import plant
from tests.roles import as_owner

TOKEN = "a token of no less than thirty-two signs"
LINE = re.compile(r'(\w+)(?:\{((?:\w+="[^"\\]*",?)+)\})? (-?[0-9.]+)')

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]


@pytest.fixture
def token(settings: Any) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def read() -> dict[str, float]:
    """Each figure, by its name and labels as they stand in the answer."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    figures = {}
    for line in answer.content.decode().splitlines():
        if not line.startswith("#"):
            found = LINE.fullmatch(line)
            assert found, line
            figures[line.rpartition(" ")[0]] = float(found[3])
    return figures


def test_without_a_token_set_it_is_closed_to_everybody(
    client: Client, settings: Any, regulator: Actor
) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404
    client.force_login(regulator.user)  # type: ignore[arg-type]
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer wrong", f"Bearer {TOKEN} ", "Bearer ñ"])
def test_without_the_right_token_nothing_is_told(
    client: Client, db: None, token: str, said: str
) -> None:
    answer = client.get("/metrics", headers={"Authorization": said})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_in_demo_mode_it_is_open_until_a_token_is_set(
    client: Client, jurisdiction: Any, settings: Any
) -> None:
    settings.DEMO_MODE, settings.METRICS_TOKEN = True, ""
    assert client.get("/metrics").status_code == 200
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 401


def test_every_figure_is_explained(client: Client, jurisdiction: Any, token: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    lines = answer.content.decode().splitlines()
    for metric in METRICS:
        place = lines.index(f"# TYPE {metric.name} {metric.kind}")
        assert lines[place - 1] == f"# HELP {metric.name} {metric.says}"
    assert answer.content.endswith(b"\n")


def test_trade_is_counted_by_jurisdiction(ask: Ask, sell: Sell, token: str) -> None:
    code = ask("100")
    ask("6000")  # waits for an officer
    sell(code, "150")
    evaluate([code.pk])
    told = read()
    assert told['portal_codes_issued_total{jurisdiction="PE"}'] == 1
    assert told['portal_codes_issued_total{jurisdiction="PE-TEST"}'] == 0
    assert told['portal_sales_total{jurisdiction="PE"}'] == 1
    exceeded = 'jurisdiction="PE",rule="quantity_exceeded",severity="high",state="open"'
    assert told[f"portal_flags{{{exceeded}}}"] == 1


def test_a_correction_is_no_other_sale(
    ask: Ask, sell: Sell, report: Callable[..., Any], vendor: Any, token: str
) -> None:
    sale = sell(ask("100"), "90")
    operations.correct_sale(sale, report("91"), reason="typed wrong", by=vendor.actor)
    assert read()['portal_sales_total{jurisdiction="PE"}'] == 1


def test_what_waits_is_told_with_its_age(ask: Ask, sell: Sell, token: str) -> None:
    told = read()
    assert told["portal_duties_due"] == told["portal_queue_age_seconds"] == 0
    assert told["portal_evaluation_lag_seconds"] == 0
    sell(ask("100"), "50")
    with as_owner():
        Duty.objects.filter(reason="recorded").update(due_at=clock.now() - timedelta(minutes=3))
    told = read()
    assert told["portal_duties_due"] == 1
    assert 180 <= told["portal_queue_age_seconds"] < 240
    assert 0 < told["portal_evaluation_lag_seconds"] < 60
    Duty.objects.filter(reason="recorded").update(parked_at=clock.now())
    told = read()
    assert (told["portal_duties_due"], told["portal_duties_parked"]) == (0, 1)


def test_each_invariant_is_told_with_its_violations(ask: Ask, token: str) -> None:
    code = ask()
    check_invariants()
    told = read()
    for number in range(1, 11):
        assert told[f'portal_invariant_violations{{invariant="{number}"}}'] == 0
    assert told['portal_invariants_checked_timestamp_seconds{read="everything"}'] > 0
    assert told['portal_issuing_halted{jurisdiction="PE"}'] == 0
    hide = "UPDATE authorizations_allowance SET held_kg = held_kg + %s WHERE id = %s"
    plant(hide % (1, code.allowance_id))
    check_invariants(everything=True)
    told = read()
    # Both sums, and what its quarter and its year have beside their months.
    assert told['portal_invariant_violations{invariant="2"}'] == 4
    assert told['portal_issuing_halted{jurisdiction="PE"}'] == 1
    plant(hide % (-1, code.allowance_id))
    check_invariants()
    told = read()
    assert told['portal_invariant_violations{invariant="2"}'] == 0
    assert told['portal_issuing_halted{jurisdiction="PE"}'] == 1


def test_what_reads_whole_tables_is_read_once_a_minute(jurisdiction: Any, token: str) -> None:
    read()
    with CaptureQueriesContext(connection) as asked:
        read()
    assert not any("authorizations_authorization" in query["sql"] for query in asked)


def test_a_halt_by_hand_is_told_too(jurisdiction: Any, token: str) -> None:
    halt_issuing(because=["planted"])
    assert read()['portal_issuing_halted{jurisdiction="PE-TEST"}'] == 1
