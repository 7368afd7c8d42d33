"""Which rows of a table no transaction under way can still precede.

A row takes its number when it is inserted and is seen when its transaction commits, so that one
with a lower number may be seen after one with a higher. Who reads a list down to the last row
known would never see it. A list therefore begins at a number below which all is decided.
"""

import time
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Min, Model, Q

WAIT_S = 0.5
STEP_S = 0.005
# From the making of a row's uuid to its insertion, and by how much clocks of two hosts differ.
MARGIN = timedelta(minutes=1)
# An INSERT locks its table before it takes a number from the sequence. The sequence is therefore
# read first: whoever has a number up to that one, and has not ended, is among the holders.
INSERTING = """
WITH newest AS MATERIALIZED (
    SELECT pg_sequence_last_value(pg_get_serial_sequence(%(table)s, 'id')::regclass) AS id
)
SELECT coalesce(newest.id, 0), holder.virtualtransaction, holder.pid
FROM newest LEFT JOIN LATERAL (
    SELECT virtualtransaction, pid FROM pg_locks
    WHERE newest.id IS NOT NULL AND locktype = 'relation' AND mode = 'RowExclusiveLock'
        AND granted AND relation = %(table)s::regclass AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) holder ON true
"""
# Null for what another role does: the owner's upkeep.
SINCE = "SELECT min(xact_start) FROM pg_stat_activity WHERE pid = ANY(%s)"


class Writer(NamedTuple):
    """A transaction that may have inserted into the table."""

    transaction: str
    pid: int


def settled(model: type[Model]) -> Q:
    """Return the condition for rows that nothing with a lower number can be committed after.

    Waits for the writers of this moment, which is a few milliseconds. Where one takes longer, an
    import or a process that hangs, what was added since it began is left out until it has ended.
    """
    newest, writers = _writers(model)
    ends = time.monotonic() + WAIT_S
    while writers and time.monotonic() < ends:
        time.sleep(STEP_S)
        writers &= _writers(model)[1]
    since = _begun(writers) if writers else None
    undecided = _first_made(model, since - MARGIN) if since else None
    return Q(pk__lte=newest if undecided is None else min(newest, undecided - 1))


def _writers(model: type[Model]) -> tuple[int, set[Writer]]:
    """Return the last number given out, and then who may hold one that is not committed."""
    with connection.cursor() as cursor:
        cursor.execute(INSERTING, {"table": model._meta.db_table})
        rows = cursor.fetchall()
    return rows[0][0], {Writer(*holder) for _newest, *holder in rows if holder[0]}


def _begun(writers: set[Writer]) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(SINCE, [[writer.pid for writer in writers]])
        (since,) = cursor.fetchone()
    return since  # type: ignore[no-any-return]


def _first_made(model: type[Model], moment: datetime) -> int | None:
    """Return the lowest number of a row whose uuid, of version 7, was made since a moment."""
    if not any(column.name == "uuid" for column in model._meta.concrete_fields):
        return None
    lowest = UUID(int=int(moment.timestamp() * 1000) << 80)
    made = model._base_manager.filter(uuid__gte=lowest).aggregate(first=Min("pk"))
    return made["first"]  # type: ignore[no-any-return]
