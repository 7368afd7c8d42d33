"""The register's form of a site asks about an odd position."""

from typing import Any

from registry.actors import Actor
from registry.models import Site
from tests.cast import Firm

SWAPPED = {
    "name": "Plant",
    "address": "1 Invented Street",
    "ubigeo": "150101",
    "latitude": "-77.042793",
    "longitude": "-12.046374",
    "storage_limit_unit": "kg",
}


def hidden(page: Any) -> dict[str, str]:
    """What the form sends along by itself."""
    return {"asked": page.context["form"]["asked"].value()}


def test_an_odd_position_is_asked_about_once(visit: Any, regulator: Actor, buyer: Firm) -> None:
    officer, at = visit(regulator), f"/firms/{buyer.organization.uuid}/site/"
    sites = Site.objects.count()
    asked = officer.post(at, SWAPPED)
    assert "swapped" in str(asked.context["form"].errors["latitude"])
    assert 'type="checkbox" name="sure"' in " ".join(asked.content.decode().split())
    assert Site.objects.count() == sites
    moved = {**SWAPPED, **hidden(asked), "sure": "on", "latitude": "-70.1"}
    assert "latitude" in officer.post(at, moved).context["form"].errors  # another one: asked again
    assert officer.post(at, {**SWAPPED, **hidden(asked), "sure": "on"}).status_code == 302
    assert Site.objects.count() == sites + 1


def test_a_right_position_is_not_asked_about(visit: Any, regulator: Actor, buyer: Firm) -> None:
    right = {**SWAPPED, "latitude": "-12.046374", "longitude": "-77.042793"}
    page = visit(regulator).post(f"/firms/{buyer.organization.uuid}/site/", right)
    assert page.status_code == 302
