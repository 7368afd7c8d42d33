"""An invariant as a question to the database: it names the rows that break it.

Every question reads either all rows of its kind, or those that may have changed recently: only the
relation behind `{rows}` differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

OF_CHANGED = "authorization_id = ANY(%(authorizations)s)"
# Of both parties, those of the month, the quarter and the year in which the request was made.
OF_DAYS = """
    SELECT beside.id FROM authorizations_authorization code
    JOIN registry_jurisdiction place ON place.id = code.jurisdiction_id
    JOIN authorizations_allowance own ON own.id IN (code.allowance_id, code.seller_allowance_id)
    JOIN authorizations_allowance beside
        ON (beside.organization_id, beside.precursor_id, beside.activity)
            = (own.organization_id, own.precursor_id, own.activity)
        AND (code.requested_at AT TIME ZONE place.time_zone)::date
            BETWEEN beside.period_start AND beside.period_end
    WHERE code.id = ANY(%(authorizations)s)
"""
# Of each kind: its table, and which of its rows belong to the authorizations that changed.
KINDS = {
    "authorization": ("authorizations_authorization", "id = ANY(%(authorizations)s)"),
    "allowance": ("authorizations_allowance", f"id IN ({OF_DAYS})"),
    "entry": ("authorizations_ledgerentry", OF_CHANGED),
    "sale": ("authorizations_sale", OF_CHANGED),
    "flag": ("oversight_flag", OF_CHANGED),
    "step": (
        "oversight_flagstep",
        f"flag_id IN (SELECT id FROM oversight_flag WHERE {OF_CHANGED})",
    ),
    "event": ("registry_event", "id > %(event)s"),
}
EVERYTHING = "whole"  # the kind of what is read whole every time: there is little of it


@dataclass(frozen=True)
class Changed:
    """What may have changed; `everything` reads all."""

    everything: bool = True
    authorizations: Sequence[int] = ()
    event: int = 0  # events after this one
    found: Mapping[str, Sequence[int]] = field(default_factory=dict)  # broken when last checked


@dataclass(frozen=True)
class Question:
    """`sql` selects what names each row that breaks it; `{rows}` is what it reads.

    `number` is that of the project's list of invariants.
    """

    number: int
    statement: str
    kind: str
    sql: str

    @property
    def name(self) -> str:
        return f"{self.number} {self.statement}"

    def count(self) -> int:
        """How many rows break it, of all there are."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({self._sql(Changed())}) AS broken")
            found: int = cursor.fetchone()[0]
        return found

    def broken(self, scope: Changed, *, most: int) -> list[str]:
        """Name rows within the scope that break it, at most so many."""
        values: dict[str, Any] = {
            "authorizations": list(scope.authorizations),
            "event": scope.event,
            "found": list(scope.found.get(self.name, ())),
            "most": most,
        }
        with connection.cursor() as cursor:
            cursor.execute(f"{self._sql(scope)} LIMIT %(most)s", values)
            return [str(name) for (name,) in cursor.fetchall()]

    def _sql(self, scope: Changed) -> str:
        if self.kind == EVERYTHING:
            return self.sql
        table, changed = KINDS[self.kind]
        if scope.everything:
            return self.sql.format(rows=table)
        ids = f"SELECT id FROM {table} WHERE {changed} UNION SELECT unnest(%(found)s::bigint[])"
        return self.sql.format(rows=f"(SELECT * FROM {table} WHERE id IN ({ids}))")
