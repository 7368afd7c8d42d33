"""One effect for one key: a repeated request gets the same answer again.

The key's row is written in the verb's own transaction, so that a crash takes back both. A
duplicate that comes meanwhile waits on the row's unique index until the first one commits.
What the domain refuses has no effect to commit with: its answer is kept by itself, afterwards.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from psycopg2.errors import LockNotAvailable
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import MEDIA_TYPE, Problem, problem_of
from database.statements import Statement
from precursors.errors import Refused
from registry.http import actor_of
from registry.models import IdempotencyKey

WAIT_S = 5
KEPT_FOR = timedelta(days=30)
# No comma: two headers arrive as one, with a comma between them.
KEY = re.compile(r"[\x20-\x2b\x2d-\x7e]{1,255}", re.ASCII)

# The row is computed, and the wait for its holder limited, before the index is asked.
CLAIM = Statement(f"""
INSERT INTO registry_idempotencykey
    (jurisdiction_id, organization_id, operation, key, body_hash, status, answer,
     created_at, kept_until)
SELECT %(jurisdiction)s::bigint, %(organization)s::bigint, %(operation)s, %(key)s, %(body_hash)s,
    %(status)s, %(answer)s::jsonb, now(), now() + %(kept_for)s::interval
FROM set_config('lock_timeout', '{WAIT_S}s', true)
ON CONFLICT DO NOTHING
RETURNING id
""")
KEEP = Statement("""
UPDATE registry_idempotencykey SET status = %(status)s, answer = %(answer)s::jsonb
WHERE id = %(id)s RETURNING id
""")

Act = Callable[[], Response]
Post = Callable[..., Response]


def idempotent(*, required: bool = False, for_ever: bool = False) -> Callable[[Post], Post]:
    """Decorate an endpoint's `post` so that it obeys `Idempotency-Key`.

    Keys of sales are kept `for_ever`, like the sales; others for 30 days.
    """

    def decorate(post: Post) -> Post:
        @wraps(post)
        def obeying(self: Any, request: Request, **route: Any) -> Response:
            key = _given_key(request, required)
            if key is None:
                return post(self, request, **route)
            kept_for = None if for_ever else KEPT_FOR
            attempt = Attempt.of(request, key, self.named(**route), kept_for)
            return attempt.answer(lambda: post(self, request, **route))

        obeying.idempotency_key = "required" if required else "optional"  # type: ignore[attr-defined]
        return obeying

    return decorate


def _given_key(request: Request, required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and required:
        text = _("Send an Idempotency-Key header: a new one for each new act.")
        raise Problem(400, "idempotency_key_missing", text)
    if key is not None and not KEY.fullmatch(key):
        text = _("Send one idempotency key of 1 to 255 printable ASCII characters, no comma.")
        raise Problem(400, "idempotency_key_malformed", text)
    return key


@dataclass(frozen=True)
class Attempt:
    """One arrival of a request that carries a key."""

    http: Any
    names: dict[str, Any]

    @classmethod
    def of(cls, request: Request, key: str, named: str, kept_for: timedelta | None) -> "Attempt":
        by = actor_of(request._request)
        names = {
            "jurisdiction": by.jurisdiction.pk,
            "organization": by.organization.pk if by.organization else None,
            "operation": operation(request, named),
            "key": key,
            "body_hash": hashlib.sha256(canonical(request.data).encode()).hexdigest(),
            "kept_for": kept_for,
        }
        return cls(request._request, names)

    def answer(self, act: Act) -> Response:
        """Act and keep the answer, or give again the answer that was kept."""
        try:
            with transaction.atomic():
                row = self._claim(status=None, answer=None)
                if row is None:
                    return self._replay()
                response = act()
                self._keep(row, response)
                return response
        except Refused as refusal:
            return self._keep_refusal(refusal)

    def _claim(self, *, status: int | None, answer: str | None) -> int | None:
        """Insert the key's row; None where it is taken, after its holder has finished."""
        values = {**self.names, "status": status, "answer": answer}
        try:
            found = CLAIM.rows(values)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise _in_progress() from None
            raise
        return int(found[0][0]) if found else None

    def _keep(self, row: int, response: Response) -> None:
        KEEP.rows({"status": response.status_code, "answer": _text(response), "id": row})

    def _keep_refusal(self, refusal: Refused) -> Response:
        """Keep a 409: a late duplicate must not succeed where the first was refused."""
        problem = problem_of(refusal)
        if problem is None or problem.status != 409:
            raise refusal
        response = problem.response(self.http)
        with transaction.atomic():
            if self._claim(status=409, answer=_text(response)):
                return response
            return self._replay()

    def _replay(self) -> Response:
        names = {name: self.names[f"{name}"] for name in ("operation", "key")}
        kept = IdempotencyKey.objects.get(
            jurisdiction=self.names["jurisdiction"],
            organization=self.names["organization"],
            **names,
        )
        if kept.body_hash != self.names["body_hash"]:
            text = _("This key was used with another body. A new act takes a new key.")
            raise Problem(422, "idempotency_key_reused", text)
        media_type = MEDIA_TYPE if kept.status == 409 else None
        headers = {"Idempotent-Replay": "true", "Cache-Control": "no-store"}
        answer = kept.answer
        if kept.status == 409:
            answer = {**(answer or {}), "request_id": getattr(self.http, "id", "")}
        return Response(answer, kept.status, headers=headers, content_type=media_type)


def operation(request: Request, named: str) -> str:
    """Name the operation: its method and route, and what the path names."""
    match = request.resolver_match
    assert match is not None
    return f"{request.method} {match.view_name} {named}".strip()


def canonical(data: Any) -> str:
    """Write JSON in one way only: names sorted, no spaces, numbers by their value."""
    if isinstance(data, dict):
        pairs = (f"{canonical(name)}:{canonical(data[name])}" for name in sorted(data))
        return "{" + ",".join(pairs) + "}"
    if isinstance(data, list):
        return "[" + ",".join(map(canonical, data)) + "]"
    if isinstance(data, int | Decimal) and not isinstance(data, bool):
        return _number(Decimal(data))
    return json.dumps(data, ensure_ascii=False)


def _number(value: Decimal) -> str:
    """The same text for 1, 1.0 and 10e-1; never a long one for 1e999999."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    bare = text.rstrip("0")
    if not bare or not isinstance(exponent, int):
        return "0"
    return f"{'-' if sign else ''}{bare}e{exponent + len(text) - len(bare)}"


def _text(response: Response) -> str:
    return JSONRenderer().render(response.data).decode()


def _in_progress() -> Problem:
    text = _("The first request with this key is still running. Ask again shortly.")
    return Problem(409, "idempotency_in_progress", text, {}, {"Retry-After": "1"})
