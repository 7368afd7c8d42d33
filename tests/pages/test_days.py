"""A day is typed in one way, which is the same day in every language."""

from datetime import date
from typing import Any

import pytest

from registry.actors import Actor
from registry.models import License
from tests.cast import Firm


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_day_is_asked_for_in_the_one_way_that_is_the_same_in_all_languages(
    visit: Any, regulator: Actor, buyer: Firm, language: str
) -> None:
    officer, at = visit(regulator), f"/firms/{buyer.organization.uuid}/license/"
    officer.cookies["django_language"] = language
    days = {"number": "L-77", "valid_from": "03/04/2041", "valid_to": "2042-12-31"}
    errors = officer.post(at, days).context["form"].errors
    assert "2026-11-23" in str(errors["valid_from"])
    assert officer.post(at, {**days, "valid_from": "2041-04-03"}).status_code == 302
    assert License.objects.get(number="L-77").valid_from == date(2041, 4, 3)
