"""What the role for reports is shown: the trade, but no code and no person."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from psycopg2.errors import InsufficientPrivilege

from authorizations.models import Authorization, Sale
from database.reader import READABLE
from registry import operations as registry
from tests.cast import Firm

pytestmark = pytest.mark.skipif(
    "TEST_READER_URL" not in os.environ,
    reason="NO READER IS TRIED: the database that was given has none of the tests' own",
)
Read = Callable[[str], list[tuple[object, ...]]]
PERSONAL = {
    "code",
    "document",
    "driver_document",
    "driver_license",
    "email",
    "last_login",
    "note",
    "password",
    "phone",
    "remarks",
    "secret_hash",
    "token_hash",
}
NO_CODES = {  # by which goods could be had
    "precursors_precursor",
    "precursors_product",
    "registry_jurisdiction",
    "registry_refusal",
}
SECRETS = [
    "SELECT code FROM authorizations_authorization",
    "SELECT * FROM authorizations_authorization",
    "SELECT FROM authorizations_authorization WHERE code LIKE 'A%'",
    "SELECT id FROM authorizations_authorization ORDER BY code",
    "SELECT driver_document FROM authorizations_sale",
    "SELECT driver_license FROM authorizations_sale",
    "SELECT name FROM registry_driver",
    "SELECT email FROM registry_user",
    "SELECT email FROM registry_invitation",
    "SELECT email FROM account_emailaddress",
    "SELECT data FROM registry_event",
    "SELECT note FROM oversight_flagstep",
    "SELECT before FROM registry_amendment",
    "SELECT answer FROM registry_idempotencykey",
    "SELECT secret_hash FROM registry_apikey",
    "SELECT session_data FROM django_session",
    "SELECT object_repr FROM django_admin_log",
]


@pytest.fixture
def sold(
    committing: None, ask: Callable[..., Authorization], sell: Callable[..., Sale], buyer: Firm
) -> Authorization:
    registry.add_driver(
        organization=buyer.organization, name="Ada", document="12345678", by=buyer.actor
    )
    code = ask("100")
    sell(code, "40")
    return code


@pytest.fixture
def read(sold: Authorization) -> Iterator[Read]:
    """A session of the reader's own, which says nothing of a firm."""
    at = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(os.environ["TEST_READER_URL"], dbname=at)) as session:
        session.autocommit = True

        def read(sql: str) -> list[tuple[object, ...]]:
            with session.cursor() as cursor:
                cursor.execute(sql)
                rows: list[tuple[object, ...]] = cursor.fetchall()
            return rows

        yield read


def test_everything_named_can_be_read(read: Read) -> None:
    for table, columns in READABLE.items():
        read("SELECT {} FROM {}".format(", ".join(f'"{c}"' for c in columns.split()), table))


def test_the_trade_of_every_firm_is_shown(read: Read) -> None:
    assert read("SELECT net_kg FROM authorizations_sale")
    assert read("SELECT status FROM authorizations_authorization") == [("issued",)]
    assert read("SELECT id FROM authorizations_allowance") and read(
        "SELECT id FROM registry_permit"
    )


def test_no_code_and_no_person_is_shown(read: Read) -> None:
    for secret in SECRETS:
        with pytest.raises(InsufficientPrivilege):
            read(secret)


def test_nothing_of_a_person_is_named() -> None:
    for table, columns in READABLE.items():
        named = set(columns.split()) & PERSONAL
        assert named <= ({"code"} if table in NO_CODES else set()), table


def test_nothing_can_be_written(read: Read) -> None:
    for table, columns in READABLE.items():
        column = columns.split()[0]
        for write in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
            with pytest.raises(InsufficientPrivilege):
                read(write)
