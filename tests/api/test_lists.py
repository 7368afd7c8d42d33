"""Cursor lists: newest first, in pages, never counted."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.api import lists
from registry.actors import Actor
from registry.models import Organization
from tests.api.programs import Program
from tests.factories import OrganizationFactory
from tests.registry.numbers import ruc


def enter(by: Actor, count: int) -> list[str]:
    return [firm.tax_id for firm in OrganizationFactory.create_batch(count, by=by)]


def test_pages_follow_each_other_newest_first(authority_api: Program, regulator: Actor) -> None:
    numbers = enter(regulator, 5)
    found, cursor = [], {}
    for expected_more in (True, True, False):
        page = authority_api.get("/organizations", limit=2, **cursor).json()
        assert page["has_more"] is expected_more
        found += [row["tax_id"] for row in page["data"]]
        cursor = {"cursor": page["next_cursor"]}
    assert cursor == {"cursor": None}
    assert found == numbers[::-1]


def test_what_is_entered_meanwhile_moves_no_page(authority_api: Program, regulator: Actor) -> None:
    numbers = enter(regulator, 3)
    page = authority_api.get("/organizations", limit=2).json()
    authority_api.post("/organizations", {"tax_id": ruc(200), "name": "Late"})
    rest = authority_api.get("/organizations", limit=2, cursor=page["next_cursor"]).json()
    assert [row["tax_id"] for row in rest["data"]] == numbers[:1]


def test_nothing_is_counted_and_no_row_asks_again(
    authority_api: Program, regulator: Actor
) -> None:
    enter(regulator, 3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        authority_api.get("/organizations", limit=2)
    statements = [query["sql"] for query in queries]
    assert len(statements) == 2  # the key, and the page
    assert not any("count(" in sql.lower() for sql in statements)


def test_a_cursor_tells_no_internal_number(authority_api: Program, regulator: Actor) -> None:
    enter(regulator, 2)
    cursor = authority_api.get("/organizations", limit=1).json()["next_cursor"]
    assert len(cursor) > 40  # a UUID, not a count of firms


def test_rows_in_parts_are_one_list(regulator: Actor) -> None:
    """As a firm's list of what it bought and of what it sold."""
    numbers = enter(regulator, 6)[::-1]
    for mine in (numbers[::2], numbers[:4], numbers, []):
        rows = Organization.objects.order_by("-pk")
        parts = [rows.filter(tax_id__in=mine), rows.filter(tax_id__in=set(numbers) - set(mine))]
        assert [row.tax_id for row in lists.newest(parts, 4)] == numbers[:4]
