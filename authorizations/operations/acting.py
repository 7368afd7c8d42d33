"""What every verb does: check who acts, write, and tell.

An act is one statement: the authorization, the report it comes from, what is left to do, the
events, the allowances and their ledger entries are written together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _

from authorizations import bell
from authorizations.ledger import Balances
from authorizations.models import Authorization, Status
from authorizations.operations import booking
from database.statements import Statement
from precursors.errors import Refused
from registry import events
from registry.actors import Actor
from registry.events import Happened

# A verb that takes part in its caller's transaction, if there is one, without a savepoint of its
# own: what it refuses takes back all.
within = transaction.atomic(savepoint=False)
# What a verb may change of an authorization; all else is frozen with the request.
CHANGEABLE = [
    "status",
    "version",
    "issued_at",
    "valid_until",
    "looked_up_at",
    "ended_at",
    "declared_at",
    "released_at",
    "receipt_awaited_since",
    "reserved_kg",
    "held_kg",
    "consumed_kg",
    "overage_kg",
    "sold_kg",
]
ACT = """
WITH subject AS ({subject} RETURNING id),
{report}
duty AS (
    INSERT INTO authorizations_duty (authorization_id, version, reason, lane, due_at, attempts)
    SELECT subject.id, %(version)s::int, left_to_do.reason, 'live', left_to_do.due_at, 0
    FROM subject, unnest(%(duties)s::text[], %(due)s::timestamptz[])
        AS left_to_do (reason, due_at)
),
event AS ({events}),
{taken},
entry AS ({entered})
SELECT subject.id, {report_id}, (SELECT count(*) FROM taken) FROM subject
"""


def only_buyer(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.buyer_id:
        raise Refused("not_the_buyer", _("Only the buyer may do this."))


def only_seller(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.seller_id:
        raise Refused("not_the_seller", _("Only the vendor may do this."))


def only_authority(by: Actor) -> None:
    if not by.is_authority:
        raise Refused("not_the_authority", _("Only an officer of the authority may do this."))


@dataclass(frozen=True)
class Todo:
    """An evaluation that an act leaves to do at a time."""

    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act on one authorization, ready to be written."""

    authorization: Authorization
    kind: str  # of its ledger entries
    at: datetime
    happened: Sequence[Happened]
    todo: Sequence[Todo]
    change: Balances
    report: Model | None = None  # a sale, a receipt: a row of the version that the act makes
    limits: Mapping[int, Decimal] = field(default_factory=dict)  # of allowances, on admission

    def write(self) -> int:
        """Write it and ring once it is committed. Returns on how many allowances it was booked."""
        model = type(self.report) if self.report else None
        act = statement(self.authorization._state.adding, model)
        ((pk, report_pk, booked),) = act.rows(self._values())
        self.authorization.pk = pk
        self.authorization._state.adding = False
        if self.report:
            self.report.pk = report_pk
            self.report._state.adding = False
        if self.todo:
            transaction.on_commit(bell.ring, robust=True)
        return int(booked)

    def _values(self) -> dict[str, Any]:
        row = self.authorization
        told = events.parameters(
            row, self.happened, at=self.at, organizations=row.parties
        ) | booking.parameters(row, self.change, self.limits)
        reported = _values_of(self.report, "report") if self.report else {}
        return {
            **_values_of(row, "subject"),
            **reported,
            **told,
            "id": row.pk,
            "kind": self.kind,
            "version": row.version,
            "duties": [todo.reason for todo in self.todo],
            "due": [todo.at for todo in self.todo],
        }


def open(
    authorization: Authorization,
    happened: Sequence[Happened],
    *,
    at: datetime,
    todo: Sequence[Todo] = (),
    limits: Mapping[int, Decimal] | None = None,
) -> bool:
    """Write a new authorization. False: a limit leaves no room for it, and all must roll back."""
    act = Act(
        authorization=authorization,
        kind="request",
        at=at,
        happened=happened,
        todo=todo,
        change=booking.balances_of(authorization),
        limits=limits or {},
    )
    return act.write() == len(act.limits)


def change(
    authorization: Authorization,
    kind: str,
    *,
    at: datetime,
    balances: Balances | None = None,
    data: dict[str, Any] | None = None,
    report: Model | None = None,
    todo: Sequence[Todo] = (),
    before: Sequence[Happened] = (),
    by: Actor,
) -> None:
    """Write the next version with its report, its duties, its events and its ledger entries."""
    had = booking.balances_of(authorization)
    after = balances or had
    authorization.version += 1
    booking.set_balances(authorization, after)
    Act(
        authorization=authorization,
        kind=kind,
        at=at,
        happened=[*before, Happened(f"authorization.{kind}", by, data or {})],
        todo=[Todo("recorded", at), *todo],
        change=after - had,
        report=report,
    ).write()


def record(
    kind: str,
    authorization: Authorization,
    *,
    at: datetime,
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Record what changes nothing that an evaluation looks at."""
    events.record(
        kind, authorization, at=at, organizations=authorization.parties, data=data, by=by
    )


def end(authorization: Authorization, status: Status, *, at: datetime) -> None:
    """Put the end on the instance; the verb writes it."""
    authorization.status = status
    authorization.ended_at = at


@cache
def statement(is_new: bool, report: type[Model] | None) -> Statement:
    """The statement of an act; `report` is the model of the row it comes with."""
    return Statement(
        ACT.format(
            subject=_inserted(Authorization, "subject") if is_new else _updated(),
            report=f"report AS ({_reported(report)} RETURNING id)," if report else "",
            report_id="(SELECT id FROM report)" if report else "NULL",
            events=events.APPEND,
            taken=booking.TAKEN,
            entered=booking.ENTERED,
        )
    )


def _inserted(model: type[Model], prefix: str) -> str:
    names = [str(column.column) for column in _columns(model)]
    values = ", ".join(f"%({prefix}_{name})s" for name in names)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({values})"


def _updated() -> str:
    pairs = ", ".join(f"{name} = %(subject_{name})s" for name in CHANGEABLE)
    return f"UPDATE {Authorization._meta.db_table} SET {pairs} WHERE id = %(id)s::bigint"


def _reported(model: type[Model]) -> str:
    """As `_inserted`, on the authorization that the same statement writes."""
    names = [str(c.column) for c in _columns(model) if c.column != "authorization_id"]
    values = ", ".join(f"%(report_{name})s" for name in names)
    return (
        f"INSERT INTO {model._meta.db_table} (authorization_id, {', '.join(names)})"
        f" SELECT subject.id, {values} FROM subject"
    )


@cache
def _columns(model: type[Model]) -> list["Field[Any, Any]"]:
    return [column for column in model._meta.concrete_fields if not column.primary_key]


def _values_of(row: Model, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}_{column.column}": column.get_db_prep_save(
            getattr(row, column.attname), connection
        )
        for column in _columns(type(row))
    }
