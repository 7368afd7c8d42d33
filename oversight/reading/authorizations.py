"""Reads the facts of a batch of authorizations: a few queries, however large the batch.

What an act adds carries the version it made, so that "as known at version v" is a filter; of
the register and of other sales, what was recorded by then counts. The few columns that change
in place are kept with each evaluation: `changeable`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Prefetch, QuerySet

from authorizations.models import Agreement, Authorization, LedgerEntry, Receipt, Sale
from authorizations.models.sales import root_in_sql
from authorizations.product_facts import Caps, product_facts
from oversight.models import Evaluation
from oversight.reading.alike import earlier_alike
from precursors.quantities import Quantity, Unit
from registry.models import License, LicenseStep
from registry.plates import is_plate
from rules.facts import (
    NOTHING_ARRIVED,
    Amount,
    Booking,
    Facts,
    LicenseFacts,
    ReceiptFacts,
    ReportFacts,
    SaleFacts,
    Twin,
)

Row = TypeVar("Row", bound=Model)
Changeable = dict[str, Any]
Moments = Mapping[int, datetime]  # as of when each authorization is looked at
MOMENTS = ("issued_at", "valid_until", "ended_at")

# The first sale of the same vendor on another code whose report in force stands on the same
# number; those on the same code are facts already.
TWINS = f"""
SELECT wanted.sale, %(document)s AS document, wanted.{{document}} AS number, twin.uuid
FROM unnest(%(sales)s::bigint[], %(codes)s::bigint[], %(sellers)s::bigint[],
    %(invoices)s::text[], %(guides)s::text[], %(invoice_keys)s::text[], %(guide_keys)s::text[],
    %(moments)s::timestamptz[])
    AS wanted(sale, code, seller, invoice, guide, invoice_key, guide_key, at)
CROSS JOIN LATERAL (
    SELECT root.uuid FROM authorizations_sale other
    JOIN authorizations_sale root ON root.id = {root_in_sql("other")}
    WHERE other.seller_id = wanted.seller AND other.authorization_id <> wanted.code
        AND other.{{document}}_key = wanted.{{document}}_key AND other.{{document}}_key <> ''
        AND root.id < wanted.sale AND NOT other.is_void AND other.recorded_at <= wanted.at
        AND NOT EXISTS (SELECT FROM authorizations_sale later
            WHERE later.replaces_id = other.id AND later.recorded_at <= wanted.at)
    ORDER BY root.id LIMIT 1
) twin
"""


def facts_of(ids: Iterable[int], *, at: datetime) -> dict[int, Facts]:
    """What is known now, to be judged as of `at`."""
    rows = list(_authorizations(ids))
    versions = {row.pk: row.version for row in rows}
    states = {row.pk: _changeable_now(row) for row in rows}
    return _read(rows, versions, states, dict.fromkeys(versions, at))


def facts_then(evaluation: Evaluation) -> Facts:
    """What was known when an evaluation was made."""
    return facts_of_evaluations([evaluation])[evaluation.authorization_id]


def facts_of_evaluations(evaluations: Collection[Evaluation]) -> dict[int, Facts]:
    """What was known when each was made: of one authorization, one evaluation."""
    versions = {each.authorization_id: each.version for each in evaluations}
    then = {each.authorization_id: _from_json(each.known) for each in evaluations}
    moments = {each.authorization_id: each.evaluated_at for each in evaluations}
    return _read(list(_authorizations(versions)), versions, then, moments)


def changeable(facts: Facts) -> Changeable:
    """What leaves no row of its own when it changes, as JSON.

    With the other sales on the same papers: one may be committed after it was looked for, and
    bear an earlier time.
    """
    moments = {name: getattr(facts, name) for name in MOMENTS}
    products = [facts.product, *(report.product for report in facts.reports())]
    return {
        "status": facts.status,
        "plate": facts.plate,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
        "caps_kg": {each.precursor: _text(each.tolerance_cap_kg) for each in products},
        "twins": {
            str(each.id): [astuple(t) for t in each.twins] for each in facts.sales if each.twins
        },
        "alike": {str(each.id): each.alike for each in facts.sales if each.alike},
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _from_json(known: Changeable) -> Changeable:
    moments = {name: known[name] for name in MOMENTS}
    caps = {code: text and Decimal(text) for code, text in known["caps_kg"].items()}
    read = {name: text and datetime.fromisoformat(text) for name, text in moments.items()}
    return known | read | {"caps_kg": caps}


def _changeable_now(row: Authorization) -> Changeable:
    return {
        "status": row.status,
        "plate": row.vehicle.plate if row.vehicle else "",
        **{name: getattr(row, name) for name in MOMENTS},
        "caps_kg": {},  # as they are
    }


def _authorizations(ids: Iterable[int]) -> QuerySet[Authorization]:
    return Authorization.objects.filter(pk__in=list(ids)).select_related(
        "jurisdiction", "product__precursor", "vehicle"
    )


def _read(
    rows: list[Authorization],
    versions: Mapping[int, int],
    states: Mapping[int, Changeable],
    moments: Moments,
) -> dict[int, Facts]:
    caps = {pk: state["caps_kg"] for pk, state in states.items()}
    sales = _sales(rows, versions, states, moments)
    bookings = _children(LedgerEntry.objects.select_related("allowance"), versions, _booking)
    licenses = _licenses(rows)
    return {
        row.pk: Facts(
            id=row.pk,
            version=versions[row.pk],
            as_of=moments[row.pk],
            zone=row.jurisdiction.zone,
            has_code=row.code is not None,
            is_claim=row.is_claim,
            product=product_facts(row.product, caps[row.pk]),
            authorized=_amount(row),
            sales=tuple(sales[row.pk]),
            bookings=tuple(bookings[row.pk]),
            licenses=(
                *_of_party("buyer", licenses[row.buyer_id], moments[row.pk]),
                *_of_party("seller", licenses[row.seller_id], moments[row.pk]),
            ),
            **{name: states[row.pk][name] for name in ("status", "plate", *MOMENTS)},
        )
        for row in rows
    }


def _children(
    rows: QuerySet[Any], versions: Mapping[int, int], read: Callable[[Any], Any]
) -> dict[int, list[Any]]:
    """Children of each authorization up to its version, in the order they were recorded."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(authorization__in=list(versions)).order_by("version", "pk"):
        if row.version <= versions[row.authorization_id]:
            found[row.authorization_id].append(read(row))
    return found


