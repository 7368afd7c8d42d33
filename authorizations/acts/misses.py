"""Counts the codes that a firm types and that are not its own, and raises the alarm.

Whoever types many is slowed in typing more; codes that name the firm work all the while, or
somebody could close a rival's counter with five slips. A tally for each firm and day takes all of
them; only the first of a day are kept as rows of their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from authorizations.acts.looks import code_unknown
from authorizations.codes import as_stored
from database.statements import Statement
from precursors.errors import Refused
from registry import clock, events
from registry.actors import Actor
from registry.models import Organization

log = structlog.get_logger("portal.codes")
ROWS_A_DAY = 20  # of a firm, that are kept one by one
TEN = 10
PATIENCE_WITH_REPORTS = 4

# The same work for a code that nobody has and for another vendor's.
TALLY = Statement(f"""
WITH typed AS (
    SELECT (SELECT id FROM authorizations_authorization WHERE code = %(code)s) AS id,
        {clock.NOW} AS at
), tallied AS (
    INSERT INTO authorizations_missedcodes AS tally (jurisdiction_id, organization_id, day,
        unknown, "foreign", last_at, last_guess, repeats, window_at, in_window)
    SELECT %(jurisdiction)s::bigint, %(organization)s::bigint,
        (at AT TIME ZONE %(zone)s)::date, (id IS NULL)::int, (id IS NOT NULL)::int,
        at, %(guess)s, 0, at, 1
    FROM typed
    ON CONFLICT (jurisdiction_id, organization_id, day) DO UPDATE SET
        unknown = tally.unknown
            + CASE WHEN tally.last_guess = excluded.last_guess THEN 0 ELSE excluded.unknown END,
        "foreign" = tally."foreign"
            + CASE WHEN tally.last_guess = excluded.last_guess THEN 0
                ELSE excluded."foreign" END,
        last_at = excluded.last_at,
        last_guess = excluded.last_guess,
        repeats = CASE WHEN tally.last_guess = excluded.last_guess THEN tally.repeats + 1
            ELSE 0 END,
        window_at = CASE WHEN tally.window_at + %(lock)s::interval <= excluded.last_at
            THEN excluded.last_at ELSE tally.window_at END,
        in_window = CASE WHEN tally.window_at + %(lock)s::interval <= excluded.last_at THEN 1
            ELSE tally.in_window + 1 END
    RETURNING unknown, "foreign", repeats, last_at, window_at, in_window
), kept AS (
    INSERT INTO authorizations_lookup
        (jurisdiction_id, account, organization_id, result, authorization_id, at)
    SELECT %(jurisdiction)s::bigint, %(account)s, %(organization)s::bigint,
        CASE WHEN typed.id IS NULL THEN 'unknown' ELSE 'foreign' END, typed.id, at
    FROM typed, tallied WHERE unknown + "foreign" <= {ROWS_A_DAY} AND repeats = 0
)
SELECT unknown, "foreign", repeats, last_at, window_at, in_window FROM tallied
""")


@dataclass(frozen=True)
class Missed:
    """A firm's misses of today, and those of the last minutes."""

    unknown: int
    foreign: int
    repeats: int  # of the code that was typed last
    at: datetime
    window_at: datetime
    in_window: int

    @property
    def total(self) -> int:
        return self.unknown + self.foreign

    @property
    def wait(self) -> timedelta:
        return self.window_at + timedelta(minutes=settings.LOOKUP_LOCK_MINUTES) - self.at


def tally_miss(text: str, *, by: Actor) -> Missed:
    """Count one. Call in a transaction that sees all rows."""
    code = as_stored(text)
    values = {
        "code": code,
        "guess": salted_hmac("missed code", code, algorithm="sha256").hexdigest(),
        "jurisdiction": by.jurisdiction.pk,
        "organization": by.organization.pk if by.organization else None,
        "account": account_of(by),
        "zone": by.jurisdiction.time_zone,
        "lock": timedelta(minutes=settings.LOOKUP_LOCK_MINUTES),
        **clock.parameters(),
    }
    return Missed(*TALLY.rows(values)[0])


def account_of(by: Actor) -> str:
    return f"user:{by.user.pk}" if by.user else f"key:{by.api_key.pk if by.api_key else 0}"


def raise_alarm(missed: Missed, *, by: Actor) -> None:
    """Tell operators and officers at the first count that no slip explains, and at its tenfolds.

    Call in the transaction of the tally, whose lock lets each count pass once.
    """
    if missed.repeats or not _is_alarming(missed.total):
        return
    firm = by.organization
    figures = {"unknown": missed.unknown, "foreign": missed.foreign}
    log.error("codes_guessed", firm=firm and firm.tax_id, account=account_of(by), **figures)
    if firm is None:
        return
    Organization.objects.select_for_update(no_key=True).get(pk=firm.pk)
    data = {**figures, "account": account_of(by)}
    portal = Actor.portal(by.jurisdiction)
    events.record("organization.codes_guessed", firm, at=missed.at, data=data, by=portal)


def _is_alarming(total: int) -> bool:
    """Whether this is the threshold, or ten, a hundred, … times as many."""
    threshold: int = settings.LOOKUP_ALARM_MISSES
    while threshold < total:
        threshold *= TEN
    return threshold == total


def refusal_of(missed: Missed, *, reports: bool) -> Refused:
    """The answer to a miss: the same for an unknown code and for another vendor's.

    Whoever `reports` what it sold is borne with for longer: programs send such in series.
    """
    most = settings.LOOKUP_MISSES_MAX * (PATIENCE_WITH_REPORTS if reports else 1)
    if missed.in_window <= most:
        return code_unknown()
    wait_s = max(1, int(missed.wait.total_seconds()) + 1)
    return Refused(
        "lookups_locked",
        _("Too many unknown codes. Wait %(minutes)s minutes before you try another.")
        % {"minutes": -(-wait_s // 60)},
        retry_after=wait_s,
    )
