"""Records what happened. Call inside the verb's transaction, with its subject locked."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from uuid6 import uuid7

from registry.actors import Actor

INSERT = """
INSERT INTO registry_event (uuid, jurisdiction_id, month, kind, subject_kind, subject_id,
    sequence, at, data, organizations, user_id, api_key_id)
SELECT %(uuid)s, %(jurisdiction)s, date_trunc('month', %(at)s AT TIME ZONE 'UTC')::date,
    %(kind)s, %(subject_kind)s, %(subject)s,
    coalesce((SELECT sequence FROM registry_event
        WHERE subject_kind = %(subject_kind)s AND subject_id = %(subject)s
        ORDER BY sequence DESC LIMIT 1), 0) + 1,
    %(at)s, %(data)s, %(organizations)s, %(user)s, %(api_key)s
"""


def record(
    kind: str,
    subject: Model,
    *,
    at: datetime,
    organizations: Iterable[int | None] = (),
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Append the event `kind`, e.g. "license.suspended", with the subject's next number."""
    values = {
        "uuid": str(uuid7()),
        "jurisdiction": by.jurisdiction.pk,
        "at": at,
        "kind": kind,
        "subject_kind": subject._meta.model_name,
        "subject": subject.pk,
        "data": json.dumps(data or {}),
        "organizations": [pk for pk in organizations if pk is not None],
        "user": by.user.pk if by.user else None,
        "api_key": by.api_key.pk if by.api_key else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
