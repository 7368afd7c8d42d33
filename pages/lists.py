"""The pager of every list of the pages, cut at a row and not at a number; how a filter is left."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest

AFTER = "after"  # the parameter that names the last row of the page before


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    among: QuerySet[Any] | None = None,
    order: Sequence[str] = ("-pk",),
    size: int,
) -> dict[str, Any]:
    """Give the rows after the one that the address names, and the addresses of other pages.

    `order` ends with the key. `among`: where the named row is looked for, since it may not meet
    the filters any more.
    """
    last = named_row(request, rows if among is None else among)
    found = list(rows_after(last, rows, order)[: size + 1])
    following = found[size - 1] if len(found) > size else None
    return {"rows": found[:size], **page_links(request, last, following)}


def page_links(
    request: HttpRequest, last: Model | None, following: Model | None
) -> dict[str, str]:
    """The addresses of the first page, unless this is it, and of the one after `following`."""
    after = str(following.uuid) if following else None  # type: ignore[attr-defined]
    return {
        "first_url": address_with(request, **{AFTER: None}) if last else "",
        "next_url": address_with(request, **{AFTER: after}) if after else "",
    }


def rows_after(last: Model | None, rows: QuerySet[Any], order: Sequence[str]) -> QuerySet[Any]:
    """The rows in this order, from the one after `last` on."""
    ordered = rows.order_by(*order)
    return ordered.filter(_beyond(last, order)) if last else ordered


def named_row(request: HttpRequest, rows: QuerySet[Any]) -> Model | None:
    """The row at which the list is cut; an address that names none begins at the start."""
    try:
        uuid = UUID(request.GET.get(AFTER, ""))
    except ValueError:
        return None
    row: Model | None = rows.filter(uuid=uuid).first()
    return row


def _beyond(last: Model, order: Sequence[str]) -> Q:
    """What comes after a row; the first condition is one that an index of the order knows."""
    name, *rest = order
    field, down = name.lstrip("-"), name.startswith("-")
    value = getattr(last, field)
    past = Q(**{f"{field}__{'lt' if down else 'gt'}": value})
    if not rest:
        return past
    return Q(**{f"{field}__{'lte' if down else 'gte'}": value}) & (past | _beyond(last, rest))


def filter_removals(request: HttpRequest, form: Form) -> Iterator[tuple[str, str]]:
    """Each active filter of a form as it reads, with the address of the list without it."""
    for field in form.visible_fields():
        if value := request.GET.get(field.name):
            choices: Any = dict(getattr(field.field, "choices", []))
            label = f"{field.label}: {choices.get(value, value)}"
            yield label, address_with(request, **{AFTER: None, field.name: None})


def address_with(request: HttpRequest, **changes: str | None) -> str:
    """The address of this page with these parameters changed; None removes one."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}"
