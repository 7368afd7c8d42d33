"""Loads so many purchases by COPY, all of them made by the stories.

    python -m bench.growth.load past|backlog COUNT DAYS

They are spread evenly over the last so many days. Prints nothing; progress goes to stderr.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from itertools import count
from random import Random
from typing import Any

import django

django.setup()

import psycopg2  # noqa: E402
from django.db import connection  # noqa: E402  (models need the setup)
from django.db.models import Model  # noqa: E402

from authorizations.document_numbers import document_key  # noqa: E402
from authorizations.models import Allowance  # noqa: E402
from bench.growth.firms import Firm, firms  # noqa: E402
from bench.growth.mold import MICRO, MODELS, NAMED, Mold  # noqa: E402
from bench.growth.quotas import Quotas, kg, next_id, set_next_id  # noqa: E402
from bench.growth.rebuild import fill_periods_after, without_indexes  # noqa: E402
from bench.growth.stories import WORLDS, Deal, Story  # noqa: E402
from bench.world import PRODUCTS  # noqa: E402
from database.migrator import as_migrator  # noqa: E402
from demo import numbers, past  # noqa: E402
from precursors.models import Product  # noqa: E402
from registry import clock  # noqa: E402
from registry.models.firms import Activity  # noqa: E402

BATCH = 4000
SHOWN_EVERY_S = 10
BEFORE = timedelta(days=14)  # the stories are acted out so long ago: all their deadlines are past
SOON = timedelta(hours=3)  # from a request to what a backlog has waiting


class Filler:
    """Fills molds, one purchase after the other."""

    def __init__(self, molds: dict[Story, list[Mold]], weights: dict[Story, int]) -> None:
        self.ids = {model: count(next_id(model)) for model in NAMED}
        self.rng = Random(next(self.ids[NAMED[0]]))  # another load must not draw the same codes
        self.molds, self.weights = molds, weights
        self.buyers, self.vendors = firms("buy"), firms("sell")
        self.zone = self.buyers[0].organization.jurisdiction.zone
        self.quotas = Quotas()
        self.constants = {id(f): _constants(f) for f in (*self.buyers, *self.vendors)}

    def filled(self, moments: list[datetime]) -> dict[type[Model], str]:
        """The lines of as many purchases as there are moments, by table."""
        lines: dict[type[Model], list[str]] = {model: [] for model in MODELS}
        stories = self.rng.choices(list(self.weights), list(self.weights.values()), k=len(moments))
        for story, at in zip(stories, moments, strict=True):
            mold = self.rng.choice(self.molds[story])
            values = self._values(mold, at)
            for model, text in mold.lines.items():
                if text:
                    lines[model].append(text % values)
        return {model: "".join(each) for model, each in lines.items()}

    def _values(self, mold: Mold, at: datetime) -> dict[str, Any]:
        buyer, vendor = self.rng.choice(self.buyers), self.rng.choice(self.vendors)
        product = mold.deal.product
        code = numbers.code(self.rng)
        values = {
            **{f"buyer_{name}": value for name, value in self.constants[id(buyer)].items()},
            **{f"vendor_{name}": value for name, value in self.constants[id(vendor)].items()},
            "buyer_permit": buyer.permits[product.precursor_id].pk,
            "vendor_permit": vendor.permits[product.precursor_id].pk,
            "plate": buyer.vehicle.plate,
            "account": f"key:{vendor.key.pk}",
            "code": code,
            "code_key": document_key(code),
            "code_in_fours": f"{code[:4]}-{code[4:8]}-{code[8:]}",
        }
        self._date(values, mold, at)
        self._number(values, mold)
        self._book(values, mold, at, buyer, vendor)
        return values

    def _date(self, values: dict[str, Any], mold: Mold, at: datetime) -> None:
        for number, moment in enumerate(mold.moments):
            then = at + (moment - mold.deal.at)
            text = then.isoformat()
            values[f"at{number}"] = text
            values[f"month{number}"] = f"{text[:8]}01"
            values[f"day{number}"] = then.astimezone(self.zone).date()
        for number in range(len(mold.uuids)):
            values[f"uuid{number}"] = numbers.uuid(at, self.rng)

    def _number(self, values: dict[str, Any], mold: Mold) -> None:
        for model in NAMED:
            for number in range(len(mold.ids[model])):
                values[f"{model._meta.model_name}{number}"] = next(self.ids[model])

    def _book(
        self, values: dict[str, Any], mold: Mold, at: datetime, buyer: Firm, vendor: Firm
    ) -> None:
        start = at.astimezone(self.zone).date().replace(day=1)
        product = mold.deal.product
        pair = {
            "buyer_allowance": self.quotas.of(buyer, Activity.BUY, product, start),
            "vendor_allowance": self.quotas.of(vendor, Activity.SELL, product, start),
        }
        for name, row in pair.items():
            values[name] = row[0]
            for place, balance_kg in enumerate(mold.balances, start=2):
                row[place] += int(balance_kg * MICRO)
        for number, (name, change) in enumerate(mold.entries):
            pair[name][1] += change
            values[f"used{number}"] = kg(pair[name][1])


def _constants(firm: Firm) -> dict[str, int]:
    rows = (firm.organization, firm.site, firm.vehicle, firm.key)
    return {str(row._meta.model_name): row.pk for row in rows}


def molds(weights: dict[Story, int], at: datetime) -> dict[Story, list[Mold]]:
    """Act every story out, once for each product."""
    buyer, vendor = firms("buy")[0], firms("sell")[0]
    products = Product.objects.filter(code__in=PRODUCTS, superseded_at=None)
    deals = [Deal(buyer, vendor, product, at) for product in products.select_related("precursor")]
    return {story: [Mold(deal, story(deal)) for deal in deals] for story in weights}


def load(world: str, number: int, days: float, show: Callable[[float], None]) -> None:
    """Act the stories out, then multiply them over the last so many days."""
    now, weights = clock.now(), WORLDS[world]
    end = now - (BEFORE if world == "past" else SOON)
    with past.visited():
        made = molds(weights, end)
    filler = Filler(made, weights)
    tables = [model._meta.db_table for model in (*MODELS, Allowance)]
    step = timedelta(days=days) / number
    moments = [end - step * each for each in range(number, 0, -1)]
    with as_migrator(), fill_periods_after():
        with without_indexes(tables):
            _copy_all(filler, moments, show)
            filler.quotas.save(filler.buyers[0].organization.jurisdiction.pk)
        for model, ids in filler.ids.items():
            set_next_id(model, next(ids))


def _copy_all(filler: Filler, moments: list[datetime], show: Callable[[float], None]) -> None:
    """Fill the next batch while the last one is being copied."""
    columns = next(iter(filler.molds.values()))[0].columns
    target = psycopg2.connect(**_address())
    copying: Future[None] | None = None
    with ThreadPoolExecutor(1) as writer:
        for first in range(0, len(moments), BATCH):
            lines = filler.filled(moments[first : first + BATCH])
            if copying:
                copying.result()
            copying = writer.submit(_copy, target, columns, lines)
            show(min(1.0, (first + BATCH) / len(moments)))
        if copying:
            copying.result()
    target.close()


def _address() -> dict[str, Any]:
    settings = connection.get_connection_params()
    return {name: settings[name] for name in ("host", "port", "user", "password", "dbname")}


def _copy(target: Any, columns: dict[type[Model], str], lines: dict[type[Model], str]) -> None:
    with target, target.cursor() as cursor:
        for model, text in lines.items():
            if text:
                table = f"{model._meta.db_table} ({columns[model]})"
                cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(text))


class Progress:
    """A line now and then on stderr."""

    def __init__(self) -> None:
        self.began = self.shown = time.monotonic()

    def show(self, share: float) -> None:
        if time.monotonic() - self.shown > SHOWN_EVERY_S:
            self.shown = time.monotonic()
            print(f"  {share:4.0%} {self.shown - self.began:4.0f} s", file=sys.stderr)


if __name__ == "__main__":
    world, number, days = sys.argv[1:]
    load(world, int(number), float(days), Progress().show)
