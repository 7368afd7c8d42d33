"""What must stay secret does not come into a log, whatever goes wrong around it."""

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.test import Client

from authorizations.models import Authorization
from config.logs import SHARED, logging_for, mask
from registry import operations
from registry.models import Driver
from tests.api.programs import Program
from tests.cast import PASSWORD, Firm
from tests.pages.dealing import request_code

DOCUMENT = "D-70605040"


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged, as it is written in either format."""
    stream = io.StringIO()
    given = logging_for(request.param)["formatters"]["structured"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=given["processors"], foreign_pre_chain=SHARED
        )
    )
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def authorization(buyer: Firm, vendor: Firm, acetone: Any) -> Authorization:
    return request_code(buyer, vendor, acetone)


def spellings(code: str) -> list[str]:
    """A code as people and programs type it."""
    fours = [code[:4], code[4:8], code[8:]]
    return [code, code.lower(), "-".join(fours), "-".join(fours).lower(), " ".join(fours)]


def test_no_address_leaves_a_code_or_a_link_in_the_log(
    authorization: Authorization, vendor: Firm, regulator: Any, written: io.StringIO
) -> None:
    assert authorization.code
    link = operations.invite(
        email="x@x.example", role="dealer", organization=vendor.organization, by=regulator
    )
    _key, secret = operations.issue_api_key(
        jurisdiction=regulator.jurisdiction,
        organization=vendor.organization,
        name="ERP",
        scopes=["sell"],
    )
    program = Program(secret)
    for code in spellings(authorization.code):
        program.get(f"/authorizations/{code}")
        program.post(f"/authorizations/{code}/sales")
        Client().get("/oversight/", {"code": code})
    Client().get(link)
    Client().get("/accounts/password/reset/key/1-c8x0cm-b8a3/")
    token = link.rstrip("/").rsplit("/", 1)[1]
    _hold_none(written, [*spellings(authorization.code), secret, token, "c8x0cm-b8a3"])
    assert written.getvalue().count("/api/v1/authorizations/****") == 2 * 5


def test_no_form_leaves_a_password_in_the_log(buyer: Firm, written: io.StringIO) -> None:
    email = "berta@buyer.example"
    Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
    Client().post("/accounts/login/", {"login": email, "password": "wrong-canary"})
    assert "/accounts/login/" in written.getvalue()
    _hold_none(written, [PASSWORD, "wrong-canary"])


LOGGERS = [
    lambda: structlog.get_logger("portal.test").warning("failed", exc_info=True),
    lambda: logging.getLogger("django.request").error("failed", exc_info=True),
    lambda: logging.getLogger("celery").exception("failed"),
]


@pytest.mark.parametrize("log", LOGGERS)
def test_no_failing_row_is_recited_in_the_log(
    log: Callable[[], None], authorization: Authorization, buyer: Firm, written: io.StringIO
) -> None:
    """PostgreSQL tells of a broken constraint with the whole row."""
    assert authorization.code
    try:
        with transaction.atomic():
            Driver.objects.create(
                jurisdiction=authorization.jurisdiction,
                organization=buyer.organization,
                name=f"two\nlines {authorization.code}",
                document=DOCUMENT,
                created_at=None,
            )
    except IntegrityError as error:
        assert DOCUMENT in str(error)
        log()
    assert "violates not-null constraint" in written.getvalue()
    _hold_none(written, [DOCUMENT, authorization.code])


def _hold_none(written: io.StringIO, secrets: list[str]) -> None:
    assert written.getvalue()
    assert not [secret for secret in secrets if secret in written.getvalue()]


def test_what_is_no_secret_stays_legible() -> None:
    for text in (
        "/purchases/01a2085e-58a1-7224-b3d7-3ffc6fd3e1ed/",
        "/purchases/01a2085e-5801-7224-9317-3ffc6fd3e1ed/",  # its middle is like a code
        'File "/srv/portal/authorizations/operations/duties.py", line 82, in _evaluate',
        "/api/v1/authorizations",
    ):
        assert mask(text) == text


def test_a_code_is_masked_between_whatever_words() -> None:
    for text in ("5801-7224-9317", "deadbeef-5801-7224-9317", "5801-7224-9317-3ffc6fd3e1ed"):
        assert "5801" not in mask(text)
