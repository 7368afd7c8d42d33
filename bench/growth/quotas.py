"""The allowances of the loaded trade, and the numbers that rows are given."""

from io import StringIO
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import Model

from authorizations.models import Allowance
from bench.growth.firms import Firm
from bench.growth.mold import MICRO
from bench.world import LIMIT_KG
from precursors.models import Product
from registry.periods import period_of

BALANCES = ("reserved_kg", "held_kg", "consumed_kg", "overage_kg")


class Quotas:
    """The allowances as they grow, each with its number, what is used and the four balances."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Any, ...], list[int]] = {}
        self.known: set[int] = set()
        for row in Allowance.objects.all():
            if period_of(row.period_start, "month")[1] != row.period_end:
                continue  # filled in from the months
            balances = [int(getattr(row, name) * MICRO) for name in BALANCES]
            self.rows[_key(row)] = [row.pk, sum(balances), *balances]
            self.known.add(row.pk)
        self.numbers = count(next_id(Allowance))

    def of(self, firm: Firm, activity: str, product: Product, start: Any) -> list[int]:
        key = (firm.organization.pk, product.precursor_id, activity, start)
        if key not in self.rows:
            self.rows[key] = [next(self.numbers), 0, 0, 0, 0, 0]
        return self.rows[key]

    def save(self, jurisdiction: int) -> None:
        """Insert those that are new, and bring the others up to date."""
        new = [self._line(key, row, jurisdiction) for key, row in self.rows.items()]
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE quota (LIKE authorizations_allowance INCLUDING DEFAULTS)"
            )
            columns = ["id", "jurisdiction_id", "organization_id", "precursor_id", "activity"]
            columns += ["period_start", "period_end", "limit_kg", *BALANCES]
            names = ", ".join(columns)
            cursor.copy_expert(f"COPY quota ({names}) FROM STDIN", StringIO("".join(new)))
            sets = ", ".join(f"{name} = quota.{name}" for name in BALANCES)
            cursor.execute(
                f"UPDATE authorizations_allowance row SET {sets} FROM quota "
                "WHERE quota.id = row.id"
            )
            cursor.execute(
                f"INSERT INTO authorizations_allowance ({names}) SELECT {names} FROM quota "
                "WHERE id NOT IN (SELECT id FROM authorizations_allowance)"
            )
            cursor.execute("DROP TABLE quota")
        set_next_id(Allowance, next(self.numbers))

    @staticmethod
    def _line(key: tuple[Any, ...], row: list[int], jurisdiction: int) -> str:
        organization, precursor, activity, start = key
        end = period_of(start, "month")[1]
        cells = [row[0], jurisdiction, organization, precursor, activity, start, end, LIMIT_KG]
        return "\t".join(map(str, [*cells, *map(kg, row[2:])])) + "\n"


def _key(row: Allowance) -> tuple[Any, ...]:
    return row.organization_id, row.precursor_id, str(row.activity), row.period_start


def kg(micro: int) -> str:
    return f"{micro / MICRO:.6f}"


def next_id(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))")
        number: int = cursor.fetchone()[0]
    return number


def set_next_id(model: type[Model], number: int) -> None:
    with connection.cursor() as cursor:
        sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
        cursor.execute(f"SELECT setval({sequence}, %s)", [number])
