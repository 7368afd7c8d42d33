"""The one statement by which an act is written, in the order in which PostgreSQL does it.

`docs/record-sale.sql` shows it whole, as it is sent when a sale is recorded.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from authorizations.ledger import Balances
from authorizations.models import Authorization
from database.statements import Statement
from registry import events

# What an act may change of an authorization; all else is frozen with the request.
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
    "seller_permit_id",
    "seller_allowance_id",
    "reserved_kg",
    "held_kg",
    "consumed_kg",
    "overage_kg",
    "claimed_kg",
    "sold_kg",
]
# subject: the authorization, new or changed. report: the sale, receipt or agreement, if any.
# duty: what is left to do. event: what happened. share: the allowances of both parties in the
# month, the quarter and the year of the request, locked in the order of their ids, as by every
# act, so that two never wait for each other. taken: the conditional UPDATE of the two that the
# permits name, whose condition an admission sets by a limit; a fact is booked whether or not it
# fits. entry: the ledger entry of each of the two, from which the database books the others.
# Overage and claimed differ between the two: see `Balances`.
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
share AS MATERIALIZED (
    SELECT allowance.id, asked.id IS NOT NULL AS is_asked, asked.limit_kg, asked.reserved,
        asked.held, asked.consumed, asked.overage, asked.claimed
    FROM authorizations_allowance allowance
    LEFT JOIN unnest(%(allowances)s::bigint[], %(limits)s::numeric[], %(reserved)s::numeric[],
            %(held)s::numeric[], %(consumed)s::numeric[], %(overage)s::numeric[],
            %(claimed)s::numeric[])
        AS asked (id, limit_kg, reserved, held, consumed, overage, claimed) USING (id)
    WHERE (allowance.organization_id, allowance.precursor_id, allowance.activity) IN (
            SELECT organization_id, precursor_id, activity FROM authorizations_allowance
            WHERE id = ANY(%(allowances)s::bigint[]))
        AND %(requested_on)s::date BETWEEN allowance.period_start AND allowance.period_end
    ORDER BY allowance.id FOR NO KEY UPDATE OF allowance
),
taken AS (
    UPDATE authorizations_allowance allowance SET
        reserved_kg = reserved_kg + share.reserved,
        held_kg = held_kg + share.held,
        consumed_kg = consumed_kg + share.consumed,
        overage_kg = overage_kg + share.overage,
        claimed_kg = claimed_kg + share.claimed,
        limit_kg = coalesce(share.limit_kg, allowance.limit_kg)
    FROM share
    WHERE allowance.id = share.id AND share.is_asked AND (share.limit_kg IS NULL
        OR reserved_kg + held_kg + consumed_kg + overage_kg + share.reserved <= share.limit_kg)
    RETURNING allowance.id, allowance.limit_kg,
        reserved_kg + held_kg + consumed_kg + overage_kg AS used_kg, share.reserved, share.held,
        share.consumed, share.overage, share.claimed
),
entry AS (
    INSERT INTO authorizations_ledgerentry (jurisdiction_id, month, allowance_id, authorization_id,
        version, kind, reserved_kg, held_kg, consumed_kg, overage_kg, claimed_kg,
        used_after_kg, limit_kg, counts_every_period, recorded_at)
    SELECT %(jurisdiction)s, date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'UTC')::date,
        taken.id, subject.id, %(version)s::int, %(kind)s, taken.reserved, taken.held,
        taken.consumed, taken.overage, taken.claimed, taken.used_kg, taken.limit_kg, true,
        %(at)s::timestamptz
    FROM taken, subject
)
SELECT subject.id, {report_id}, (SELECT count(*) FROM taken) FROM subject
"""


@cache
def statement_for(*, is_new: bool, report: type[Model] | None) -> Statement:
    """The statement of an act; `report` is the model of the row that comes with it."""
    return Statement(
        ACT.format(
            subject=_insert(Authorization, "subject") if is_new else _update(),
            report=f"report AS ({_insert_report(report)} RETURNING id)," if report else "",
            report_id="(SELECT id FROM report)" if report else "NULL",
            events=events.APPEND,
        )
    )


def _insert(model: type[Model], prefix: str) -> str:
    names = [str(column.column) for column in _columns(model)]
    values = ", ".join(f"%({prefix}_{name})s" for name in names)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({values})"


def _update() -> str:
    pairs = ", ".join(f"{name} = %(subject_{name})s" for name in CHANGEABLE)
    return f"UPDATE {Authorization._meta.db_table} SET {pairs} WHERE id = %(id)s::bigint"


def _insert_report(model: type[Model]) -> str:
    """As `_insert`, on the authorization that the same statement writes."""
    names = [str(c.column) for c in _columns(model) if c.column != "authorization_id"]
    values = ", ".join(f"%(report_{name})s" for name in names)
    return (
        f"INSERT INTO {model._meta.db_table} (authorization_id, {', '.join(names)})"
        f" SELECT subject.id, {values} FROM subject"
    )


@cache
def _columns(model: type[Model]) -> list["Field[Any, Any]"]:
    return [column for column in model._meta.concrete_fields if not column.primary_key]


def values_of(row: Model, prefix: str) -> dict[str, Any]:
    """Every column of a row, as the parameters that `_insert` and `_update` name."""
    return {
        f"{prefix}_{column.column}": column.get_db_prep_save(
            getattr(row, column.attname), connection
        )
        for column in _columns(type(row))
    }


def quota_parameters(
    authorization: Authorization, shares: Mapping[int, Balances], limits: Mapping[int, Decimal]
) -> dict[str, Any]:
    """What `share`, `taken` and `entry` need, of each allowance and what changes on it."""
    return {
        "requested_on": authorization.requested_on,
        "allowances": list(shares),
        "limits": [limits.get(pk) for pk in shares],
        "reserved": [own.reserved for own in shares.values()],
        "held": [own.held for own in shares.values()],
        "consumed": [own.consumed for own in shares.values()],
        "overage": [own.overage for own in shares.values()],
        "claimed": [own.claimed for own in shares.values()],
    }
