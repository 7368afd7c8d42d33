"""The catalogue as it is shipped (loaded once, for all tests), or a database before that."""

import pytest
from django.db import connection

from tests.roles import as_owner


@pytest.fixture
def catalogue(db: None) -> None:
    """Only names what a test relies on: the session's database has it."""


@pytest.fixture
def empty(db: None) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            """
            ALTER TABLE precursors_product DISABLE TRIGGER product_version_is_kept;
            DELETE FROM precursors_product;
            DELETE FROM precursors_precursor;
            SET CONSTRAINTS ALL IMMEDIATE;
            ALTER TABLE precursors_product ENABLE ALWAYS TRIGGER product_version_is_kept;
            """
        )
