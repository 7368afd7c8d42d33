"""Figures for a monitoring system, in the text format of Prometheus.

Computed from the database at each request: so they are the same in each web process, and
survive a restart. Those that read whole tables are cached for a minute. Closed without
METRICS_TOKEN, except in demo mode, which is local.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse

from authorizations.models import DutyReason
from database.row_security import set_firm

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
KEPT_S = 60
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Metric:
    """`sql` selects the values of the labels, and last the figure."""

    name: str
    kind: str  # "gauge", "counter"
    says: str
    labels: tuple[str, ...]
    sql: str
    kept: bool = False  # cached for KEPT_S: it reads whole tables

    def rows(self) -> Rows:
        if self.kept:
            return cast(Rows, cache.get_or_set(f"metrics:{self.name}", self._read, KEPT_S))
        return self._read()

    def _read(self) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(self.sql)
            found: Rows = cursor.fetchall()
        return found


NOW = """(clock_timestamp()
    + coalesce((SELECT ahead FROM registry_clockoffset), interval '0'))"""
DUE = f"authorizations_duty WHERE parked_at IS NULL AND due_at <= {NOW}"
AGE = f"coalesce(extract(epoch FROM {NOW} - min(%s)), 0)"
METRICS = (
    Metric(
        "portal_invariant_violations",
        "gauge",
        "Rows that break an invariant, as last checked.",
        ("invariant",),
        """
        SELECT number, count(violation.id) FROM generate_series(1, 10) AS number
        LEFT JOIN (SELECT * FROM audit_violation WHERE cleared_at IS NULL) violation
            USING (number)
        GROUP BY 1 ORDER BY 1
        """,
    ),
    Metric(
        "portal_invariants_checked_timestamp_seconds",
        "gauge",
        "When the invariants were last checked: recent changes, and everything.",
        ("read",),
        """
        SELECT kind, extract(epoch FROM at) FROM audit_watermark
        CROSS JOIN LATERAL (VALUES ('changes', checked_at), ('everything', everything_at))
            AS read(kind, at) WHERE at IS NOT NULL ORDER BY 1
        """,
    ),
    Metric(
        "portal_issuing_halted",
        "gauge",
        "1 while no codes are issued because the books were found wrong.",
        ("jurisdiction",),
        "SELECT code, (issuing_halted_at IS NOT NULL)::int FROM registry_jurisdiction ORDER BY 1",
    ),
    Metric(
        "portal_duties_due",
        "gauge",
        "Evaluations that are due.",
        (),
        f"SELECT count(*) FROM {DUE}",
    ),
    Metric(
        "portal_queue_age_seconds",
        "gauge",
        "How long the oldest due evaluation has waited.",
        (),
        f"SELECT {AGE % 'due_at'} FROM {DUE}",
    ),
    Metric(
        "portal_evaluation_lag_seconds",
        "gauge",
        "How long ago the oldest sale that is not yet evaluated was reported.",
        (),
        f"""
        SELECT {AGE % "sale.recorded_at"} FROM authorizations_duty duty
        JOIN authorizations_sale sale USING (authorization_id, version)
        WHERE duty.reason = '{DutyReason.RECORDED}' AND duty.parked_at IS NULL
        """,
    ),
    Metric(
        "portal_duties_parked",
        "gauge",
        "Evaluations set aside because they fail repeatedly.",
        (),
        "SELECT count(*) FROM authorizations_duty WHERE parked_at IS NOT NULL",
    ),
    Metric(
        "portal_codes_issued_total",
        "counter",
        "Codes issued.",
        ("jurisdiction",),
        """
        SELECT jurisdiction.code, count(issued_at) FROM registry_jurisdiction jurisdiction
        LEFT JOIN authorizations_authorization ON jurisdiction_id = jurisdiction.id
        GROUP BY 1 ORDER BY 1
        """,
        kept=True,
    ),
    Metric(
        "portal_sales_total",
        "counter",
        "Sales reported; corrections are not counted.",
        ("jurisdiction",),
        """
        SELECT jurisdiction.code, count(sale.id) FROM registry_jurisdiction jurisdiction
        LEFT JOIN authorizations_sale sale
            ON sale.jurisdiction_id = jurisdiction.id AND sale.root_id IS NULL
        GROUP BY 1 ORDER BY 1
        """,
        kept=True,
    ),
    Metric(
        "portal_flags",
        "gauge",
        "Flags by rule, severity and state.",
        ("jurisdiction", "rule", "severity", "state"),
        """
        SELECT jurisdiction.code, rule, severity, state, count(*) FROM oversight_flag
        JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = jurisdiction_id
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,
        kept=True,
    ),
    Metric(
        "portal_missed_codes_total",
        "counter",
        "Codes typed that do not exist, or are another vendor's.",
        ("jurisdiction", "result"),
        """
        SELECT jurisdiction.code, kind, sum(times) FROM registry_jurisdiction jurisdiction
        CROSS JOIN LATERAL (
            SELECT 'unknown' AS kind, unknown AS times FROM authorizations_missedcodes
            WHERE jurisdiction_id = jurisdiction.id
            UNION ALL SELECT 'foreign', "foreign" FROM authorizations_missedcodes
            WHERE jurisdiction_id = jurisdiction.id
            UNION ALL VALUES ('unknown', 0), ('foreign', 0)
        ) missed
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
    ),
    Metric(
        "portal_firms_guessing_codes",
        "gauge",
        "Firms that in 24 hours typed more codes that are not theirs than slips explain.",
        (),
        f"""
        SELECT count(*) FROM authorizations_missedcodes
        WHERE unknown + "foreign" >= {settings.LOOKUP_ALARM_MISSES}
            AND last_at > {NOW} - interval '24 hours'
        """,
    ),
    Metric(
        "portal_refusals_total",
        "counter",
        "Refusals, by code; a purchase that is not eligible once for each reason.",
        ("jurisdiction", "code", "reason"),
        """
        SELECT coalesce(jurisdiction.code, ''), refusal.code, reason, times
        FROM registry_refusal refusal
        LEFT JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = jurisdiction_id
        ORDER BY 1, 2, 3
        """,
    ),
    Metric(
        "portal_alarms_total",
        "counter",
        "Alarms at accounts and keys: many failures, new networks, nights.",
        ("kind",),
        "SELECT kind, count(*) FROM registry_alarm GROUP BY 1 ORDER BY 1",
        kept=True,
    ),
    Metric(
        "portal_sign_ins_waiting",
        "gauge",
        "Counters of guesses that wait now, by what is guessed and by whom.",
        ("kind",),
        """
        SELECT kind, count(*) FROM registry_signincounter
        WHERE waits_until > clock_timestamp() GROUP BY 1 ORDER BY 1
        """,
        kept=True,
    ),
)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer every figure; 404 where it is closed, 401 without the token."""
    if not settings.METRICS_TOKEN and not settings.DEMO_MODE:
        raise Http404
    if not has_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    set_firm(None)
    lines = [line for metric in METRICS for line in _lines(metric)]
    return HttpResponse("\n".join([*lines, ""]), FORMAT, headers={"Cache-Control": "no-store"})


def has_token(request: HttpRequest) -> bool:
    """Whether the request has the token; in demo mode without one, any has."""
    token: str = settings.METRICS_TOKEN
    _scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    return not token or secrets.compare_digest(given.encode(), token.encode())


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.says}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for *values, figure in metric.rows():
        pairs = zip(metric.labels, values, strict=True)
        labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in pairs)
        yield f"{metric.name}{{{labels}}} {figure}" if labels else f"{metric.name} {figure}"


def _escaped(value: object) -> str:
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
