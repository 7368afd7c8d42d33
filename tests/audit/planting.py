"""A small world in order, and a way past its guards to plant what must never be."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from authorizations import operations
from authorizations.models import Authorization, Sale
from oversight import operations as oversight
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from tests import cast
from tests.cast import Firm, kg
from tests.roles import as_owner

GUARDS = """
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace)
"""


def guards() -> list[tuple[str, str]]:
    """Every trigger there is, with its table."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        return cursor.fetchall()


def plant(*statements: str) -> None:
    """Do as the tables' owner what the portal never does: the guards sleep meanwhile."""
    told = " ".join(statements)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in {table for table, _name in guards() if table in told}:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table, name in guards():
            if table in told:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def corrected(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    report: Callable[..., Any],
    buyer: Firm,
    vendor: Firm,
) -> Authorization:
    """108 kg were sold on 100; the vendor corrects it to 96, and so the buyer its 100."""
    code = ask("100")
    sale = sell(code, "108")
    evaluate([code.pk])
    operations.correct_sale(sale, report("96"), reason="typed twice", by=vendor.actor)
    told: dict[str, Any] = {"received_at": clock.now(), "outcome": "satisfactory"}
    operations.confirm_receipt(sale, quantity=kg(100), **told, by=buyer.actor)
    operations.correct_receipt(sale, quantity=kg(96), **told, reason="read wrong", by=buyer.actor)
    return code


def decided(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    first: Actor,
) -> Authorization:
    """150 kg were sold on 100, and two of the officers confirmed the flag."""
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    flag = Flag.objects.get(authorization=code, rule="quantity_exceeded")
    flag = oversight.review(flag, outcome="confirmed", note="No papers.", by=first)
    oversight.review(flag, outcome="confirmed", note="Nor any now.", by=cast.drawn(flag))
    return code


def given_back(ask: Callable[..., Authorization], buyer: Firm) -> Authorization:
    return operations.cancel(ask("100"), by=buyer.actor)


def claimed(
    report: Callable[..., Any], buyer: Firm, vendor: Firm, product: Product, amount: str = "30"
) -> Sale:
    """Sold without a code, and not answered."""
    return operations.record_uncoded_sale(
        report(amount),
        buyer=buyer.organization,
        product=product,
        reason="outage",
        by=vendor.actor,
    )


def overdrawn(
    report: Callable[..., Any], buyer: Firm, vendor: Firm, product: Product, by: Actor
) -> Authorization:
    """More than the whole quota was sold without a code, as an officer has confirmed."""
    sale = claimed(report, buyer, vendor, product, "20000")
    operations.confirm_claim(sale, reason="seen", by=by)
    return sale.authorization
