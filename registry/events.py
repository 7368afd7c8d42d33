"""Records what happened. Call inside the verb's transaction, with its subject locked."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from uuid6 import uuid7

from database.row_security import see_all_rows
from registry.actors import Actor

# Appends events about `subject`, a relation of one row with its `id`: a verb that writes the
# subject in the same statement can supply it.
APPEND = """
INSERT INTO registry_event (uuid, jurisdiction_id, month, kind, subject_kind, subject_id,
    sequence, at, data, organizations, user_id, api_key_id)
SELECT happened.uuid, %(jurisdiction)s,
    date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'UTC')::date,
    happened.kind, %(subject_kind)s::text, subject.id,
    happened.turn + coalesce((SELECT sequence FROM registry_event earlier
        WHERE earlier.subject_kind = %(subject_kind)s::text AND earlier.subject_id = subject.id
        ORDER BY sequence DESC LIMIT 1), 0),
    %(at)s::timestamptz, happened.data, %(organizations)s::bigint[],
    happened.user_id, happened.api_key_id
FROM subject, unnest(%(event_uuids)s::uuid[], %(event_kinds)s::text[], %(event_data)s::jsonb[],
    %(event_users)s::bigint[], %(event_keys)s::bigint[])
    WITH ORDINALITY AS happened (uuid, kind, data, user_id, api_key_id, turn)
"""
RECORD = f"WITH subject AS (SELECT %(subject)s::bigint AS id) {APPEND}"


@dataclass(frozen=True)
class NewEvent:
    """An event to be recorded, e.g. of kind "license.suspended"."""

    kind: str
    by: Actor
    data: dict[str, Any] = field(default_factory=dict)


def record(
    kind: str,
    subject: Model,
    *,
    at: datetime,
    organizations: Iterable[int | None] = (),
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Append the event `kind` with the subject's next number.

    `organizations`: the firms that may read it; None among them is ignored.
    """
    new_events = [NewEvent(kind, by, data or {})]
    values = parameters(subject, new_events, at=at, organizations=organizations)
    # Whoever acts may not see what happened to the subject before, and so its last number.
    with see_all_rows(), connection.cursor() as cursor:
        cursor.execute(RECORD, values | {"subject": subject.pk})


def parameters(
    subject: Model,
    new_events: Sequence[NewEvent],
    *,
    at: datetime,
    organizations: Iterable[int | None],
) -> dict[str, Any]:
    """Return the parameters of APPEND, except its `subject`."""
    return {
        "jurisdiction": new_events[0].by.jurisdiction.pk,
        "at": at,
        "subject_kind": subject._meta.model_name,
        "organizations": [pk for pk in organizations if pk is not None],
        "event_uuids": [uuid7() for _each in new_events],
        "event_kinds": [each.kind for each in new_events],
        "event_data": [json.dumps(each.data) for each in new_events],
        "event_users": [each.by.user.pk if each.by.user else None for each in new_events],
        "event_keys": [each.by.api_key.pk if each.by.api_key else None for each in new_events],
    }
