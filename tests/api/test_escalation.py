"""A program may set what the contract names and nothing else, whatever columns there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from api.problems import LISTED_MAX
from tests.api.programs import Program, problem
from tests.api.test_access import endpoints, filled, programs, rows
from tests.api.test_fuzz import POSTS, acting, valid

__all__ = ["programs", "rows", "valid"]

PUBLISHED = json.loads((settings.BASE_DIR / "openapi.json").read_text())
NESTED = {"value", "unit", "unit_code", "plate", "trailers", "document", "license"}
OURS = ("precursors", "registry", "authorizations")


def every_model() -> Iterator[type[models.Model]]:
    for app in OURS:
        yield from apps.get_app_config(app).get_models()


def tempting(field: Any) -> Any:
    """A value that would give its sender something, or at least fit the column."""
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DecimalField | models.IntegerField | models.ForeignKey):
        return 999999
    if isinstance(field, models.DateField):
        return "2040-01-01T00:00:00Z"
    choices = [value for value, _label in field.choices or []]
    return choices[-1] if choices else "forged"


def columns() -> dict[str, Any]:
    """Every name that a model has for a value, with a value for it."""
    found: dict[str, Any] = {}
    for model in every_model():
        for field in model._meta.fields:
            found |= {field.name: tempting(field), field.attname: tempting(field)}
    return found


COUNTED = {"registry_keywindow"}  # how often a key asked, whatever it was told


def state() -> dict[str, str]:
    """Everything that is recorded, table by table."""
    kept = {}
    with connection.cursor() as cursor:
        for table in {model._meta.db_table for model in every_model()} - COUNTED:
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            kept[table] = cursor.fetchone()[0]
    return kept


def contract(row: str) -> set[str]:
    """What the published schema lets a body of this route say."""
    path = re.sub(r"<\w+:(\w+)>", r"{\1}", endpoints()[row][0])
    operation = PUBLISHED["paths"][f"/api/v1/{path}"]["post"]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    named = PUBLISHED["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return set(named.get("properties", {}))


def unknown(answer: Any) -> set[str]:
    """The names at which an answer says that they are not known."""
    errors = problem(answer, 422, "invalid")["errors"]
    pointers = (each["pointer"] for each in errors if each["code"] == "unknown_field")
    return {pointer.rpartition("/")[2] for pointer in pointers}


def told_at_once(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """In parts of which one answer tells every name."""
    items = list(values.items())
    for first in range(0, len(items), LISTED_MAX):
        yield dict(items[first : first + LISTED_MAX])


@pytest.mark.parametrize("row", POSTS)
def test_a_column_that_the_contract_does_not_name_is_refused_and_changes_nothing(
    row: str,
    programs: dict[str, Program],
    rows: dict[str, Any],
    valid: dict[str, Any],
) -> None:
    path, sender = filled(endpoints()[row][0], rows), acting(row, programs)
    body = valid.get(row.partition(" ")[2], {"reason": "Because"})
    assert set(body) <= contract(row)
    forged = {name: value for name, value in columns().items() if name not in contract(row)}
    before = state()
    for names in told_at_once(forged):
        assert unknown(sender.post(path, {**body, **names})) == set(names)
    for part in (name for name, value in body.items() if isinstance(value, dict)):
        inner = {name: value for name, value in columns().items() if name not in NESTED}
        problem(sender.post(path, {**body, part: {**inner, **body[part]}}), 422, "invalid")
    assert state() == before


def test_the_columns_worth_forging_are_among_them() -> None:
    assert {"status", "is_superuser", "approved_by_id", "raises_limit", "net_kg", "role"} <= {
        *columns()
    }


def test_what_is_compared_tells_a_change(authority_api: Program, valid: dict[str, Any]) -> None:
    before = state()
    assert authority_api.post("/organizations", valid["organizations"]).status_code == 201
    assert state() != before
