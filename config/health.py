"""Tells a load balancer and an operator how the portal is."""

from typing import Any

from celery.exceptions import OperationalError as BrokerError
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.celery import app

STATE = """
SELECT extract(epoch FROM clock_timestamp() - min(sale.recorded_at)),
    EXISTS (SELECT FROM registry_jurisdiction WHERE issuing_halted_at IS NOT NULL)
FROM authorizations_duty duty
JOIN authorizations_sale sale USING (authorization_id, version)
WHERE duty.reason = 'recorded' AND duty.parked_at IS NULL
"""


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> HttpResponse:
    """503 when a sale cannot be accepted. What else is wrong is told and keeps readiness."""
    state = _database()
    return JsonResponse(state | _broker(), status=200 if state["database"] == "ok" else 503)


def _database() -> dict[str, Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2s'")
            cursor.execute(STATE)
            oldest, halted = cursor.fetchone()
    except DatabaseError:
        return {"database": "down", "oldest_unevaluated_s": None, "issuing": None}
    return {
        "database": "ok",
        "oldest_unevaluated_s": round(float(oldest or 0), 1),
        "issuing": "halted" if halted else "ok",
    }


def _broker() -> dict[str, Any]:
    try:
        answers = app.control.ping(timeout=0.5)
    except (BrokerError, KombuError, RedisError, OSError):
        return {"broker": "down", "workers": 0}
    return {"broker": "ok", "workers": len(answers or [])}
