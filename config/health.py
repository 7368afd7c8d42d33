"""Reports the portal's health to a load balancer and an operator."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import structlog
from celery.exceptions import OperationalError as BrokerError
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from authorizations.models import DutyReason
from config.celery import app
from config.metrics import has_token
from database.row_security import set_firm
from oversight.operations.heartbeats import place_in_sql

log = structlog.get_logger("portal.health")

# A worker beats at each task: a ring of the bell or, in turn with the others, the sweep of every
# five seconds. Without a beat for this long it is disconnected, hangs or is dead.
SILENCE: Any = timedelta(seconds=90)  # Django's stubs know no intervals
ANSWER_S_MAX = 1  # how long to wait for the broker: a probe itself waits about three seconds
PROBE = "portal:probe"
PROBE_KEPT_S = 60

# A file beside the data that is written and removed: a table could reuse room that it has already,
# while a sale needs more.
ROOM = (
    "SELECT count(*) FROM generate_series(1, 50000), set_config('work_mem', '64kB', true) AS small"
)
# Fails where nothing may be written: on a standby, or when an operator has forbidden it.
WRITE = f"""
INSERT INTO cache (cache_key, value, expires)
VALUES ('{PROBE}', '', clock_timestamp() + interval '1 hour')
ON CONFLICT (cache_key) DO UPDATE SET expires = excluded.expires
"""
IN_TIME = "SELECT set_config('statement_timeout', '2s', true)"
STATE = f"""
SELECT extract(epoch FROM clock_timestamp() - min(sale.recorded_at)),
    EXISTS (SELECT FROM registry_jurisdiction WHERE issuing_halted_at IS NOT NULL),
    (SELECT count(*) FROM oversight_heartbeat
     WHERE beat_at > clock_timestamp() - %s AND place = {{place}})
FROM authorizations_duty duty
JOIN authorizations_sale sale USING (authorization_id, version)
WHERE duty.reason = '{DutyReason.RECORDED}' AND duty.parked_at IS NULL
"""
UNKNOWN = {"database": "down", "oldest_unevaluated_s": None, "issuing": None, "workers": None}


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 503 when a sale cannot be accepted. Other faults are reported with 200.

    How each part is told to probes alone; a stranger learns whether it works.
    """
    state = _database()
    is_ready = state["database"] == "ok"
    answer = {"status": "ok" if is_ready else "unavailable"}
    if _is_probe(request):
        answer = state | {"broker": _broker()}
    return JsonResponse(answer, status=200 if is_ready else 503)


def _is_probe(request: HttpRequest) -> bool:
    """Whether it comes from this machine and through no proxy, or brings METRICS_TOKEN."""
    peer = request.META.get("REMOTE_ADDR", "")
    is_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if not is_passed_on and (not peer or ip_address(peer).is_loopback):
        return True
    return bool(settings.METRICS_TOKEN) and has_token(request)


def _database() -> dict[str, Any]:
    try:
        set_firm(None)  # all rows are read, whichever firm the connection worked for last
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(IN_TIME)
            cursor.execute(STATE.format(place=place_in_sql()), [SILENCE])
            oldest, halted, workers = cursor.fetchone()
    except DatabaseError:
        return UNKNOWN
    return {
        "database": "ok" if _takes_writes() else "takes_no_writes",
        "oldest_unevaluated_s": round(float(oldest or 0), 1),
        "issuing": "halted" if halted else "ok",
        "workers": workers,
    }


def _takes_writes() -> bool:
    """Whether a sale could be written: there is room, and the server lets itself be changed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(IN_TIME)
            cursor.execute(ROOM)
            cursor.execute(WRITE)
    except DatabaseError as error:
        log.warning("no_writes", error=str(error))
        return False
    return True


def _broker() -> str:
    """Whether it accepts a write: without free memory a broker answers but takes no message."""
    waits = {"socket_timeout": ANSWER_S_MAX, "socket_connect_timeout": ANSWER_S_MAX}
    try:
        with app.connection_for_write(transport_options=waits | {"max_retries": 0}) as broker:
            channel: Any = broker.default_channel  # of Redis, which has a client
            channel.client.set(PROBE, 1, ex=PROBE_KEPT_S)
    except (BrokerError, KombuError, RedisError, OSError):
        return "down"
    return "ok"
