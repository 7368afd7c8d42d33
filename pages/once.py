"""One effect for one form, however often it is sent: a second click, Back, a second tab."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from authorizations.models import Authorization, Receipt, Sale
from registry import clock
from registry.actors import Actor
from registry.models import IdempotencyKey

KEPT_FOR = timedelta(days=30)


def was_sent(*, form: str, token: UUID, by: Actor) -> bool:
    """Return whether a form has had its effect."""
    return IdempotencyKey.objects.filter(**_key(form, token, by)).exists()


@transaction.atomic
def once_per_form(
    *, form: str, token: UUID, act: Callable[[], Authorization | Receipt | Sale], by: Actor
) -> tuple[str, bool]:
    """Act the first time a form is sent; give its result's uuid then, and every time after.

    The second value: whether the form had been sent before. A copy that comes meanwhile
    waits for the first. Raises what `act` raises, and then remembers nothing.
    """
    at = clock.now()
    row, new = IdempotencyKey.objects.get_or_create(
        **_key(form, token, by),
        defaults={"body_hash": "", "created_at": at, "kept_until": at + KEPT_FOR},
    )
    if new:
        row.answer = str(act().uuid)
        row.save(update_fields=["answer"])
    return str(row.answer), not new


def _key(form: str, token: UUID, by: Actor) -> dict[str, Any]:
    return {
        "jurisdiction": by.jurisdiction,
        "organization": by.organization,
        "operation": f"page {form}",
        "key": str(token),
    }
