"""The demo's buttons ask for nothing, and the page says why."""

import importlib
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches

from config import urls


@pytest.fixture
def demo(settings: Any, db: None) -> Any:
    settings.DEMO_MODE = True
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.DEMO_MODE = False
    importlib.reload(urls)
    clear_url_caches()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "ask for no password and no passkey"), ("es", "no piden contraseña ni llave")],
)
def test_the_page_says_that_its_buttons_need_no_passkey(
    client: Client, demo: None, language: str, sentence: str
) -> None:
    client.cookies["django_language"] = language
    assert sentence in client.get("/").content.decode()
