"""Cursor lists: newest first, by key set, never counted.

The first page begins where nothing more can be committed below (`database/settling.py`), so that
reading to the end, or down to the last row known, misses nothing.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from heapq import nlargest
from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import Problem, invalid, pointer
from database.settling import settled

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
Row = Any


def page(
    rows: Sequence[QuerySet[Any]],
    request: Request,
    shape: Callable[[list[Row]], list[Any]],
    key: str,
) -> Response:
    """Answer the part of `rows` that the query asks for; each of them has an index to be read by.

    The cursor names the last row by its outside key, so that it reveals no internal number.
    """
    limit = _limit(request.query_params.get("limit"))
    cursor = request.query_params.get("cursor")
    model = rows[0].model
    begin = Q(pk__lt=_place(model, key, cursor)) if cursor else settled(model)
    rows = [part.filter(begin) for part in rows]
    found = newest([part.order_by("-pk") for part in rows], limit + 1)
    more = len(found) > limit
    found = found[:limit]
    following = _token(str(getattr(found[-1], key))) if more else None
    return Response({"data": shape(found), "next_cursor": following, "has_more": more})


def newest(rows: Sequence[QuerySet[Any]], count: int) -> list[Row]:
    """The newest of all parts. As one condition they would be read from end to end."""
    if len(rows) == 1:
        return list(rows[0][:count])
    heads = [set(part.values_list("pk", flat=True)[:count]) for part in rows]
    wanted = nlargest(count, set().union(*heads))
    found = [
        row
        for part, head in zip(rows, heads, strict=True)
        for row in (part.filter(pk__in=head.intersection(wanted)) if head else [])
    ]
    return sorted(found, key=lambda row: -row.pk)


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT_DEFAULT
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not 1 <= int(text) <= LIMIT_MAX:
        raise _wrong("limit", _("Give a whole number from 1 to 200."))
    return int(text)


def _place(model: type[Model], key: str, cursor: str) -> int:
    """The internal number of the row that a cursor names."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        field = cast("Field[Any, Any]", model._meta.get_field(key))
        value = field.to_python(name)
        place = model._base_manager.values_list("pk", flat=True).get(**{key: value})
    except (binascii.Error, ValueError, ObjectDoesNotExist, ValidationError):
        raise _wrong("cursor", _("This cursor was not given out by this list.")) from None
    return int(place)


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _wrong(parameter: str, sentence: str) -> Problem:
    place = pointer([f"?{parameter}"])
    return invalid([{"pointer": place, "code": f"invalid_{parameter}", "detail": sentence}])
