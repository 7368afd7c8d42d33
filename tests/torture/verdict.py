"""Holds the database to the journals, and to the invariants. Says each thing that is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection

from audit import invariants
from authorizations.models import Agreement, Authorization, Duty, Receipt, Sale
from tests.torture.channels import PLAIN
from tests.torture.journal import FAILED, OK, WRONG, Story

SHOWN = 5
REPORTS = ("sale", "uncoded", "correction", "void")
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def problems(stories: list[Story]) -> list[str]:
    """Everything that is wrong, each in a line or with a traceback; none when all is well."""
    return [
        *_untold(stories),
        *_contradictions(stories),
        *_differences(stories),
        *_broken_invariants(),
    ]


def _untold(stories: list[Story]) -> Iterator[str]:
    """What no client should ever meet, or what was left open."""
    wrong = [f"{story}: {text}" for story in stories for text in story.of(WRONG)]
    yield from wrong[:SHOWN]
    if len(wrong) > SHOWN:
        yield f"… and {len(wrong) - SHOWN} more acts went wrong."
    yield from (f"{story} was not settled." for story in stories if not story.is_settled)


def _contradictions(stories: list[Story]) -> Iterator[str]:
    """One key has one effect, and one answer."""
    for story in stories:
        if story.verb in PLAIN:
            continue
        if len(set(story.of(OK))) > 1:
            yield f"{story} had several effects: {sorted(set(story.of(OK)))}"
        # What the domain refused over HTTP stays refused for this key.
        if story.of(OK) and any(told.startswith("409 ") for told in story.of(FAILED)):
            yield f"{story} was refused and done: {story.told}"


def _differences(stories: list[Story]) -> Iterator[str]:
    """What was acknowledged is there, once, and nothing else is."""
    codes = Authorization.objects.exclude(code=None)
    requests = _made(stories, "request")
    by_code = any("-" in made and len(made) < 20 for made in requests)
    there = [row.code_in_fours if by_code else str(row.uuid) for row in codes]
    yield from _unequal("codes", requests, there)
    reports = [str(uuid) for uuid in Sale.objects.values_list("uuid", flat=True)]
    yield from _unequal("reports of sales", _made(stories, *REPORTS), reports)
    receipts, agreements = Receipt.objects.count(), Agreement.objects.count()
    yield from _unequal_count("receipts", _done(stories, "receipt"), receipts)
    yield from _unequal_count("agreements", _done(stories, "agree"), agreements)


def _made(stories: list[Story], *verbs: str) -> list[str]:
    return [story.of(OK)[0] for story in stories if story.verb in verbs and story.of(OK)]


def _done(stories: list[Story], verb: str) -> int:
    return sum(1 for story in stories if story.verb == verb and story.of(OK))


def _unequal(what: str, told: Iterable[str], there: Iterable[str]) -> Iterator[str]:
    lost, extra = Counter(told) - Counter(there), Counter(there) - Counter(told)
    if lost:
        yield f"{len(lost)} {what} were acknowledged and are not there: {list(lost)[:SHOWN]}"
    if extra:
        yield f"{len(extra)} {what} are there that nobody was told of: {list(extra)[:SHOWN]}"


def _unequal_count(what: str, told: int, there: int) -> Iterator[str]:
    if told != there:
        yield f"{told} {what} were acknowledged, {there} are there."


def _broken_invariants() -> Iterator[str]:
    for name, count in invariants.violations():
        if count:
            yield f"Invariant {name}: {count}"
    parked = Duty.objects.exclude(parked_at=None).count()
    if parked:
        yield f"{parked} duties were set aside."
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        if deadlocks := cursor.fetchone()[0]:
            yield f"{deadlocks} deadlocks."
