"""Pages as somebody opens them: each person with a browser of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from authorizations.models import Authorization, Sale
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry.actors import Actor

Visit = Callable[[Actor], Client]
Flagged = Callable[..., Flag]


@pytest.fixture
def visit(settings: Any) -> Visit:
    """Open a browser as somebody."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }

    def visit(by: Actor) -> Client:
        browser = Client()
        browser.force_login(by.user)  # type: ignore[arg-type]
        return browser

    return visit


@pytest.fixture
def flagged(ask: Callable[..., Authorization], sell: Callable[..., Sale]) -> Flagged:
    """Sell more than a code allows, by 80 kg, and evaluate it."""

    def flagged(
        quantity: str = "1080", *, rule: str = "quantity_exceeded", **changes: Any
    ) -> Flag:
        authorization = ask("1000")
        sell(authorization, quantity, **changes)
        evaluate([authorization.pk])
        return Flag.objects.get(authorization=authorization, rule=rule)

    return flagged
