"""The contenders of the benchmark still do the work that is measured."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

from authorizations.models import Authorization, Sale, Status
from bench.cluster import drop
from bench.contenders import PATHS, Contender, contenders, running
from bench.rounds import refuse_failures
from bench.world import Size, acts

SIZE = Size(buyers=2, vendors=2)


@pytest.fixture
def all_four(committing: None, tmp_path: Path) -> Iterator[list[Contender]]:
    copy = settings.DATABASES["default"]["NAME"]
    owner = os.environ.get("MIGRATION_DATABASE_URL") or os.environ["DATABASE_URL"]
    url = urlunsplit(urlsplit(owner)._replace(path=f"/{copy}"))
    made = contenders({**os.environ, "PORTAL_DATA_DIR": str(tmp_path)}, SIZE)
    with running(made, url):
        yield made
    for contender in made:
        if contender.url != url:
            drop(contender.url)


@pytest.mark.long
def test_every_contender_issues_a_code_and_sells_on_it(all_four: list[Contender]) -> None:
    for contender in all_four:
        asked, issued = acts(SIZE, 0, 2), []
        for path in PATHS:
            run = contender.drive(contender.requests(path, asked, issued), 2)
            refuse_failures(contender, path, run)
            issued = run.answers
    assert Sale.objects.count() == 2
    assert {each.status for each in Authorization.objects.all()} == {Status.CLOSED}
