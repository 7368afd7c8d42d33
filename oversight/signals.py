"""Who becomes an officer may be the one whom flags wait for."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from database.row_security import see_all_rows
from oversight.operations import draw_seconds
from registry.models import Jurisdiction, Membership
from registry.models.people import Role


@receiver(post_save, sender=Membership)
def draw_when_an_officer_joins(instance: Membership, created: bool, **_sent: Any) -> None:
    if created and instance.role == Role.OFFICER:
        transaction.on_commit(lambda: _draw(instance.jurisdiction), robust=True)


def _draw(jurisdiction: Jurisdiction) -> None:
    """Who joins has not signed in yet: in their own name they would see no flag."""
    with see_all_rows():
        draw_seconds(jurisdiction)