def _itself(row: Row) -> Row:
    return row


def _sales(
    rows: list[Authorization],
    versions: Mapping[int, int],
    states: Mapping[int, Changeable],
    moments: Moments,
) -> dict[int, list[SaleFacts]]:
    reports = _children(
        Sale.objects.select_related("product__precursor", "site"), versions, _itself
    )
    receipts = _by_sale(_children(Receipt.objects.all(), versions, _itself))
    agreements = _by_sale(_children(Agreement.objects.all(), versions, _itself))
    chains = {row.pk: _chains(reports[row.pk]) for row in rows}
    twins = _twins(chains, states, moments)
    alike = _alike(chains, states, moments)
    return {
        pk: [
            SaleFacts(
                id=root,
                uuid=str(chain[0].uuid),
                reports=tuple(_report(sale, states[pk]["caps_kg"]) for sale in chain),
                **_receipts(receipts[root]),
                agreed_versions=tuple(each.version for each in agreements[root]),
                twins=tuple(twins[root]),
                alike=alike.get(root, ""),
            )
            for root, chain in each.items()
        ]
        for pk, each in chains.items()
    }


def _chains(reports: list[Sale]) -> dict[int, list[Sale]]:
    """The reports of each sale, by its root, the first sale first."""
    chains: dict[int, list[Sale]] = defaultdict(list)
    for sale in reports:
        chains[sale.root_or_self_id].append(sale)
    return chains


