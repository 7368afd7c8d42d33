"""A page or a list of fifty reads fifty, however many there are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from authorizations.models import Sale
from oversight.models import Flag
from registry.actors import Actor
from tests.api.conftest import AUTHORITY_SCOPES, FIRM_SCOPES, program, without_collected_files
from tests.authorizations.crowd import Watched, others, watched
from tests.cast import Firm

__all__ = ["others", "watched", "without_collected_files"]

LISTS = {
    "buyer": [
        "/",
        "/purchases/",
        "/purchases/?status=closed",
        "/purchases/?code=0000",
        "/request/",
    ],
    "vendor": ["/", "/counter/", "/counter/codes/", "/sales/", "/sales/?day=2026-01-05"],
    "officer": [
        "/",
        "/queue/",
        "/queue/?tab=all",
        "/queue/?tab=all&sort=oldest",
        "/queue/?tab=all&sort=deadline",
        "/queue/?tab=all&state=explained",
        "/queue/?tab=all&rule=duplicate_document",
        "/pending/",
        "/oversight/",
        "/firms/",
    ],
}
API = {
    "buyer": ["/authorizations", "/authorizations?status=closed", "/sales"],
    "vendor": ["/authorizations", "/sales"],
    "officer": [
        "/authorizations",
        "/authorizations?status=issued",
        "/authorizations?status=closed",
        "/sales",
        "/flags",
        "/flags?state=open",
        "/flags?state=explained",
    ],
}


@pytest.fixture
def cast(buyer: Firm, vendor: Firm, regulator: Actor) -> dict[str, Actor]:
    return {"buyer": buyer.actor, "vendor": vendor.actor, "officer": regulator}


def test_no_page_reads_more_than_it_shows(
    watched: Watched, visit: Callable[[Actor], Client], cast: dict[str, Actor]
) -> None:
    """A search among names is left out: of one that nobody bears it reads a firm's own history."""
    for who, paths in LISTS.items():
        browser = visit(cast[who])
        for path in paths:
            assert browser.get(path, follow=True).status_code == 200, path
    assert watched.seen > 100
    assert watched.reading_much == []


def test_no_page_of_one_reads_the_others(
    watched: Watched, visit: Callable[[Actor], Client], cast: dict[str, Actor]
) -> None:
    flag = Flag.objects.get(rule="duplicate_document", pk__gt=0)
    code, sale = flag.authorization, Sale.objects.get(pk=flag.subject_id)
    pages = {
        "buyer": [f"/purchases/{code.uuid}/"],
        "vendor": [f"/counter/{code.uuid}/", f"/sales/{sale.uuid}/"],
        "officer": [f"/queue/{flag.uuid}/", f"/oversight/{code.uuid}/"],
    }
    for who, paths in pages.items():
        browser = visit(cast[who])
        for path in paths:
            assert browser.get(path).status_code == 200, path
    assert watched.seen > 20
    assert watched.reading_much == []


def test_no_list_over_the_api_reads_more_than_it_shows(
    watched: Watched, cast: dict[str, Actor]
) -> None:
    for who, paths in API.items():
        by = cast[who]
        scopes = FIRM_SCOPES if by.organization else AUTHORITY_SCOPES
        api: Any = program(by.jurisdiction, by.organization, scopes)
        for path in paths:
            assert api.get(path).status_code == 200, path
    assert watched.seen > 20
    assert watched.reading_much == []
