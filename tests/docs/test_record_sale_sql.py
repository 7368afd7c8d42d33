"""docs/record-sale.sql holds the two statements of a sale, letter for letter.

`WRITE_DOCS=1 python3 run.py test tests/docs/test_record_sale_sql.py` writes it anew.
"""

import os
import re
from collections.abc import Callable
from textwrap import wrap
from typing import Any

from django.conf import settings
from django.db import connection

from authorizations import operations
from authorizations.acts.locks import BY_CODE, BY_ID
from authorizations.acts.statement import statement_for
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from tests.cast import Firm

FILE = settings.BASE_DIR / "docs" / "record-sale.sql"
WIDTH = 98
HEAD = """\
-- What is sent when a sale is recorded with a code: one statement locks, one writes.
-- %(name)s stands for a value. Each text is prepared once a connection and then executed with
-- its values; with PREPARED_STATEMENTS=0 it is sent as it stands here. Lines are broken for
-- reading. Held by tests/docs/test_record_sale_sql.py, which also writes this file:
--     WRITE_DOCS=1 python3 run.py test tests/docs/test_record_sale_sql.py
"""
LOCK = """
-- 1. The lock: authorizations/acts/locks.py, BY_CODE. Locks the authorization and reads it with
-- its parties; finds the site and the vehicle that the report names. A page has found the
-- authorization before and locks it by its id: BY_ID differs in its last condition alone.
-- A code whose time is over is then ended by an act of its own, before the sale is written.
"""
ACT = """
-- 2. The act: authorizations/acts/statement.py, ACT. It checks nothing but the quotas' limits,
-- which a sale does not set.
"""
PARTS = {
    "WITH subject": "the authorization: its next version, its balances, its status",
    "report AS": "the sale, on that authorization",
    "duty AS": "what is left to do: evaluate now, and look for the receipt when it is due",
    "event AS": "what happened, and who did it: the next event of this subject",
    "share AS": "both allowances, buyer's and vendor's, locked in the order of their ids",
    "taken AS": "what they take; without a limit a fact is booked whether or not it fits",
    "entry AS": "the ledger entry of each allowance, which the balances must sum to",
    "SELECT subject.id": "gives both ids, and how many allowances were booked",
}


def test_the_file_is_as_it_is_written() -> None:
    if os.environ.get("WRITE_DOCS"):
        FILE.write_text(text())
    assert FILE.read_text() == text()


def test_a_sale_by_its_code_sends_the_two_statements_of_the_file(
    ask: Callable[..., Authorization],
    report: Callable[..., SaleReport],
    vendor: Firm,
    settings: Any,
) -> None:
    named = Authorization(code=ask().code, seller=vendor.organization)
    sent = sent_by(named, report(), vendor, settings)
    assert list(map(plain, sent)) == statements(FILE.read_text())


def test_a_sale_from_a_page_differs_in_how_the_code_is_found(
    ask: Callable[..., Authorization],
    report: Callable[..., SaleReport],
    vendor: Firm,
    settings: Any,
) -> None:
    lock, act = sent_by(ask(), report(), vendor, settings)
    assert lock == BY_ID.sql
    where = "own.code = %(code)s AND own.seller_id = %(seller)s"
    by_id = BY_CODE.sql.replace(where, "own.id = %(id)s")
    assert [plain(by_id), plain(act)] == [plain(lock), statements(FILE.read_text())[1]]


def sent_by(
    authorization: Authorization, report: SaleReport, vendor: Firm, settings: Any
) -> list[str]:
    """What recording a sale sends, before values are put in; savepoints are the test's own."""
    settings.PREPARED_STATEMENTS = False
    sent: list[str] = []

    def noted(execute: Any, sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        operations.record_sale(authorization, report, by=vendor.actor)
    return [sql for sql in sent if "SAVEPOINT" not in sql]


# The file ------------------------------------------------------------------------------------


def text() -> str:
    act = statement_for(is_new=False, report=Sale)
    return HEAD + LOCK + broken(BY_CODE.sql) + ACT + broken(act.sql)


def broken(sql: str) -> str:
    """A statement in short lines, each of its parts with what it does."""
    lines = []
    for line in sql.strip().splitlines():
        lines += [f"-- {PARTS[part]}" for part in PARTS if line.startswith(part)]
        indent = " " * (len(line) - len(line.lstrip()))
        kept = re.sub(" (AS|=) ", "\u00a0\\1\u00a0", line.strip())  # not broken there
        short = wrap(kept, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ")
        lines += [each.replace("\u00a0", " ") for each in short]
    return "\n".join(lines) + ";\n"


def statements(written: str) -> list[str]:
    """The statements of the file, without comments, in one line each."""
    bare = re.sub(r"^--.*\n", "", written, flags=re.MULTILINE)
    return [plain(each) for each in bare.split(";") if each.strip()]


def plain(sql: str) -> str:
    return " ".join(sql.split())