def _by_sale(children: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for rows in children.values():
        for row in rows:
            found[row.sale_id].append(row)
    return found


def _report(sale: Sale, caps: Caps) -> ReportFacts:
    return ReportFacts(
        version=sale.version,
        amount=None if sale.is_void else _amount(sale),
        product=product_facts(sale.product, caps),
        sold_at=sale.sold_at,
        recorded_at=sale.recorded_at,
        site=str(sale.site.uuid),
        site_is_sellers=sale.site.organization_id == sale.seller_id,
        plate=sale.plate,
        plate_is_known=sale.vehicle_id is not None,
        trailers=tuple(sale.trailers),
        unknown_trailers=tuple(sale.unknown_trailers),
        names_vehicle=any(map(is_plate, sale.plates)),
        invoice=sale.invoice,
        guide=sale.guide,
        invoice_key=sale.invoice_key,
        guide_key=sale.guide_key,
        gross_kg=sale.gross_kg,
        tare_kg=sale.tare_kg,
    )


def _receipts(receipts: list[Receipt]) -> dict[str, Any]:
    """The receipt in force and those that it replaced."""
    told = tuple(_receipt(each) for each in receipts)
    return {"receipt": told[-1] if told else None, "earlier_receipts": told[:-1]}


def _receipt(receipt: Receipt) -> ReceiptFacts:
    return ReceiptFacts(
        version=receipt.version,
        outcome=receipt.outcome,
        amount=None if receipt.outcome in NOTHING_ARRIVED else _amount(receipt),
        received_at=receipt.received_at,
        recorded_at=receipt.recorded_at,
        reasons=tuple(receipt.reasons),
    )


def _amount(row: Authorization | Sale | Receipt) -> Amount:
    return Amount(Quantity(row.quantity_value, Unit(row.quantity_unit)), row.product_kg)


def _booking(entry: LedgerEntry) -> Booking:
    change_kg = entry.reserved_kg + entry.held_kg + entry.consumed_kg + entry.overage_kg
    return Booking(entry.allowance.activity, change_kg, entry.used_after_kg, entry.limit_kg)


def _twins(
    chains: Mapping[int, dict[int, list[Sale]]],
    states: Mapping[int, Changeable],
    moments: Moments,
) -> dict[int, list[Twin]]:
    """Earlier sales on the papers of each sale: those known then, or those there are."""
    known = [state["twins"] for state in states.values() if "twins" in state]
    unknown = [
        chain[-1]
        for pk, each in chains.items()
        for chain in each.values()
        if "twins" not in states[pk]
    ]
    recorded = {
        int(sale): [Twin(*t) for t in twins] for each in known for sale, twins in each.items()
    }
    return defaultdict(list, _twins_now(unknown, moments) | recorded)


def _alike(
    chains: Mapping[int, dict[int, list[Sale]]],
    states: Mapping[int, Changeable],
    moments: Moments,
) -> dict[int, str]:
    """The earlier sale that each sale is alike to: as known then, or as there is."""
    known = [state["alike"] for state in states.values() if "alike" in state]
    unknown = [
        chain[-1]
        for pk, each in chains.items()
        for chain in each.values()
        if "alike" not in states[pk]
    ]
    recorded = {int(sale): uuid for each in known for sale, uuid in each.items()}
    return earlier_alike(unknown, moments) | recorded


def _twins_now(heads: list[Sale], moments: Moments) -> dict[int, list[Twin]]:
    """Earlier sales on the same invoice or guide as these, the reports in force."""
    found: dict[int, list[Twin]] = defaultdict(list)
    heads = [head for head in heads if head.invoice_key or head.guide_key]
    values: dict[str, Any] = {
        "sales": [head.root_or_self_id for head in heads],
        "codes": [head.authorization_id for head in heads],
        "sellers": [head.seller_id for head in heads],
        "invoices": [head.invoice for head in heads],
        "guides": [head.guide for head in heads],
        "invoice_keys": [head.invoice_key for head in heads],
        "guide_keys": [head.guide_key for head in heads],
        "moments": [moments[head.authorization_id] for head in heads],
    }
    with connection.cursor() as cursor:
        for document in ("invoice", "guide"):
            cursor.execute(TWINS.format(document=document), values | {"document": document})
            for sale, kind, number, uuid in cursor.fetchall():
                found[sale].append(Twin(kind, number, str(uuid)))
    return found


def _licenses(rows: list[Authorization]) -> dict[int, list[License]]:
    """The licenses of both parties, each with its steps."""
    firms = {firm for row in rows for firm in row.parties}
    steps = LicenseStep.objects.order_by("sequence")
    found: dict[int, list[License]] = defaultdict(list)
    for license in (
        License.objects.filter(organization__in=firms)
        .order_by("valid_from", "pk")
        .prefetch_related(Prefetch("steps", steps, to_attr="known_steps"))
    ):
        found[license.organization_id].append(license)
    return found


def _of_party(party: str, licenses: list[License], at: datetime) -> Iterable[LicenseFacts]:
    """A party's licenses, as they had been recorded by then."""
    for license in licenses:
        steps: list[LicenseStep] = license.known_steps  # type: ignore[attr-defined]
        if license.created_at <= at:
            yield LicenseFacts(
                party=party,
                number=license.number,
                valid_from=license.valid_from,
                valid_to=license.valid_to,
                steps=tuple((step.at, step.standing) for step in steps if step.at <= at),
            )
