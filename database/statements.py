"""Statements of the busiest verbs, as SQL: the server plans each once per connection."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from database.postgresql.base import portal_connection

Row = TypeVar("Row", bound=Model)
NAME = re.compile(r"%\((\w+)\)s((?:::[a-z]+(?:\[\])?)?)")
prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Statement:
    """SQL with parameters like `%(at)s`, prepared once per connection.

    A list, or a parameter used twice, needs its type: `%(at)s::timestamptz`.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.name = f"portal_{sha256(sql.encode()).hexdigest()[:16]}"
        types: dict[str, str] = {}
        for name, cast in NAME.findall(sql):
            types[name] = types.get(name) or cast
        place = {name: f"${index}" for index, name in enumerate(types, 1)}
        numbered = NAME.sub(lambda found: place[found[1]] + found[2], sql)
        given = ", ".join(f"%({name})s{cast}" for name, cast in types.items())
        self.prepare = f"PREPARE {self.name} AS {numbered}"
        self.run = f"EXECUTE {self.name} ({given})"

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute it and return all rows."""
        with connection.cursor() as cursor:
            cursor.execute(self._ready(cursor), values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _ready(self, cursor: CursorWrapper) -> str:
        """Prepare the statement on this connection if needed; return the text to send."""
        if portal_connection().is_pooled:
            return self.sql
        known = prepared.setdefault(cursor.connection, set())
        if self.name not in known:
            cursor.execute(self.prepare)
            known.add(self.name)
        return self.run


def select_columns(table: str, model: type[Model]) -> str:
    """Return all columns of a joined table as SQL, to be selected for `take_row`."""
    return ", ".join(f"{table}.{name} AS {table}_{name}" for name in _names(model))


def take_row(model: type[Model], values: list[Any]) -> Any:
    """Remove a row's values from the front and return the row; None where a join found none."""
    names = _names(model)
    own, values[:] = values[: len(names)], values[len(names) :]
    return model.from_db("default", names, own) if own[0] is not None else None


def _names(model: type[Model]) -> list[str]:
    return [str(column.attname) for column in model._meta.concrete_fields]


def partial_row(named: Row, *names: str, **found: Any) -> Row:
    """Return a copy of `named` with only `names` and `found`; other fields are read on access."""
    values = {name: getattr(named, name) for name in names} | found
    columns = [c.attname for c in named._meta.concrete_fields if c.attname in values]
    return type(named).from_db("default", columns, [values[name] for name in columns])
