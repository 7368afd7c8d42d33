"""Cursor lists: newest first, in pages, never counted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import lists
from authorizations import operations as codes
from authorizations.models import Authorization
from registry.actors import Actor
from registry.models import Organization
from tests.api.programs import Program, wrong
from tests.cast import Firm, permit
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
    assert len(statements) == 3  # the key, who is writing, and the page
    assert not any("count(" in sql.lower() for sql in statements)


LISTS = [
    "/authorizations",
    "/flags",
    "/licenses",
    "/organizations",
    "/permits",
    "/precursors",
    "/products",
    "/sales",
    "/sites",
    "/vehicles",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_that_a_list_does_not_know_is_refused(
    authority_api: Program, path: str
) -> None:
    """Passed over, it would answer everything to who asked for a part."""
    wrong(authority_api.get(path, colour="red", limit=1), "?colour", "unknown_field")


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_given_twice_is_refused(authority_api: Program, path: str) -> None:
    wrong(authority_api.get(path, limit=["1", "2"]), "?limit", "repeated")


@pytest.mark.parametrize(
    ("path", "name"),
    [("/sales/{sale}", "status"), ("/authorizations/{code}", "limit"), ("/headroom", "cursor")],
)
def test_what_is_no_list_takes_no_parameter_of_one(
    buyer_api: Program, code: str, sale: dict[str, Any], path: str, name: str
) -> None:
    path = path.format(code=code, sale=sale["id"])
    wrong(buyer_api.get(path, **{name: "1"}), f"?{name}", "unknown_field")


def test_an_act_takes_no_parameters(buyer_api: Program, code: str) -> None:
    wrong(
        buyer_api.post(f"/authorizations/{code}/cancel?reason=x", {}), "?reason", "unknown_field"
    )
    assert buyer_api.get(f"/authorizations/{code}").json()["status"] == "issued"


def test_a_rule_that_does_not_exist_is_no_filter(authority_api: Program) -> None:
    wrong(authority_api.get("/flags", rule="bogus"), "?rule", "invalid_choice")
    assert authority_api.get("/flags", rule="quantity_exceeded").json()["data"] == []


@pytest.mark.parametrize("q", ["%", "_", "E%a", "E_tra", "\\", "％"])
def test_signs_of_patterns_are_letters_in_a_search(
    authority_api: Program, regulator: Actor, q: str
) -> None:
    enter(regulator, 2)
    assert len(authority_api.get("/organizations", q="extra").json()["data"]) == 2
    for path in ("/organizations", "/precursors", "/products"):
        assert authority_api.get(path, q=q).json()["data"] == []


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


def names(page: dict[str, Any]) -> list[str]:
    return [row.get("id") or row["code"] for row in page["data"]]


@pytest.fixture
def trade(
    ask: Callable[..., Authorization],
    report: Callable[..., codes.SaleReport],
    sell: Callable[..., Any],
    vendor: Firm,
    rival: Firm,
    regulator: Actor,
) -> dict[str, list[str]]:
    """A vendor that buys as well, from another: what its lists tell, the newest first."""
    permit(vendor.license, by=regulator)
    first, third = ask("10"), ask("30")
    second = ask("20", seller=rival.organization, destination_site=vendor.site, by=vendor.actor)
    codes.find_to_sell(second.code or "", by=rival.actor)
    sales = [
        sell(third, "30"),
        codes.record_sale(second, report("20", site=rival.site), by=rival.actor),
        sell(first, "10"),
    ]
    return {
        "/authorizations": [row.code_in_fours for row in (second, third, first)],
        "/sales": [str(sale.uuid) for sale in reversed(sales)],
    }


@pytest.mark.parametrize("path", ["/authorizations", "/sales"])
def test_a_firm_on_both_sides_pages_through_one_list(
    vendor_api: Program, trade: dict[str, list[str]], path: str
) -> None:
    found, cursor = [], {}
    for expected_more in (True, True, False):
        page = vendor_api.get(path, limit=1, **cursor).json()
        assert page["has_more"] is expected_more
        found += names(page)
        cursor = {"cursor": page["next_cursor"]}
    assert found == trade[path]
    assert [row.get("code") or row["id"] for row in vendor_api.get(path).json()["data"]] == trade[
        path
    ]


@pytest.mark.parametrize("path", ["/authorizations", "/sales"])
def test_each_side_is_read_by_itself(
    vendor_api: Program, trade: dict[str, list[str]], path: str
) -> None:
    """As one condition, what everybody trades is read until enough of it is the firm's."""
    with CaptureQueriesContext(connection) as queries:
        vendor_api.get(path, limit=1)
    lists = [query["sql"] for query in queries if " LIMIT " in query["sql"]]
    assert len([sql for sql in lists if "buyer_id" in sql or "seller_id" in sql]) >= 2
    assert not [sql for sql in lists if " OR " in sql]
