"""Evaluates authorizations by the rules, a batch at a time, and records what was found.

Safe to repeat, at any moment and by any number of workers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max

import rules
from authorizations.models import Authorization, Duty, DutyReason
from authorizations.models.sales import root_in_sql
from authorizations.operations.endings import expire, release
from oversight.acts.flags import raise_flags
from oversight.models import Evaluation
from oversight.reading import alike
from oversight.reading.authorizations import changeable, facts_of
from registry import clock
from registry.actors import Actor
from rules import Finding

__all__ = ["evaluate"]

# Never waits: what another worker is looking at is left to it.
LOCK = """
SELECT id FROM (SELECT unnest(%s::bigint[]) AS id ORDER BY 1) AS wanted
WHERE pg_try_advisory_xact_lock(%s | id)
"""
LOCK_SPACE = 0x0E << 56  # apart from any other use of advisory locks
COVERED = """
DELETE FROM authorizations_duty duty USING unnest(%s::bigint[], %s::int[]) AS done(id, version)
WHERE duty.authorization_id = done.id AND duty.version <= done.version AND duty.due_at <= %s
"""
# A sale on the papers of an earlier one of these, without its flag: the earlier one was not known
# yet when it was judged, or did not stand on them.
UNFLAGGED_TWINS = """
SELECT other.authorization_id FROM authorizations_sale mine
JOIN authorizations_sale other ON other.seller_id = mine.seller_id
    AND other.{document}_key = mine.{document}_key
    AND {other_root} > {mine_root}
    AND other.authorization_id <> mine.authorization_id
WHERE mine.authorization_id = ANY(%(ids)s::bigint[]) AND other.{document}_key <> ''
    AND NOT mine.is_void AND NOT other.is_void
    AND NOT EXISTS (SELECT FROM authorizations_sale later
        WHERE later.replaces_id IN (mine.id, other.id))
    AND NOT EXISTS (SELECT FROM oversight_flag flag
        WHERE flag.rule = 'duplicate_document' AND flag.subject_kind = 'sale'
            AND flag.subject_id = {other_root} AND flag.holds)
"""
# A sale whose flag names one of these, which does not stand on that number any more.
FORMER_TWINS = """
SELECT other.authorization_id FROM authorizations_sale mine
JOIN authorizations_sale root ON root.id = {mine_root}
JOIN authorizations_sale other ON other.seller_id = mine.seller_id
    AND other.{document}_key = mine.{document}_key
    AND other.authorization_id <> mine.authorization_id
JOIN oversight_flag flag ON flag.rule = 'duplicate_document'
    AND flag.subject_kind = 'sale' AND flag.subject_id = {other_root}
    AND flag.holds AND flag.evidence->>'earlier_sale' = root.uuid::text
    AND flag.evidence->>'document' = '{document}' AND flag.evidence->>'number' = other.{document}
WHERE mine.authorization_id = ANY(%(ids)s::bigint[]) AND other.{document}_key <> ''
    AND NOT EXISTS (SELECT FROM authorizations_sale head
        WHERE head.authorization_id = mine.authorization_id
            AND {head_root} = root.id AND head.{document}_key = mine.{document}_key
            AND NOT head.is_void
            AND NOT EXISTS (SELECT FROM authorizations_sale later
                WHERE later.replaces_id = head.id))
"""
ROOTS = {f"{each}_root": root_in_sql(each) for each in ("mine", "other", "head")}
TWINS = " UNION ".join(
    twins.format(document=document, **ROOTS)
    for twins in (UNFLAGGED_TWINS, FORMER_TWINS)
    for document in ("invoice", "guide")
)
LOOK_AT_TWINS = f"""
INSERT INTO authorizations_duty (authorization_id, version, reason, lane, due_at, attempts)
SELECT id, version, '{DutyReason.TWIN}', 'live', %(at)s, 0 FROM authorizations_authorization
WHERE id IN ({TWINS} UNION {alike.TO_BE_JUDGED_AGAIN})
"""


def evaluate(authorizations: Iterable[int]) -> set[int]:
    """Judge what is not judged yet. Returns the ids dealt with: not those another worker has."""
    ids = sorted(set(authorizations))
    _settle_overdue(ids)
    with transaction.atomic():
        locked = _locked(ids)
        _judge(locked, clock.now())
    return set(locked)


def _settle_overdue(ids: Sequence[int]) -> None:
    """End codes whose time is over, and free what they held; each in its own transaction."""
    now = clock.now()
    for row in Authorization.objects.filter(pk__in=ids).select_related("jurisdiction"):
        portal = Actor.portal(row.jurisdiction)
        overdue = row.is_live and row.ends_at < now
        ended = expire(row, by=portal) if overdue else row
        if _is_releasable(ended, now):
            release(ended, reason="", by=portal)


def _is_releasable(row: Authorization, now: datetime) -> bool:
    ends = row.ends_at + timedelta(hours=settings.RELEASE_AFTER_HOURS)
    unsettled = row.declared_at is None and row.released_at is None
    return not row.is_live and unsettled and ends < now


def _locked(ids: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(ids), LOCK_SPACE])
        return [pk for (pk,) in cursor.fetchall()]


def _judge(ids: Sequence[int], at: datetime) -> None:
    rows = Authorization.objects.select_related("ruleset", "jurisdiction").in_bulk(list(ids))
    uncovered = _uncovered(rows, at)
    known = facts_of(uncovered, at=at)
    findings = {
        pk: rules.evaluate(facts, rows[pk].ruleset.settings) for pk, facts in known.items()
    }
    raise_flags([(rows[pk], facts, findings[pk]) for pk, facts in known.items()], at=at)
    Evaluation.objects.bulk_create(
        Evaluation(
            authorization=rows[pk],
            version=facts.version,
            ruleset=rows[pk].ruleset,
            evaluated_at=at,
            known=changeable(facts),
            findings=_as_json(findings[pk]),
        )
        for pk, facts in known.items()
    )
    versions = {pk: row.version for pk, row in rows.items()}
    _finish(versions | {pk: facts.version for pk, facts in known.items()}, at)


def _as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in findings]


def _uncovered(rows: Mapping[int, Authorization], at: datetime) -> list[int]:
    """What no evaluation of this version has looked at since its last duty fell due."""
    due: dict[int, list[datetime]] = defaultdict(list)
    for duty in Duty.objects.filter(authorization__in=rows, due_at__lte=at):
        due[duty.authorization_id].append(duty.due_at)
    looked = dict(
        Evaluation.objects.filter(
            authorization__in=rows,
            version=F("authorization__version"),
            ruleset=F("authorization__ruleset"),
        )
        .values_list("authorization")
        .annotate(Max("evaluated_at"))
    )
    return [pk for pk in rows if pk not in looked or (due[pk] and max(due[pk]) > looked[pk])]


def _finish(versions: Mapping[int, int], at: datetime) -> None:
    ids = list(versions)
    with connection.cursor() as cursor:
        cursor.execute(COVERED, [ids, list(versions.values()), at])
        cursor.execute(LOOK_AT_TWINS, {"ids": ids, "at": at})
