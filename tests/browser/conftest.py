"""A portal with a database of its own, and Chromium before it.

`page` is wide, `narrow_page` is a small telephone; `open_page` makes others. What goes wrong in
a page while it is used is gathered in `page.problems` and told by `checks.check_page`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from registry.actors import Actor
from tests.browser.checks import check_nothing_went_wrong, watch

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright keeps an event loop in this thread, which Django would take for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = "CHROMIUM IS MISSING: no page was tried. Install it: apt-get install chromium"
    missing = pytest.mark.skip(reason=reason)
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """One browser for the whole run.

    While its loop runs, Django keeps other connections than before and after: those that would
    be left idle are closed, because a database in use can neither be copied nor dropped.
    """
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture
def portal(committing: None, settings: Any) -> Iterator[str]:
    """The address of a running portal, whose database is the test's own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.DEMO_MODE = False
    server = LiveServer("localhost")
    settings.PUBLIC_URL = server.url
    yield server.url
    server.stop()


@pytest.fixture
def open_page(chromium: Browser, portal: str) -> Iterator[OpenPage]:
    """Make a page of a visitor of its own: `open_page(width=390, locale="es")`."""
    contexts = []

    def make(*, width: int = 1280, locale: str = "en", javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=portal,
            viewport={"width": width, "height": 900},
            locale=locale,
            java_script_enabled=javascript,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return watch(context.new_page())

    yield make
    for context in contexts:
        for page in context.pages:
            check_nothing_went_wrong(page)
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def narrow_page(open_page: OpenPage) -> Page:
    return open_page(width=320)


@pytest.fixture
def sign_in(portal: str) -> Callable[[Page, Actor], None]:
    """Give a page somebody's session, without the sign-in page."""

    def as_person(page: Page, by: Actor) -> None:
        assert by.user is not None
        client = Client()
        client.force_login(by.user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": portal}])

    return as_person
