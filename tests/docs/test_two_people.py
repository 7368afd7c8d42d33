"""docs/security/two_people.md lists every act that takes two people, with guards that exist."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from audit.invariants import QUESTIONS
from registry.proposals import ACTS

PAGE = Path(settings.BASE_DIR) / "docs" / "security" / "two_people.md"


def rows() -> dict[str, list[str]]:
    """The cells of the table, by act."""
    lines = re.findall(r"^\| `([a-z_.]+)` \|(.*)\|$", PAGE.read_text(), re.M)
    return {act: [cell.strip() for cell in rest.split("|")] for act, rest in lines}


def test_the_table_has_a_row_for_every_act() -> None:
    assert set(rows()) == set(ACTS)
    assert all(all(cells) and len(cells) == 4 for cells in rows().values())


def test_every_guard_it_names_exists(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger")
        triggers = {name for (name,) in cursor.fetchall()}
    constraints = {
        constraint.name for model in apps.get_models() for constraint in model._meta.constraints
    }
    for act, cells in rows().items():
        named = re.findall(r"`([a-z_.]+)`", cells[-1])
        assert named, act
        assert set(named) <= triggers | constraints, act


def test_every_invariant_it_names_is_asked() -> None:
    asked = " ".join(question.name for question in QUESTIONS)
    for cells in rows().values():
        for name in re.findall("“([^”]+)”", cells[-1]):
            assert name in asked
