"""The part of invariant 6 that SQL cannot check: the rules reproduce what was found, exactly.

They run once more on what was known then (`oversight.reading.authorizations`). Only the last
evaluation of an authorization is checked: an earlier one may have overtaken an act that was being
recorded, and the next made good what it missed. Each takes a few milliseconds, so that only some
are checked every time: of those that changed recently the youngest, of all there are a sample.

An update of the portal that changes what a rule computes makes other findings of the same facts:
such evaluations are reported here until the next one of their authorization.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

import rules
from audit.invariants.question import Changed
from oversight.models import Evaluation
from oversight.reading.authorizations import facts_of_evaluations

SAMPLE = 5000
TOGETHER = 500  # are read at once


@dataclass(frozen=True)
class Reproduction:
    """Asked like a `Question`."""

    number: int
    statement: str
    kind: str = "authorization"

    @property
    def name(self) -> str:
        return f"{self.number} {self.statement}"

    def count(self) -> int:
        """How many of a sample are not found again."""
        return sum(1 for _pk in _not_found_again(_in_scope(Changed())))

    def broken(self, scope: Changed, *, most: int) -> list[str]:
        """Name authorizations within the scope, of a sample, whose findings are others now."""
        broken = scope.found.get(self.name, ())
        last = _in_scope(scope) | Evaluation.objects.filter(authorization__in=broken)
        return [str(pk) for pk in islice(_not_found_again(last), most)]


def _in_scope(scope: Changed) -> QuerySet[Evaluation]:
    if scope.everything:
        sample = Evaluation.objects.order_by("?")[:SAMPLE]
        return Evaluation.objects.filter(authorization__in=sample.values("authorization"))
    return Evaluation.objects.filter(authorization__in=list(scope.authorizations[-SAMPLE:]))


def _not_found_again(evaluations: QuerySet[Evaluation]) -> Iterator[int]:
    last = evaluations.order_by("authorization", "-pk").distinct("authorization")
    rows = last.select_related("ruleset").iterator(TOGETHER)
    while some := list(islice(rows, TOGETHER)):
        yield from _differing(some)


def _differing(evaluations: list[Evaluation]) -> Iterator[int]:
    """Authorizations of those whose findings the rules do not reproduce."""
    for evaluation, findings in zip(evaluations, found_again(evaluations), strict=True):
        if findings != evaluation.findings:
            yield evaluation.authorization_id


def found_again(evaluations: Collection[Evaluation]) -> Iterator[list[dict[str, Any]]]:
    """What the rules make of what was known at each; of one authorization, one evaluation."""
    known = facts_of_evaluations(evaluations)
    for evaluation in evaluations:
        facts = known[evaluation.authorization_id]
        found = rules.evaluate(facts, evaluation.ruleset.settings)
        yield [finding.as_json() for finding in found]


OWN = Reproduction(6, "what was found is found again from what was known then")
