"""Has the year judged by the portal's own rules, and its flags reviewed by its officers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import rules
from demo import loading, past
from demo.book import Book
from demo.firms import Cast
from demo.paper import Case, Look
from oversight.acts.flags import raise_flags
from oversight.models import Evaluation, Flag, Severity
from oversight.operations import assign
from oversight.operations import review as review_flag
from oversight.reading.authorizations import changeable, facts_of, facts_then
from registry.actors import Actor
from registry.models import Jurisdiction
from rules import Finding

CASES_AT_ONCE = 400
RECENT = timedelta(days=9)  # what is younger is mostly still open
NOTES = {
    "explained": "La empresa presentó el sustento y coincide con la guía.",
    "dismissed": "Error de registro sin efecto en la cantidad.",
    "confirmed": "No hay sustento de la diferencia; pasa a fiscalización.",
}
Tell = Callable[[str, float], None]


def judge(book: Book, *, tell: Tell) -> None:
    """Evaluate every authorization as it stands; where something was found, each step to it."""
    cases = sorted(book.cases, key=lambda case: case.looks[-1].at)
    done: list[Evaluation] = []
    for start in range(0, len(cases), CASES_AT_ONCE):
        batch = cases[start : start + CASES_AT_ONCE]
        done += _evaluate_batch(batch)
        tell("judging", 0.7 + 0.1 * (start + len(batch)) / len(cases))
    loading.copy(Evaluation, done)
    _judge_watched(cases, tell)


def _evaluate_batch(batch: list[Case]) -> Iterator[Evaluation]:
    """Evaluate as they stand those that break no rule, or one of low severity.

    The others are watched from now on: each step to what they are will be judged.
    """
    known = facts_of([case.row.pk for case in batch], at=batch[-1].looks[-1].at)
    for case in batch:
        look = case.looks[-1]
        facts = replace(known[case.row.pk], as_of=look.at)
        found = rules.evaluate(facts, case.row.ruleset.settings)
        case.watched = case.watched or any(each.severity != Severity.LOW for each in found)
        if not case.watched:
            if found:
                raise_flags([(case.row, facts, found)], at=look.at)
            yield _evaluation(case, look, changeable(facts), found)


def _judge_watched(cases: list[Case], tell: Tell) -> None:
    watched = [case for case in cases if case.watched]
    looks = sorted(
        ((look.at, case.row.pk, look, case) for case in watched for look in case.looks),
        key=lambda each: each[:2],
    )
    for n, (_at, _pk, look, case) in enumerate(looks):
        _look_at(case, look)
        if n % 50 == 0:
            tell("flags", 0.8 + 0.1 * n / len(looks))


def _look_at(case: Case, look: Look) -> None:
    """What the worker did at this moment."""
    facts = facts_then(_evaluation(case, look, look.known, []))
    found = rules.evaluate(facts, case.row.ruleset.settings)
    raise_flags([(case.row, facts, found)], at=look.at)
    _evaluation(case, look, changeable(facts), found).save(force_insert=True)


def _evaluation(case: Case, look: Look, known: dict[str, Any], found: list[Finding]) -> Evaluation:
    return Evaluation(
        authorization=case.row,
        version=look.version,
        ruleset=case.row.ruleset,
        evaluated_at=look.at,
        known=known,
        findings=[finding.as_json() for finding in found],
    )


# The officers ------------------------------------------------------------------------------------


def review(cast: Cast, jurisdiction: Jurisdiction, *, now: datetime, tell: Tell) -> None:
    """Decide what is old, propose some of what is young, and leave the rest in the queue."""
    queue = Flag.objects.filter(jurisdiction=jurisdiction).exclude(severity=Severity.LOW)
    flags = list(queue.order_by("raised_at", "pk"))
    for n, flag in enumerate(flags):
        rng = Random(f"review {n}")
        last = flag.steps.order_by("-sequence").values_list("at", flat=True)[0]
        age = now - last
        if age > RECENT:
            if age > 3 * RECENT or n % 8:
                _decide(flag, last, cast.officers, rng, now)
        elif age > timedelta(days=2) and n % 3 == 0:
            _take(flag, last, cast.officers, rng, now)
        tell("reviews", 0.9 + 0.09 * n / len(flags))


def _decide(flag: Flag, last: datetime, officers: list[Actor], rng: Random, now: datetime) -> None:
    first = rng.choice(officers)
    outcome = rng.choice(("explained", "explained", "dismissed", "confirmed"))
    at = last + timedelta(hours=rng.uniform(5, 80))
    proposed = _review_at(flag, outcome, first, at)
    if flag.severity != Severity.HIGH:
        return
    agreed = rng.random() < 0.85
    final = outcome if agreed else "confirmed"
    second = next(officer for officer in officers if officer.user == proposed.second)
    _review_at(flag, final, second, min(now, at + timedelta(hours=rng.uniform(4, 50))))


def _take(flag: Flag, last: datetime, officers: list[Actor], rng: Random, now: datetime) -> None:
    """Assign it to an officer, who proposes an outcome where it is high."""
    at = last + timedelta(hours=rng.uniform(5, 30))
    by = rng.choice(officers)
    past.go_to(at)
    assign(flag, to=by.user, by=by)
    if flag.severity == Severity.HIGH:
        _review_at(flag, "explained", by, min(now, at + timedelta(hours=2)))


def _review_at(flag: Flag, outcome: str, by: Actor, at: datetime) -> Flag:
    past.go_to(at)
    return review_flag(flag, outcome=outcome, note=NOTES[outcome], by=by)


__all__ = ["judge", "review"]
