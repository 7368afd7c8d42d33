from typing import Any

import pytest

STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    """Static files without a manifest, and sign-in as it is outside demo mode."""
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": STORAGE}}
    settings.DEMO_MODE = False
