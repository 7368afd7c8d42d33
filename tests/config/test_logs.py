"""What must stay secret does not come into a log, whatever goes wrong around it."""

import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.http import BadHeaderError
from django.test import Client

from authorizations.codes import draw_code
from authorizations.models import Authorization
from config.logs import LENGTH_MAX, SHARED, logging_for, mask
from registry import operations
from registry.models import Driver
from tests import cast
from tests.api.programs import Program
from tests.cast import PASSWORD, Firm
from tests.pages.dealing import request_code
from tests.roles import as_owner

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
    link = cast.invited(
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
    """PostgreSQL tells of a broken constraint with the whole row to who may see all rows."""
    assert authorization.code
    try:
        with as_owner(), transaction.atomic():
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


def dresses(code: str) -> list[str]:
    """A code as it comes out of other programs: dashes, widths, encodings."""
    fours = "-".join([code[:4], code[4:8], code[8:]])
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in fours)
    return [
        *spellings(code),
        fours.replace("-", "–"),
        fours.lower().replace("-", "\u2011"),
        fours.replace("-", "\u200b-"),
        fours.replace("-", "+"),
        f"{code[:6]}-{code[6:]}",
        "-".join(code),
        wide,
        wide.lower(),
        quote(wide),
        quote(fours.replace("-", "–")),
        quote(quote(fours.replace("-", " "))),
        "".join(f"%{ord(sign):02x}" for sign in fours),
    ]


def test_a_code_is_masked_in_any_dress_and_anywhere() -> None:
    for code in (draw_code() for _each in range(20)):
        for dressed in dresses(code):
            for text in (
                f"GET /counter/?code={dressed}&page=1",
                f"/somewhere/{dressed}/sales",
                f"sold on {dressed}.",
                f'{{"authorization": "{dressed}"}}',
            ):
                told = mask(text)
                assert dressed not in told and "****" in told, text


def test_nobody_adds_a_line_to_the_log_or_hides_one(client: Client, written: io.StringIO) -> None:
    client.get("/nothing%0Alevel=critical%0D%1B%5B2K%C2%9B/here")
    structlog.get_logger("portal.test").info("told", who=["a\nb"], name="x\u202ey\u2028z")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert not [sign for sign in written.getvalue() if ord(sign) < 32 and sign != "\n"]
    assert not set("\x1b\x9b\u202e\u2028") & set(written.getvalue())


def test_a_long_text_is_cut_before_it_is_read(written: io.StringIO) -> None:
    code = draw_code()
    began = time.perf_counter()
    structlog.get_logger("portal.test").info("told", text="a-" * 500_000)
    structlog.get_logger("portal.test").info("told", text="x " * (LENGTH_MAX // 2 - 4) + code)
    assert time.perf_counter() - began < 2
    assert len(written.getvalue()) < 3 * LENGTH_MAX
    assert code[:8] not in written.getvalue()


def test_a_callers_number_stands_beside_ours(client: Client, written: io.StringIO) -> None:
    """In its place it could be another request's."""
    answer = client.get("/nothing-here/", headers={"X-Request-ID": "caller-0001"})
    assert UUID(answer.headers["X-Request-ID"]).version == 7
    assert answer.headers["X-Request-ID"] in written.getvalue()
    assert "caller-0001" in written.getvalue()
    for forged in ("a b", "x" * 65, "７K2M-9QXD", "two\nlines-here"):
        with suppress(BadHeaderError):
            client.get("/nothing-here/", headers={"X-Request-ID": forged})
    assert "９" not in written.getvalue() and "lines-here" not in written.getvalue()


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
