"""Lists in parts, the newest first, cut at a row and not at a number."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

SIZE = 25


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> dict[str, Any]:
    """Give the rows after the one that `before` names, and the addresses of the next part."""
    before = _row_after_cut(request, rows)
    newest_first = rows.order_by("-pk")
    found = list((newest_first.filter(pk__lt=before) if before else newest_first)[: SIZE + 1])
    older = found[SIZE - 1].uuid if len(found) > SIZE else None
    return {
        "rows": found[:SIZE],
        "older_url": _address(request, before=str(older)) if older else "",
        "newer_url": _address(request, before=None) if before else "",
    }


def _row_after_cut(request: HttpRequest, rows: QuerySet[Any]) -> int | None:
    """The row at which the list is cut; an address that names none begins at the start."""
    try:
        uuid = UUID(request.GET.get("before", ""))
    except ValueError:
        return None
    pk: int | None = rows.filter(uuid=uuid).values_list("pk", flat=True).first()
    return pk


def _address(request: HttpRequest, **changes: str | None) -> str:
    """The address of this page with these parameters changed; None removes one."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}"
