"""Tells a load balancer and an operator how the portal is."""

from typing import Any

from celery.exceptions import OperationalError as BrokerError
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.celery import app

OLDEST = """
SELECT extract(epoch FROM clock_timestamp() - min(sale.recorded_at))
FROM authorizations_duty duty
JOIN authorizations_sale sale USING (authorization_id, version)
WHERE duty.reason = 'recorded' AND duty.parked_at IS NULL
"""


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> HttpResponse:
    """503 when a sale cannot be accepted. A dead broker or worker is told and keeps readiness."""
    database, oldest = _database()
    answer = {"database": database, "oldest_unevaluated_s": oldest, **_broker()}
    return JsonResponse(answer, status=200 if database == "ok" else 503)


def _database() -> tuple[str, float | None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2s'")
            cursor.execute(OLDEST)
            return "ok", round(float(cursor.fetchone()[0] or 0), 1)
    except DatabaseError:
        return "down", None


def _broker() -> dict[str, Any]:
    try:
        answers = app.control.ping(timeout=0.5)
    except (BrokerError, KombuError, RedisError, OSError):
        return {"broker": "down", "workers": 0}
    return {"broker": "ok", "workers": len(answers or [])}
