"""Thousands of other purchases, and a watch on what each statement reads of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from audit import check
from authorizations import operations
from authorizations.models import Authorization, Sale
from oversight import operations as oversight
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry import clock
from registry.actors import Actor
from tests.audit.planting import plant
from tests.cast import Firm, kg

OTHERS = 10_000  # of fewer the planner may rather read all than ask an index fifty times
READ_MAX = 500  # rows of one table by one scan: a page of 50 several times over, far from all
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "EXECUTE")
# What is multiplied, and what is another in each copy, the number of which is n.
GROWN = {
    "authorizations_authorization": {
        "code": "lpad(n::text, 12, '0')",
        "issued_at": "row.issued_at - interval '60 days'",
    },
    "authorizations_sale": {
        "authorization_id": "-n",
        "invoice": "'F002-' || n",
        "guide": "'T002-' || n",
        "invoice_key": "'F-2-' || n",
        "guide_key": "'T-2-' || n",
        "sold_on": "row.sold_on - 60",
    },
    "authorizations_receipt": {"authorization_id": "-n", "sale_id": "-n"},
    "oversight_evaluation": {"authorization_id": "-n"},
    "oversight_flag": {"authorization_id": "-n", "subject_id": "-n"},
    "oversight_flagstep": {"flag_id": "-n"},
    "authorizations_ledgerentry": {"authorization_id": "-n"},
    "authorizations_lookup": {"at": "row.at - interval '60 days'"},
    "authorizations_duty": {
        "authorization_id": "-n",
        "due_at": "row.due_at + interval '1 year'",
    },
    "registry_event": {"subject_id": "-n"},
}


def copies(table: str, changes: dict[str, str]) -> str:
    """A statement that adds so many copies of a table's last row."""
    values = {"id": "-n", "uuid": "gen_random_uuid()", **changes}
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"""
        INSERT INTO {table} SELECT copied.* FROM {table} row, generate_series(1, {OTHERS}) n,
            jsonb_populate_record(row, jsonb_build_object({pairs})) copied
        WHERE row.id = (SELECT max(id) FROM {table})
    """


class Watched:
    """Looks at what every statement reads of these tables, just before it runs."""

    def __init__(self) -> None:
        self.seen = 0
        self.reading_much: list[tuple[str, int, str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(STATEMENTS):
            self.seen += 1
            self.reading_much += [
                (table, rows, sql) for table, rows in _read(_plan(sql, params)) if rows > READ_MAX
            ]
        return execute(sql, params, many, context)


def _plan(sql: str, params: Any) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
        transaction.set_rollback(True)
    return plan


def _read(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Each table and how many rows of it were looked at, with those thrown away."""
    if plan.get("Relation Name") in GROWN and "Scan" in plan["Node Type"]:
        looked_at = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan["Relation Name"], round(looked_at * plan["Actual Loops"])
    for part in plan.get("Plans", []):
        yield from _read(part)


@pytest.fixture
def others(
    ask: Callable[..., Authorization], sell: Callable[..., Sale], buyer: Firm, regulator: Actor
) -> None:
    """The same two firms' trade of years, all settled, each sale flagged for its papers."""
    for _twice in range(2):
        sale = sell(ask("1"), "1", invoice="F001-1", guide="T001-1", complete=True)
        operations.confirm_receipt(
            sale, received_at=clock.now(), quantity=kg(1), outcome="satisfactory", by=buyer.actor
        )
        evaluate([sale.authorization_id])
    flag = Flag.objects.get(rule="duplicate_document")
    oversight.review(flag, outcome="explained", note="A typing error.", by=regulator)
    for _twice in range(2):  # a check looks at what changed since the one before the last
        check.check_invariants()
    for table, changes in GROWN.items():
        plant(copies(table, changes), f"ANALYZE {table}")


@pytest.fixture
def watched(others: None) -> Iterator[Watched]:
    watched = Watched()
    with connection.execute_wrapper(watched):
        yield watched
